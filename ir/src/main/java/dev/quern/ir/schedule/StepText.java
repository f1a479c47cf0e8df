package dev.quern.ir.schedule;

import java.util.Locale;

/** A step in one line, for messages. */
final class StepText {
    private StepText() {}

    static String of(Step step) {
        return switch (step) {
            case Step.Split(String loop, long factor, Step.Tail tail) ->
                "split " + loop + " " + factor + " " + word(tail);
            case Step.Reorder(var loops) -> "reorder " + String.join(" ", loops);
            case Step.Fuse(String outer, String inner, String name) -> "fuse " + outer + " " + inner + " " + name;
            case Step.Sink(String loop) -> "sink " + loop;
            case Step.Bind(String loop, var kind) -> "bind " + loop + " " + word(kind);
            case Step.Vectorise(String loop) -> "vectorise " + loop;
            case Step.Unroll(String loop) -> "unroll " + loop;
            case Step.SplitReduction(String loop, long factor, Step.Tail tail) ->
                "split-reduction " + loop + " " + factor + " " + word(tail);
            case Step.Stage(String buffer, String loop, var space) ->
                "stage " + buffer + " " + loop + " " + word(space);
            case Step.Pack(String buffer, long width) -> "pack " + buffer + " " + width;
            case Step.Pipeline(String loop, int depth) -> "pipeline " + loop + " " + depth;
            case Step.Tensorise(String loop, String intrinsic) -> "tensorise " + loop + " " + intrinsic;
            case Step.Outline(String loop) -> "outline " + loop;
            case Step.Assume(String symbol, var value) -> "assume " + symbol + " " + value;
        };
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
