package dev.quern.ir.text;

import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.StepText;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Collectors;

/** Schedules as text, one step a line, which {@link Parser#parseSchedule} reads back to an equal schedule. */
public final class SchedulePrinter {
    private SchedulePrinter() {}

    /** The text of {@code schedule}. */
    public static String print(Schedule schedule) {
        return schedule.steps().stream()
                .map(step -> "  " + StepText.of(step) + ";\n")
                .collect(Collectors.joining("", "schedule " + when(schedule) + "{\n", "}\n"));
    }

    private static String when(Schedule schedule) {
        return schedule.when().isEmpty()
                ? ""
                : schedule.when().stream().map(ConditionText::of).collect(Collectors.joining(", ", "when ", " "));
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
}
