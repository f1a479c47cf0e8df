/** JMH benchmarks and the side-by-side with ONNX Runtime. */
@SuppressWarnings("requires-automatic")
module dev.quern.bench {
    requires dev.quern.runtime;
    requires jmh.core;
    requires com.microsoft.onnxruntime;
}
