/** Types, the two IR levels, their text form, verifiers and reference interpreters. */
@SuppressWarnings("requires-automatic")
module dev.quern.ir {
    requires transitive dev.quern;
    requires org.antlr.antlr4.runtime;

    exports dev.quern.ir;
    exports dev.quern.ir.backend;
    exports dev.quern.ir.cost;
    exports dev.quern.ir.graph;
    exports dev.quern.ir.interpret;
    exports dev.quern.ir.interpret.kernel;
    exports dev.quern.ir.kernel;
    exports dev.quern.ir.math;
    exports dev.quern.ir.schedule;
    exports dev.quern.ir.text;
    exports dev.quern.ir.verify;
}
