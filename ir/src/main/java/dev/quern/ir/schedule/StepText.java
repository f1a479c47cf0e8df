package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.NameText;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A step in one line, such as {@code split m 8 clamp}: in messages, and in the text form of schedules. */
public final class StepText {
    private StepText() {}

    /** The text of {@code step}: its name, then its components in order. */
    public static String of(Step step) {
        return switch (step) {
            case Step.Split(String loop, long factor, Step.Tail tail) ->
                words("split", loop) + " " + factor + " " + word(tail);
            case Step.Reorder(List<String> loops) -> words("reorder", loops.toArray(String[]::new));
            case Step.Fuse(String outer, String inner, String name) -> words("fuse", outer, inner, name);
            case Step.Sink(String loop) -> words("sink", loop);
            case Step.Spill(String loop) -> words("spill", loop);
            case Step.Bind(String loop, LoopKind kind) -> words("bind", loop) + " " + word(kind);
            case Step.Vectorise(String loop) -> words("vectorise", loop);
            case Step.Unroll(String loop) -> words("unroll", loop);
            case Step.SplitReduction(String loop, long factor, Step.Tail tail) ->
                words("split_reduction", loop) + " " + factor + " " + word(tail);
            case Step.Stage(String buffer, String loop, MemorySpace space) ->
                words("stage", buffer, loop) + " " + word(space);
            case Step.StageInput(String loop, int input, MemorySpace space, int pad) ->
                words("stage_input", loop) + " " + input + " " + word(space) + " " + pad;
            case Step.Hold(String buffer, String loop) -> words("hold", buffer, loop);
            case Step.Overrun(String loop) -> words("overrun", loop);
            case Step.Pack(String buffer, Layout layout) -> words("pack", buffer) + " " + layout;
            case Step.Pipeline(String loop, int depth) -> words("pipeline", loop) + " " + depth;
            case Step.Tensorise(String loop, String intrinsic) -> words("tensorise", loop, intrinsic);
            case Step.Outline(String loop) -> words("outline", loop);
            case Step.Assume(String symbol, Dim value) -> words("assume", symbol) + " = " + value;
        };
    }

    private static String words(String step, String... names) {
        return Stream.concat(Stream.of(step), Stream.of(names).map(NameText::of))
                .collect(Collectors.joining(" "));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
