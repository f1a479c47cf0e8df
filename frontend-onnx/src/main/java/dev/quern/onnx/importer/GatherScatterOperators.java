package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads and writes at computed indices. */
final class GatherScatterOperators {
    private GatherScatterOperators() {}

    static List<Operator> rows() {
        return List.of(
                one("Gather", 1, GatherScatterOperators::gather),
                one(
                        "GatherElements",
                        11,
                        call -> call.builder().add(new Op.GatherElements(axis(call)), call.input(0), indices(call))),
                one(
                        "GatherND",
                        11,
                        call -> call.builder().add(new Op.GatherNd(batchAxes(call)), call.input(0), indices(call))),
                one("Scatter", 9, GatherScatterOperators::scatterElements).until(10),
                one("ScatterElements", 11, GatherScatterOperators::scatterElements),
                one("ScatterND", 11, GatherScatterOperators::scatterNd));
    }

    private static int axis(Call call) {
        return call.axis(call.integer("axis", 0), call.input(0).type().shape().rank());
    }

    private static int batchAxes(Call call) {
        int rank = Math.min(
                call.input(0).type().shape().rank(),
                call.input(1).type().shape().rank());
        int axes = call.small("batch_dims", 0);
        if (axes < 0 || axes >= rank) {
            throw call.invalid("attribute batch_dims: expected 0 to " + (rank - 1) + ", found " + axes);
        }
        return axes;
    }

    private static Value indices(Call call) {
        return call.builder().cast(call.input(1), DType.I64);
    }

    /** One index known at import is a slice: it reads no tensor of indices. */
    private static Value gather(Call call) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        Value indices = indices(call);
        int axis = axis(call);
        Dim extent = x.type().shape().dim(axis);
        Optional<Dim> index = builder.dims().dim(indices).filter(Dim::isConstant);
        if (index.isEmpty() || builder.literal(x).isPresent()) {
            return builder.add(new Op.Gather(axis), x, indices);
        }
        Dim start = index.get().constant() < 0 ? extent.plus(index.get()) : index.get();
        if (!extent.isConstant()) {
            builder.assumeAtLeast(
                    extent,
                    index.get().constant() < 0
                            ? index.get().times(-1)
                            : index.get().plus(1));
        } else if (start.constant() < 0 || start.constant() >= extent.constant()) {
            throw call.invalid(
                    "index: expected " + extent.times(-1) + " to " + extent.minus(1) + ", found " + index.get());
        }
        List<Dim> dims = new ArrayList<>(x.type().shape().dims().subList(0, axis));
        dims.addAll(indices.type().shape().dims());
        dims.addAll(x.type().shape().dims().subList(axis + 1, x.type().shape().rank()));
        return builder.reshape(builder.slice(x, axis, start, Dim.ONE), new Shape(dims));
    }

    private static Value scatterElements(Call call) {
        Op.ScatterMode mode = mode(call);
        return scatter(call, mode, new Op.ScatterElements(axis(call), mode));
    }

    private static Value scatterNd(Call call) {
        Op.ScatterMode mode = mode(call);
        return scatter(call, mode, new Op.ScatterNd(mode));
    }

    /** Sums and products are rounded once however many updates an element has. */
    private static Value scatter(Call call, Op.ScatterMode mode, Op op) {
        GraphBuilder builder = call.builder();
        boolean computes = mode == Op.ScatterMode.ADD || mode == Op.ScatterMode.MULTIPLY;
        Value x = computes ? RoundedOnce.wide(builder, call.input(0)) : call.input(0);
        Value updates = computes ? RoundedOnce.wide(builder, call.input(2)) : call.input(2);
        Value scattered = builder.add(op, x, indices(call), updates);
        return builder.cast(scattered, call.input(0).type().dtype());
    }

    private static Op.ScatterMode mode(Call call) {
        return switch (call.text("reduction", "none")) {
            case "none" -> Op.ScatterMode.OVERWRITE;
            case "add" -> Op.ScatterMode.ADD;
            case "mul" -> Op.ScatterMode.MULTIPLY;
            case "min" -> Op.ScatterMode.MIN;
            case "max" -> Op.ScatterMode.MAX;
            case String other ->
                throw call.invalid("attribute reduction: expected none, add, mul, min or max, found '" + other + "'");
        };
    }
}
