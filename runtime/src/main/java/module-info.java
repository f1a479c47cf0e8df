/** Compiles a model and runs it. */
module dev.quern.runtime {
    requires dev.quern;
    requires dev.quern.ir;
    requires dev.quern.onnx;
    requires dev.quern.passes;
}
