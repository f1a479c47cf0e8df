package dev.quern.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.ir.Dim;
import dev.quern.passes.program.MemoryOutline;
import dev.quern.passes.program.MemoryPlan;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The memory plan of a program as text or JSON, bodies included; sizes as numbers where {@code symbols} tells them. */
final class MemoryText {
    private final Program program;
    private final MemoryOutline outline;
    private final Map<String, Long> symbols;

    MemoryText(Program program, Map<String, Long> symbols) {
        this.program = program;
        this.outline = MemoryOutline.of(program);
        this.symbols = Map.copyOf(symbols);
    }

    void print(PrintStream out) {
        Table values = new Table().row("value", "type", "elements", "bytes", "place", "steps");
        for (MemoryOutline.MemoryRow row : outline.rows()) {
            values.row(row.value(), row.type(), size(row.elements()), size(row.bytes()), place(row.place()), span(row));
        }
        out.println(program.name() + ", " + program.steps().size() + " steps");
        values.print(out);
        out.println();
        Table totals = new Table().row("memory", "bytes");
        new TreeMap<>(outline.arenas())
                .forEach((type, elements) -> totals.row(
                        "arena of " + type, size(elements.times(type.bits()).ceilDiv(Dim.of(8)))));
        totals.row("working memory", size(arenaBytes()));
        totals.row("most in use at once, " + fullest().where(), size(fullest().bytes()));
        totals.print(out);
        for (ProgramStep step : program.steps()) {
            if (step instanceof ProgramStep.RunControl control) {
                for (Program body : control.bodies()) {
                    out.println();
                    new MemoryText(body, symbols).print(out);
                }
            }
        }
    }

    void json(JsonGenerator json) throws IOException {
        json.writeStringField("program", program.name());
        json.writeNumberField("steps", program.steps().size());
        json.writeArrayFieldStart("values");
        for (MemoryOutline.MemoryRow row : outline.rows()) {
            json.writeStartObject();
            json.writeStringField("value", row.value());
            json.writeStringField("type", row.type().toString());
            json.writeStringField("elements", size(row.elements()));
            json.writeStringField("bytes", size(row.bytes()));
            json.writeStringField("place", place(row.place()));
            json.writeStringField("memory", row.root());
            json.writeNumberField("first", row.first());
            json.writeNumberField("last", row.last());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeStringField("workingMemory", size(arenaBytes()));
        json.writeStringField("mostInUse", size(fullest().bytes()));
        json.writeStringField("mostInUseAt", fullest().where());
        json.writeArrayFieldStart("bodies");
        for (ProgramStep step : program.steps()) {
            if (step instanceof ProgramStep.RunControl control) {
                for (Program body : control.bodies()) {
                    json.writeStartObject();
                    new MemoryText(body, symbols).json(json);
                    json.writeEndObject();
                }
            }
        }
        json.writeEndArray();
    }

    private Dim arenaBytes() {
        Dim sum = Dim.ZERO;
        for (var arena : outline.arenas().entrySet()) {
            sum = sum.plus(arena.getValue().times(arena.getKey().bits()).ceilDiv(Dim.of(8)));
        }
        return sum;
    }

    /** What of the working memory a step needs. */
    private record Need(String where, Dim bytes) {}

    /** The step that needs most; compared by numbers, unknown sizes being taken for 64. */
    private Need fullest() {
        Need most = new Need("at no step", Dim.ZERO);
        long greatest = 0;
        for (int step = 0; step < program.steps().size(); step++) {
            Dim sum = Dim.ZERO;
            for (MemoryOutline.MemoryRow row : outline.rows()) {
                if (row.isSlot() && first(row) <= step && step <= last(row)) {
                    sum = sum.plus(row.bytes());
                }
            }
            long bytes = sum.evaluate(name -> symbols.getOrDefault(name, 64L));
            if (bytes > greatest) {
                greatest = bytes;
                most = new Need("at step " + step, sum);
            }
        }
        return most;
    }

    /** The first step that needs the memory of {@code slot}: for itself, or for a value within it. */
    private int first(MemoryOutline.MemoryRow slot) {
        return outline.rows().stream()
                .filter(row -> row.root().equals(slot.value()))
                .mapToInt(MemoryOutline.MemoryRow::first)
                .min()
                .orElse(slot.first());
    }

    private int last(MemoryOutline.MemoryRow slot) {
        return outline.rows().stream()
                .filter(row -> row.root().equals(slot.value()))
                .mapToInt(MemoryOutline.MemoryRow::last)
                .max()
                .orElse(slot.last());
    }

    private String size(Dim dim) {
        OptionalLong known = symbols.keySet().containsAll(dim.symbols())
                ? OptionalLong.of(dim.evaluate(symbols::get))
                : OptionalLong.empty();
        return known.isPresent() ? Long.toString(known.getAsLong()) : dim.toString();
    }

    private String place(MemoryPlan.Place place) {
        return switch (place) {
            case MemoryPlan.InputPlace _ -> "the caller's";
            case MemoryPlan.ConstantPlace _ -> "constant";
            case MemoryPlan.ResultPlace _ -> "the result's";
            case MemoryPlan.Inherits(String input) -> "the result's, or that of " + input + " if it is given away";
            case MemoryPlan.Slot(Dim offset) -> "arena at " + size(offset);
            case MemoryPlan.Late _ -> "of its own, when its size is known";
            case MemoryPlan.Within(String value, Dim offset, var layout) ->
                "in " + value + " at " + size(offset) + ", strides "
                        + layout.strides().stream().map(this::size).toList();
        };
    }

    private String span(MemoryOutline.MemoryRow row) {
        String from = row.first() < 0 ? "start" : Integer.toString(row.first());
        return from + " to " + (row.last() >= program.steps().size() ? "end" : row.last() < 0 ? "start" : row.last());
    }
}
