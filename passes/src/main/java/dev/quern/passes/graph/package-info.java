/** Passes over the graph level; {@link dev.quern.passes.graph.GraphPipeline} lists them in order. */
package dev.quern.passes.graph;
