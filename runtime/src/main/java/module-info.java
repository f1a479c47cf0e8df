/** Compiles a model and runs it. */
module dev.quern.runtime {
    requires transitive dev.quern;
    requires transitive dev.quern.ir;
    requires transitive dev.quern.passes;
    requires transitive dev.quern.onnx;
    requires transitive dev.quern.tune;
    requires java.management;
    requires static jdk.jfr;

    exports dev.quern.runtime;

    uses dev.quern.ir.backend.Backend;

    provides dev.quern.spi.ModelProvider with
            dev.quern.runtime.QuernModelProvider;
}
