/** Judges what Quern makes of a model: against the reference interpreter on the graph as imported, and against ONNX Runtime. */
package dev.quern.acceptance.judge;
