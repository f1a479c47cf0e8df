package dev.quern.onnx.importer;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.RecurrentKind;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * ONNX RNN, GRU and LSTM: one {@link Op.Recurrent} per direction, joined on the axis of directions. Operands: x, w, r,
 * bias, lengths, initial h, initial c, peepholes.
 */
final class RecurrentTranslation {
    private static final Map<RecurrentKind, List<String>> USUAL = Map.of(
            RecurrentKind.RNN, List.of("Tanh"),
            RecurrentKind.GRU, List.of("Sigmoid", "Tanh"),
            RecurrentKind.LSTM, List.of("Sigmoid", "Tanh", "Tanh"));

    private static final List<String> KNOWN = List.of("Sigmoid", "Tanh", "Relu");

    private final Call call;
    private final GraphBuilder builder;
    private final RecurrentKind kind;
    private final boolean lstm;
    private final boolean batchFirst;
    private final Value x;
    private final Dim hidden;
    private final int directions;

    RecurrentTranslation(Call call, RecurrentKind kind) {
        this.call = call;
        this.builder = call.builder();
        this.kind = kind;
        this.lstm = kind == RecurrentKind.LSTM;
        this.batchFirst = call.integer("layout", 0) == 1;
        Value given = call.input(0);
        if (given.type().shape().rank() != 3
                || call.input(1).type().shape().rank() != 3
                || call.input(2).type().shape().rank() != 3) {
            throw call.invalid("ranks of x, w and r: expected 3, found " + given.type() + ", "
                    + call.input(1).type() + " and " + call.input(2).type());
        }
        this.x = batchFirst ? builder.transpose(given, List.of(1, 0, 2)) : given;
        Dim width = call.input(2).type().shape().dim(2);
        this.hidden = width.isConstant() || !call.has("hidden_size") ? width : Dim.of(call.integer("hidden_size", 0));
        if (hidden.isConstant() && call.integer("hidden_size", hidden.constant()) != hidden.constant()) {
            throw call.invalid("attribute hidden_size: expected that of r, " + hidden + ", found "
                    + call.integer("hidden_size", 0));
        }
        this.directions = switch (call.text("direction", "forward").toLowerCase(Locale.ROOT)) {
            case "forward", "reverse" -> 1;
            case "bidirectional" -> 2;
            case String other ->
                throw call.invalid(
                        "attribute direction: expected forward, reverse or bidirectional, found '" + other + "'");
        };
    }

    List<Value> translate() {
        refuseVariants();
        lengths();
        boolean reverse = call.text("direction", "forward").equalsIgnoreCase("reverse");
        List<List<Value>> results = new ArrayList<>();
        for (int direction = 0; direction < directions; direction++) {
            results.add(layer(direction, reverse || direction == 1));
        }
        List<Value> joined = new ArrayList<>();
        joined.add(all(results.stream().map(List::getFirst).toList()));
        joined.add(last(results.stream().map(result -> result.get(1)).toList()));
        if (lstm) {
            joined.add(last(results.stream().map(result -> result.get(2)).toList()));
        }
        return joined;
    }

    private void refuseVariants() {
        if (call.has("clip")) {
            throw call.unsupported("attribute clip; export the model without it");
        }
        if (call.flag("input_forget", false)) {
            throw call.unsupported("attribute input_forget = 1; export the model without it");
        }
        boolean parameters = !call.reals("activation_alpha").orElse(List.of()).isEmpty()
                || !call.reals("activation_beta").orElse(List.of()).isEmpty();
        if (parameters) {
            throw call.unsupported(
                    "attributes activation_alpha and activation_beta; expected activations without" + " parameters");
        }
        for (String activation : activations()) {
            if (!KNOWN.contains(activation)) {
                throw call.unsupported("activation " + activation + ": expected one of " + KNOWN);
            }
        }
    }

    private List<String> activations() {
        List<String> given = call.texts("activations").orElse(List.of());
        List<String> usual = USUAL.get(kind);
        if (given.isEmpty()) {
            return directions == 1
                    ? usual
                    : java.util.stream.Stream.concat(usual.stream(), usual.stream())
                            .toList();
        }
        if (given.size() != usual.size() * directions) {
            throw call.invalid(
                    "attribute activations: expected " + usual.size() * directions + " names, found " + given);
        }
        return given.stream().map(RecurrentTranslation::capitalised).toList();
    }

    private static String capitalised(String name) {
        return name.isEmpty() ? name : Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    /** Sequences of different lengths are not supported: the lengths must be known to be all of x's. */
    private void lengths() {
        if (call.optional(4).isEmpty()) {
            return;
        }
        Dim time = x.type().shape().dim(0);
        boolean full = builder.dims()
                .dims(call.input(4))
                .filter(lengths -> lengths.stream().allMatch(time::equals))
                .isPresent();
        if (!full) {
            throw call.unsupported("operand sequence_lens: expected absent, or constants equal to the sequence length "
                    + time + "; pad the sequences and export the model without it");
        }
    }

    private List<Value> layer(int direction, boolean reverse) {
        DType dtype = x.type().dtype();
        Dim batch = x.type().shape().dim(1);
        int gates = switch (kind) {
            case RNN -> 1;
            case GRU -> 3;
            case LSTM -> 4;
        };
        Value zero = builder.scalar(dtype, 0);
        List<Value> operands = new ArrayList<>();
        operands.add(x);
        Dim rows = hidden.times(gates);
        operands.add(fitted(
                direction(call.input(1), direction),
                Shape.of(rows, x.type().shape().dim(2))));
        operands.add(fitted(direction(call.input(2), direction), Shape.of(rows, hidden)));
        operands.add(call.optional(3)
                .map(bias -> fitted(direction(call.ofRank(3, 2), direction), Shape.of(rows.times(2))))
                .orElseGet(() -> builder.broadcast(zero, Shape.of(rows.times(2)))));
        operands.add(initial(5, direction, zero, batch));
        if (lstm) {
            operands.add(initial(6, direction, zero, batch));
            call.optional(7).ifPresent(peepholes -> operands.add(direction(call.ofRank(7, 2), direction)));
        }
        int functions = USUAL.get(kind).size();
        List<String> own = activations().subList(direction * functions, (direction + 1) * functions);
        boolean linear = call.flag("linear_before_reset", false);
        return builder.addAll(new Op.Recurrent(kind, reverse, own, linear), operands);
    }

    /** The part of a [directions, …] operand for one direction. */
    private Value direction(Value operand, int direction) {
        Shape shape = operand.type().shape();
        Value part = builder.slice(operand, 0, Dim.of(direction), Dim.ONE);
        return builder.reshape(part, new Shape(shape.dims().subList(1, shape.rank())));
    }

    private Value initial(int index, int direction, Value zero, Dim batch) {
        Optional<Value> state = call.optional(index);
        if (state.isEmpty()) {
            return builder.broadcast(zero, Shape.of(batch, hidden));
        }
        call.ofRank(index, 3);
        Value given = batchFirst ? builder.transpose(state.get(), List.of(1, 0, 2)) : state.get();
        return fitted(direction(given, direction), Shape.of(batch, hidden));
    }

    /** {@code operand} with the extents that it must have where its own are not known, so that kernels are made for those. */
    private Value fitted(Value operand, Shape expected) {
        Shape shape = operand.type().shape();
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (!shape.dim(axis).isConstant() && expected.dim(axis).isConstant()) {
                builder.assumeEqual(shape.dim(axis), expected.dim(axis));
                shape = shape.with(axis, expected.dim(axis));
            }
        }
        return builder.reshape(operand, shape);
    }

    /** [T, B, H] of each direction as [T, directions, B, H], or [B, T, directions, H] batch first. */
    private Value all(List<Value> results) {
        List<Value> parts = new ArrayList<>();
        for (Value result : results) {
            Shape shape = result.type().shape();
            parts.add(builder.reshape(result, Shape.of(shape.dim(0), Dim.ONE, shape.dim(1), shape.dim(2))));
        }
        Value joined = builder.concat(1, parts);
        return batchFirst ? builder.transpose(joined, List.of(2, 0, 1, 3)) : joined;
    }

    /** [B, H] of each direction as [directions, B, H], or [B, directions, H] batch first. */
    private Value last(List<Value> results) {
        List<Value> parts = new ArrayList<>();
        for (Value result : results) {
            List<Dim> dims = new ArrayList<>(Collections.singletonList(Dim.ONE));
            dims.addAll(result.type().shape().dims());
            parts.add(builder.reshape(result, new Shape(dims)));
        }
        Value joined = builder.concat(0, parts);
        return batchFirst ? builder.transpose(joined, List.of(1, 0, 2)) : joined;
    }
}
