/** Kernel IR to PTX, and the CUDA driver. */
module dev.quern.ptx {
    requires transitive dev.quern.ir;

    exports dev.quern.ptx;
}
