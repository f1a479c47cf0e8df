/**
 * From ONNX nodes to the operations of the graph level: a table of operators by version, and a small function for each
 * that spells the operator in those operations.
 */
package dev.quern.onnx.importer;
