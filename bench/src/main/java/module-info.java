/** JMH benchmarks of kernels, of the compiler and of the pool. */
@SuppressWarnings("requires-automatic")
module dev.quern.bench {
    requires dev.quern.onnx;
    requires dev.quern.runtime;
    requires dev.quern.zoo;
    requires java.management;
    requires jmh.core;

    uses dev.quern.ir.backend.Backend;
}
