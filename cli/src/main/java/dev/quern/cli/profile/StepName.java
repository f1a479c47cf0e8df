package dev.quern.cli.profile;

import dev.quern.ir.graph.Op;
import dev.quern.passes.program.ProgramStep;

/** What steps are called. */
final class StepName {
    private StepName() {}

    /** A kernel's name, or what kind of step it is. */
    static String of(ProgramStep step) {
        return switch (step) {
            case ProgramStep.RunKernel kernel -> kernel.scheduled().name();
            case ProgramStep.RunHost host -> "host " + kind(host.node().op());
            case ProgramStep.RunControl control ->
                "control " + kind(control.node().op());
            case ProgramStep.CheckIndices _ -> "check of indices";
        };
    }

    private static String kind(Op op) {
        return op instanceof Op.Host(String function, var _)
                ? function
                : op.getClass().getSimpleName();
    }

    /** The node or nodes it came from. */
    static String origin(ProgramStep step) {
        return switch (step) {
            case ProgramStep.RunKernel kernel -> kernel.origin();
            case ProgramStep.RunHost host -> host.node().origin();
            case ProgramStep.RunControl control -> control.node().origin();
            case ProgramStep.CheckIndices check -> check.origin();
        };
    }
}
