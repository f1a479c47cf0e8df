/** ONNX reader and importer. */
module dev.quern.onnx {
    requires transitive dev.quern.ir;

    exports dev.quern.onnx;
    exports dev.quern.onnx.build;
    exports dev.quern.onnx.proto;
    exports dev.quern.onnx.signature;
}
