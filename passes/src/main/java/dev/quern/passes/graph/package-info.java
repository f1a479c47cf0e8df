/** Passes over the graph level; {@link dev.quern.passes.graph.Pipeline} lists them in order. */
package dev.quern.passes.graph;
