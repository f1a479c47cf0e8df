/** Kernel IR to PTX. */
module dev.quern.ptx {
    requires dev.quern.ir;
}
