/** Benchmarks, and the side-by-side with ONNX Runtime. */
package dev.quern.bench;
