/** Kernel IR to PTX, and the CUDA driver. */
module dev.quern.ptx {
    requires transitive dev.quern.ir;

    exports dev.quern.ptx;

    provides dev.quern.ir.backend.Backend with
            dev.quern.ptx.PtxBackend;
}
