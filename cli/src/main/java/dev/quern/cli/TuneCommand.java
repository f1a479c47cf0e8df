package dev.quern.cli;

import dev.quern.cli.tune.OperatorKernel;
import dev.quern.ir.backend.Target;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Pruning;
import dev.quern.ir.schedule.ScheduleSpace;
import dev.quern.ptx.PtxTargets;
import dev.quern.runtime.BackendChoice;
import dev.quern.tune.TunedOperator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code quern tune}: the schedules that kernels may have. */
@Command(
        name = "tune",
        mixinStandardHelpOptions = true,
        description = {
            "Shows the schedules that the kernel of an operator may have on a device: the knobs, how many ways there are to turn them, "
                    + "what each rule leaves of these and why, and the candidates that are left, the one predicted to be fastest first.",
            "Operators, and what the numbers of their shapes are: matmul MxKxN, gemv KxN, conv SIZExCHANNELSxFILTERSxWINDOW, "
                    + "depthwise and pool SIZExCHANNELSxWINDOW, softmax, normalize, sum and elementwise ROWSxCOLUMNS, "
                    + "lstm STEPSxBATCHxINPUTSxUNITS."
        })
final class TuneCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--list", required = true, paramLabel = "OPERATOR", description = "List the candidates for it.")
    private String listed;

    @Option(
            names = "--shape",
            paramLabel = "SHAPE",
            description = "Its shape, such as 384x768x768; by default one that is usual for the operator.")
    private String shape;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description =
                    "cpu, cuda, or sm_75, sm_80 or sm_90 for a GPU that need not be here. Default: ${DEFAULT-VALUE}.")
    private String device = "cpu";

    @Option(names = "--threads", paramLabel = "N", description = "Threads a run may use; by default all processors.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    TuneCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        TunedOperator operator = TunedOperator.of(listed);
        String sizes = shape == null ? operator.usual() : shape;
        Target target = target();
        ScheduleSpace space = OperatorKernel.of(operator, sizes, target).space();
        if (json) {
            json(operator, sizes, target, space);
        } else {
            print(operator, sizes, target, space);
        }
        return ExitStatus.OK;
    }

    private Target target() {
        return device.startsWith("sm_")
                ? PtxTargets.of(device)
                : BackendChoice.forDevice(device).target(Math.max(1, threads));
    }

    private void print(TunedOperator operator, String sizes, Target target, ScheduleSpace space) {
        Pruning pruning = space.pruning();
        session.out().println(operator.text() + " " + sizes + " on " + target.name() + ": " + space.name());
        pruning.knobs().forEach(knob -> session.out().println("  " + knob));
        Table table = new Table().row("rule", "left", "because").row("the cross product", pruning.all(), "");
        pruning.effects().forEach(effect -> table.row(effect.rule(), effect.left(), effect.reason()));
        table.print(session.out());
        session.out().println();
        List<Candidate> ranked = space.ranked(Map.of());
        Table candidates = new Table().row("", "candidate");
        for (int i = 0; i < ranked.size(); i++) {
            candidates.row(i + 1, ranked.get(i).name());
        }
        candidates.print(session.out());
    }

    private void json(TunedOperator operator, String sizes, Target target, ScheduleSpace space) {
        Pruning pruning = space.pruning();
        Json.print(session.out(), out -> {
            out.writeStringField("operator", operator.text());
            out.writeStringField("shape", sizes);
            out.writeStringField("target", target.name());
            out.writeStringField("space", space.name());
            out.writeNumberField("raw", pruning.all());
            out.writeArrayFieldStart("rules");
            for (Pruning.RuleEffect effect : pruning.effects()) {
                out.writeStartObject();
                out.writeStringField("rule", effect.rule());
                out.writeStringField("reason", effect.reason());
                out.writeNumberField("left", effect.left());
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeArrayFieldStart("candidates");
            for (Candidate candidate : space.ranked(Map.of())) {
                out.writeString(candidate.name());
            }
            out.writeEndArray();
        });
    }
}
