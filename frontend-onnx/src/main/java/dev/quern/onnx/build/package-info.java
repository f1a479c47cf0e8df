/** Writes ONNX models: for programs that put small models together, and for tests. */
package dev.quern.onnx.build;
