package dev.quern.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.passes.CompilationPart;
import dev.quern.runtime.StageSink;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Adds up how long the parts of a compilation took. */
final class PartTimes implements StageSink {
    private static final int KERNELS = 10;

    private record Key(CompilationPart part, String name) {}

    /** How often a part was done, and its time altogether. */
    private record PartTotal(int count, long nanoseconds) {
        PartTotal plus(PartTotal other) {
            return new PartTotal(count + other.count, nanoseconds + other.nanoseconds);
        }

        String milliseconds() {
            return String.format(Locale.ROOT, "%.1f", nanoseconds / 1e6);
        }
    }

    private final Map<Key, PartTotal> totals = new LinkedHashMap<>();
    private long all;

    @Override
    public synchronized void part(CompilationPart part, String name, long nanoseconds) {
        totals.merge(new Key(part, name), new PartTotal(1, nanoseconds), PartTotal::plus);
    }

    /** All is done; it took {@code nanoseconds}. */
    synchronized void end(long nanoseconds) {
        all = nanoseconds;
    }

    private Map<CompilationPart, PartTotal> byPart() {
        Map<CompilationPart, PartTotal> byPart = new LinkedHashMap<>();
        totals.forEach((key, total) -> byPart.merge(key.part(), total, PartTotal::plus));
        return byPart;
    }

    private Map<String, PartTotal> longest(CompilationPart part) {
        Map<String, PartTotal> longest = new LinkedHashMap<>();
        List<Map.Entry<Key, PartTotal>> entries = new ArrayList<>(totals.entrySet());
        entries.sort(Comparator.comparingLong(entry -> -entry.getValue().nanoseconds()));
        entries.stream()
                .filter(entry -> entry.getKey().part() == part)
                .limit(part == CompilationPart.PASS ? Integer.MAX_VALUE : KERNELS)
                .forEach(entry -> longest.put(entry.getKey().name(), entry.getValue()));
        return longest;
    }

    synchronized void print(PrintStream out) {
        Table parts = new Table().row("part", "times", "ms");
        byPart().forEach((part, total) -> parts.row(part.words(), total.count(), total.milliseconds()));
        parts.row("all", 1, new PartTotal(1, all).milliseconds());
        parts.print(out);
        table("pass", CompilationPart.PASS, out);
        table("schedule of kernel, longest", CompilationPart.SCHEDULE, out);
        table("code of kernel, longest", CompilationPart.CODE, out);
        out.println();
        out.println(
                "In a JVM that has just started, which loads classes and interprets first; code is made on all threads at once.");
    }

    private void table(String title, CompilationPart part, PrintStream out) {
        out.println();
        Table table = new Table().row(title, "times", "ms");
        longest(part).forEach((name, total) -> table.row(name, total.count(), total.milliseconds()));
        table.print(out);
    }

    synchronized void json(JsonGenerator out) throws IOException {
        out.writeNumberField("milliseconds", all / 1e6);
        out.writeArrayFieldStart("parts");
        for (Map.Entry<Key, PartTotal> entry : totals.entrySet()) {
            out.writeStartObject();
            out.writeStringField("part", entry.getKey().part().words());
            out.writeStringField("name", entry.getKey().name());
            out.writeNumberField("times", entry.getValue().count());
            out.writeNumberField("milliseconds", entry.getValue().nanoseconds() / 1e6);
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
