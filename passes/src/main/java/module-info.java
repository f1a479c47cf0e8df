/** Graph passes, lowering to kernels, kernel passes. */
module dev.quern.passes {
    requires dev.quern.ir;
}
