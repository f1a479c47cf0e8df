/** Where JMH benchmarks belong; there are none yet. The side-by-side with ONNX Runtime is {@code quern bench}. */
@SuppressWarnings("requires-automatic")
module dev.quern.bench {
    requires dev.quern.runtime;
    requires jmh.core;
    requires com.microsoft.onnxruntime;
}
