/** Benchmarks, run by {@code bench/run}. The side-by-side with ONNX Runtime is {@code quern bench}. */
package dev.quern.bench;
