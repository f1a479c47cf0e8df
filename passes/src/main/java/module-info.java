/** Graph passes, lowering to kernels, kernel passes. */
module dev.quern.passes {
    requires transitive dev.quern.ir;

    exports dev.quern.passes;
    exports dev.quern.passes.graph;
    exports dev.quern.passes.program;
    exports dev.quern.passes.schedule;
}
