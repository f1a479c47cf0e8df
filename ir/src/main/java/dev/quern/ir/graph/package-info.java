/** Level 1: the graph of operations on tensors. */
package dev.quern.ir.graph;
