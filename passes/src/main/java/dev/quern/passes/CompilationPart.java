package dev.quern.passes;

/** A part of compiling a model. */
public enum CompilationPart {
    /** Reading the file and making a graph of it. */
    IMPORT("import"),
    /** One pass over the graph, once. */
    PASS("pass"),
    /** Fusing a graph into regions, and drawing their kernels. */
    LOWER("lower"),
    /** Choosing and applying the schedules of one kernel. */
    SCHEDULE("schedule"),
    /** Giving values places in memory. */
    MEMORY("memory"),
    /** Making the code of one kernel; several at once where there are threads. */
    CODE("code"),
    /** Giving the back end the code of one kernel that was made before, in place of making it. */
    KEPT_CODE("kept code"),
    /** Laying out and packing constants. */
    CONSTANTS("constants");

    private final String words;

    CompilationPart(String words) {
        this.words = words;
    }

    /** Its name. */
    public String words() {
        return words;
    }
}
