package dev.quern.ir.text;

import dev.quern.ir.Dim;
import dev.quern.ir.NameText;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Step;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** Schedules as text, one step a line, which {@link Parser#parseSchedule} reads back to an equal schedule. */
public final class SchedulePrinter {
    private SchedulePrinter() {}

    /** The text of {@code schedule}. */
    public static String print(Schedule schedule) {
        return schedule.steps().stream()
                .map(step -> "  " + print(step) + ";\n")
                .collect(Collectors.joining("", "schedule {\n", "}\n"));
    }

    /** The SHA-256 digest of the text of {@code schedule}, in hexadecimal: its name in caches and tuning records. */
    public static String hash(Schedule schedule) {
        try {
            byte[] text = print(schedule).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java platform has SHA-256", missing);
        }
    }

    /** The text of one step, such as {@code split m 8 clamp}. */
    public static String print(Step step) {
        return switch (step) {
            case Step.Split(String loop, long factor, Step.Tail tail) ->
                words("split", loop) + " " + factor + " " + ExpressionText.word(tail);
            case Step.Reorder(List<String> loops) -> words("reorder", loops.toArray(String[]::new));
            case Step.Fuse(String outer, String inner, String name) -> words("fuse", outer, inner, name);
            case Step.Sink(String loop) -> words("sink", loop);
            case Step.Bind(String loop, LoopKind kind) -> words("bind", loop) + " " + ExpressionText.word(kind);
            case Step.Vectorise(String loop) -> words("vectorise", loop);
            case Step.Unroll(String loop) -> words("unroll", loop);
            case Step.SplitReduction(String loop, long factor, Step.Tail tail) ->
                words("split_reduction", loop) + " " + factor + " " + ExpressionText.word(tail);
            case Step.Stage(String buffer, String loop, MemorySpace space) ->
                words("stage", buffer, loop) + " " + ExpressionText.word(space);
            case Step.Pack(String buffer, long width) -> words("pack", buffer) + " " + width;
            case Step.Pipeline(String loop, int depth) -> words("pipeline", loop) + " " + depth;
            case Step.Tensorise(String loop, String intrinsic) -> words("tensorise", loop, intrinsic);
            case Step.Outline(String loop) -> words("outline", loop);
            case Step.Assume(String symbol, Dim value) -> words("assume", symbol) + " = " + value;
        };
    }

    private static String words(String step, String... names) {
        StringBuilder out = new StringBuilder(step);
        for (String name : names) {
            out.append(' ').append(NameText.of(name));
        }
        return out.toString();
    }
}
