package dev.quern.passes.memory;

import dev.quern.ir.Dim;
import dev.quern.ir.graph.Value;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** From which step to which each piece of memory is needed; parts count for what they lie in. */
final class Lifetimes {
    /** First and last step. */
    record Span(int first, int last) {}

    private final Map<String, Part> parts = new HashMap<>();
    private final Map<String, Span> spans = new LinkedHashMap<>();
    private final Map<String, Value> values = new HashMap<>();

    Lifetimes(List<StepAccesses> steps, List<Part> inside) {
        inside.forEach(part -> parts.put(part.value().name(), part));
        for (int step = 0; step < steps.size(); step++) {
            for (Value value : steps.get(step).writes()) {
                touch(base(value), step);
            }
            for (Value value : steps.get(step).reads()) {
                touch(base(value), step);
            }
        }
    }

    private void touch(Value value, int step) {
        values.put(value.name(), value);
        spans.merge(value.name(), new Span(step, step), (old, now) -> new Span(old.first(), now.last()));
    }

    /** The value that {@code value} is, directly or not, a part of; itself if of none. */
    Value base(Value value) {
        Part part = parts.get(value.name());
        return part == null ? value : base(part.base());
    }

    /** Where {@code value} begins in {@link #base}. */
    Dim offset(Value value) {
        Part part = parts.get(value.name());
        return part == null ? Dim.ZERO : part.offset().plus(offset(part.base()));
    }

    /** Whether {@code value} is a part of another. */
    boolean isPart(Value value) {
        return parts.containsKey(value.name());
    }

    /** When {@code value}, no part, is needed. */
    Span span(Value value) {
        return spans.get(value.name());
    }

    /** Every value that memory is needed for, parts excluded, by first need. */
    List<Value> bases() {
        return spans.keySet().stream().map(values::get).toList();
    }
}
