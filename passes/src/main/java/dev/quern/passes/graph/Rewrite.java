package dev.quern.passes.graph;

/**
 * One rewrite that a pass did.
 *
 * @param pass the pass, by name
 * @param equation what it replaced by what
 * @param origin the node that it began at, as messages name it; may be empty
 */
public record Rewrite(String pass, String equation, String origin) {}
