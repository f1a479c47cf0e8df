package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.passes.memory.Part;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which values lie inside others while a graph is cut. A value that lies there strided can be read and written by kernels alone:
 * the host, index checks and the caller take contiguous memory ({@link #suits}).
 */
final class Nesting {
    /**
     * @param place where the value lies in the base, by the base's layout; empty if it cannot
     */
    private record NestedValue(Value value, Value base, Function<Layout, Optional<Laid>> place) {}

    private final Dataflow flow;
    private final Map<Node, Role> roles;
    private final Map<String, NestedValue> nests = new LinkedHashMap<>();
    private final Map<String, List<NestedValue>> within = new LinkedHashMap<>();
    private final Map<String, Layout> layouts = new HashMap<>();

    Nesting(Dataflow flow, Map<Node, Role> roles) {
        this.flow = flow;
        this.roles = roles;
    }

    /** Whether {@code value} lies inside another. */
    boolean contains(Value value) {
        return nests.containsKey(value.name());
    }

    /** Where operand {@code operand} of {@code node}, which puts it into its result or writes over it, lies there; empty if nowhere. */
    Optional<Laid> placed(Node node, int operand) {
        return placed(node, operand, layout(node.output()));
    }

    private static Optional<Laid> placed(Node node, int operand, Layout whole) {
        return switch (node.op()) {
            case Op.Concat(int axis) -> Optional.of(ViewLayouts.part(node, axis, operand, whole));
            case Op.Pad pad
            when pad.mode() == Op.PadMode.CONSTANT && operand == 0 -> Optional.of(ViewLayouts.padded(node, pad, whole));
            case Op.Overwriting _ when operand == 0 -> Optional.of(new Laid(Dim.ZERO, whole));
            default -> Optional.empty();
        };
    }

    /** From now on operand {@code operand} of {@code node} lies where it is {@link #placed}. */
    void put(Node node, int operand) {
        put(new NestedValue(node.input(operand), node.output(), whole -> placed(node, operand, whole)));
    }

    /** From now on the result of {@code view} lies in its operand. */
    void put(Node view) {
        put(new NestedValue(view.output(), view.input(0), layout -> ViewLayouts.of(view, layout)));
    }

    /** From now on {@code value} is computed as all of {@code whole}, which has as many elements. */
    void put(Value value, Value whole) {
        put(new NestedValue(
                value,
                whole,
                layout -> ViewLayouts.reshaped(
                        whole.type().shape(), layout, value.type().shape())));
    }

    private void put(NestedValue nest) {
        if (within.containsKey(nest.value().name())) {
            layouts.clear();
        }
        layouts.remove(nest.value().name());
        nests.put(nest.value().name(), nest);
        within.computeIfAbsent(nest.base().name(), name -> new ArrayList<>()).add(nest);
    }

    /** Where the elements of {@code value} lie from its first one. */
    Layout layout(Value value) {
        Layout known = layouts.get(value.name());
        if (known == null) {
            NestedValue nest = nests.get(value.name());
            known = nest == null
                    ? Layout.rowMajor(value.type().shape())
                    : laid(nest).layout();
            layouts.put(value.name(), known);
        }
        return known;
    }

    private Laid laid(NestedValue nest) {
        return nest.place()
                .apply(layout(nest.base()))
                .orElseThrow(() -> new IllegalStateException(nest.value() + " has no place in " + nest.base()));
    }

    /**
     * Whether {@code value} and all that lies inside it may be laid out by {@code layout}: contiguously, or else read by kernels
     * alone. Readers that only see it under another shape count if no strides say that shape: they would compute with divisions.
     */
    boolean suits(Value value, Layout layout) {
        if (layout.isRowMajor(value.type().shape())) {
            return true;
        }
        if (flow.isOutput(value)) {
            return false;
        }
        for (Node user : flow.users(value)) {
            boolean kernel = switch (roles.get(user)) {
                case HOST, CONTROL -> false;
                case CONSTANT, VIEW, ELEMENTWISE, ANCHOR -> true;
            };
            boolean index = IndexChecks.of(flow, user)
                    .filter(check -> check.indices().equals(value))
                    .isPresent();
            boolean divides = user.op() instanceof Op.Reshape
                    && ViewLayouts.of(user, layout).isEmpty();
            if (!kernel || index || divides) {
                return false;
            }
        }
        for (NestedValue nest : within.getOrDefault(value.name(), List.of())) {
            Optional<Laid> laid = nest.place().apply(layout);
            if (laid.isEmpty() || !suits(nest.value(), laid.get().layout())) {
                return false;
            }
        }
        return true;
    }

    /** Whether where {@code value}, laid out by {@code laid} inside {@code whole}, lies is known when {@code node} begins. */
    boolean isKnownAt(Node node, Value whole, Laid laid) {
        if (!flow.findsSizes()) {
            return true;
        }
        NestedValue outer = nests.get(whole.name());
        return flow.isKnownAt(laid.offset(), node)
                && laid.layout().strides().stream().allMatch(stride -> flow.isKnownAt(stride, node))
                && flow.isKnownAt(whole.type().shape().elements(), node)
                && (outer == null || isKnownAt(node, outer.base(), laid(outer)));
    }

    /** The parts by the names of their values. */
    Map<String, Part> parts() {
        Map<String, Part> parts = new LinkedHashMap<>();
        nests.forEach((name, nest) -> {
            Laid laid = laid(nest);
            parts.put(name, new Part(nest.value(), nest.base(), laid.offset(), laid.layout()));
        });
        return parts;
    }
}
