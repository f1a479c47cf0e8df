package dev.quern.passes.graph;

/**
 * Rewrites that not every target and caller wants.
 *
 * @param winograd whether large convolutions are done by minimal filtering, which rounds more
 * @param attention whether attention that is spelt out becomes one operation, whose kernel is made for processors
 */
public record PassChoices(boolean winograd, boolean attention) {
    /** None of them. */
    public static final PassChoices NONE = new PassChoices(false, false);

    boolean allows(GraphPass pass) {
        return (winograd || pass != GraphPipeline.FILTERING) && (attention || pass != GraphPipeline.ATTENTION);
    }
}
