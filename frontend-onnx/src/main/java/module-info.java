/** ONNX reader and importer. */
module dev.quern.onnx {
    requires dev.quern.ir;
}
