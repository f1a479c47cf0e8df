/** What ONNX says of the operands, results and attributes of its operators, as a table, and the check of nodes against it. */
package dev.quern.onnx.operators;
