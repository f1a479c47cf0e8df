package dev.quern.ir.text;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.text.grammar.QuernParser;
import java.util.ArrayList;
import java.util.List;

/** Builds schedules. */
final class ScheduleReader {
    private final QuernParser.StepContext context;
    private int next;

    private ScheduleReader(QuernParser.StepContext context) {
        this.context = context;
    }

    static Schedule read(QuernParser.ScheduleContext context) {
        List<Step> steps = new ArrayList<>();
        for (QuernParser.StepContext step : context.step()) {
            ScheduleReader reader = new ScheduleReader(step);
            steps.add(reader.step());
            reader.finish();
        }
        return new Schedule(when(context), steps);
    }

    private static List<Dim> when(QuernParser.ScheduleContext context) {
        if (context.NAME() != null && !context.NAME().getText().equals("when")) {
            throw SyntaxErrors.at(
                    context.NAME().getSymbol(),
                    "'when' or '{'",
                    SyntaxErrors.shown(context.NAME().getSymbol()));
        }
        return context.condition().stream().map(ConditionText::read).toList();
    }

    private Step step() {
        return switch (context.NAME().getText()) {
            case "split" -> new Step.Split(name(), whole(), Words.read(Step.Tail.class, argument()));
            case "reorder" -> new Step.Reorder(names());
            case "fuse" -> new Step.Fuse(name(), name(), name());
            case "sink" -> new Step.Sink(name());
            case "spill" -> new Step.Spill(name());
            case "bind" -> new Step.Bind(name(), Words.read(LoopKind.class, argument()));
            case "vectorise" -> new Step.Vectorise(name());
            case "unroll" -> new Step.Unroll(name());
            case "split_reduction" -> new Step.SplitReduction(name(), whole(), Words.read(Step.Tail.class, argument()));
            case "stage" -> new Step.Stage(name(), name(), Words.read(MemorySpace.class, argument()));
            case "stage_input" ->
                new Step.StageInput(name(), small(), Words.read(MemorySpace.class, argument()), small());
            case "hold" -> new Step.Hold(name(), name());
            case "overrun" -> new Step.Overrun(name());
            case "pack" -> new Step.Pack(name(), layout());
            case "pipeline" -> new Step.Pipeline(name(), small());
            case "tensorise" -> new Step.Tensorise(name(), name());
            case "outline" -> new Step.Outline(name());
            case "assume" -> new Step.Assume(name(), value());
            default ->
                throw SyntaxErrors.at(
                        context.getStart(), "a step such as split or reorder", SyntaxErrors.shown(context.getStart()));
        };
    }

    private QuernParser.StepArgumentContext argument() {
        if (next == context.stepArgument().size()) {
            String step = context.NAME().getText();
            throw SyntaxErrors.at(context.getStart(), "another argument of " + step, next + " of them");
        }
        return context.stepArgument(next++);
    }

    private String name() {
        QuernParser.StepArgumentContext argument = argument();
        if (argument.name() == null) {
            throw SyntaxErrors.at(argument, "a name");
        }
        return Quotes.name(argument.name());
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        while (next < context.stepArgument().size()) {
            names.add(name());
        }
        return names;
    }

    private long whole() {
        QuernParser.StepArgumentContext argument = argument();
        if (argument.integer() == null) {
            throw SyntaxErrors.at(argument, "a whole number");
        }
        return DimReader.whole(argument.getText(), argument);
    }

    private int small() {
        long value = whole();
        if (value != (int) value) {
            throw SyntaxErrors.at(context.stepArgument(next - 1), "a whole number of 32 bits");
        }
        return (int) value;
    }

    private Layout layout() {
        if (context.stepLayout() == null) {
            throw SyntaxErrors.at(context.getStart(), "pack buffer layout (…) …", "no layout");
        }
        return LayoutReader.read(context.stepLayout());
    }

    private Dim value() {
        if (context.dim() == null) {
            throw SyntaxErrors.at(context.getStart(), "assume symbol = value", "no value");
        }
        return DimReader.read(context.dim());
    }

    private void finish() {
        if (next < context.stepArgument().size()) {
            throw SyntaxErrors.at(context.stepArgument(next), "';'");
        }
        if (context.stepLayout() != null && !context.NAME().getText().equals("pack")) {
            throw SyntaxErrors.at(context.stepLayout(), "';'");
        }
        if (context.dim() != null && !context.NAME().getText().equals("assume")) {
            throw SyntaxErrors.at(context.dim(), "';'");
        }
    }
}
