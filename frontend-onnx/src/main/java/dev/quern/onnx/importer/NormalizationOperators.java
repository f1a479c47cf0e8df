package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;
import static dev.quern.onnx.importer.Operator.several;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Normalisations by mean and variance, by norms, and by neighbours. */
final class NormalizationOperators {
    private static final String MICROSOFT = "com.microsoft";

    private NormalizationOperators() {}

    static List<Operator> rows() {
        return List.of(
                several("BatchNormalization", 1, NormalizationOperators::batch).composite(),
                one("InstanceNormalization", 1, NormalizationOperators::instance)
                        .composite(),
                one("GroupNormalization", 18, NormalizationOperators::group).composite(),
                several("LayerNormalization", 1, NormalizationOperators::layer),
                several("LayerNormalization", 1, NormalizationOperators::layer).in(MICROSOFT),
                one("SimplifiedLayerNormalization", 1, NormalizationOperators::rootMeanSquare),
                one("SimplifiedLayerNormalization", 1, NormalizationOperators::rootMeanSquare)
                        .in(MICROSOFT),
                one("RMSNormalization", 23, NormalizationOperators::rootMeanSquare),
                several("SkipLayerNormalization", 1, call -> skip(call, true))
                        .composite()
                        .in(MICROSOFT),
                several("SkipSimplifiedLayerNormalization", 1, call -> skip(call, false))
                        .composite()
                        .in(MICROSOFT),
                one("LpNormalization", 1, NormalizationOperators::norm).composite(),
                one("MeanVarianceNormalization", 9, NormalizationOperators::meanVariance)
                        .composite(),
                one("LRN", 1, NormalizationOperators::localResponse).composite());
    }

    /** Inference: {@code x*s + t} with {@code s = scale/sqrt(variance + epsilon)} and {@code t = bias - mean*s}. */
    private static List<Value> batch(Call call) {
        boolean training = call.flag("training_mode", false) || (call.version() < 7 && !call.flag("is_test", false));
        if (training && call.version() >= 7 || call.wants(1)) {
            throw call.unsupported("training mode; export the model for inference");
        }
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        int rank = x.type().shape().rank();
        DType dtype = x.type().dtype();
        if (!call.flag("spatial", true)) {
            throw call.unsupported("attribute spatial = 0, a mean and variance of each element");
        }
        if (rank < 1) {
            throw call.invalid("rank of x: expected at least 1, found " + x.type());
        }
        Dim channels = rank > 1 ? x.type().shape().dim(1) : Dim.ONE;
        Value scale = builder.cast(call.vector(1, channels), dtype);
        Value bias = builder.cast(call.vector(2, channels), dtype);
        Value mean = builder.cast(call.vector(3, channels), dtype);
        Value variance = builder.cast(call.vector(4, channels), dtype);
        Value deviation =
                builder.unary(UnaryOp.SQRT, builder.binary(BinaryOp.ADD, variance, call.real("epsilon", 1e-5)));
        Value factor = builder.binary(BinaryOp.DIV, scale, deviation);
        Value shift = builder.binary(BinaryOp.SUB, bias, builder.binary(BinaryOp.MUL, mean, factor));
        if (rank < 2) {
            return List.of(builder.binary(BinaryOp.ADD, builder.binary(BinaryOp.MUL, x, factor), shift));
        }
        Value scaled = builder.binary(BinaryOp.MUL, x, ChannelVectors.alongChannels(builder, factor, rank));
        return List.of(builder.binary(BinaryOp.ADD, scaled, ChannelVectors.alongChannels(builder, shift, rank)));
    }

    private static Value instance(Call call) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        Shape shape = x.type().shape();
        if (shape.rank() < 3) {
            throw call.invalid("rank of x: expected at least 3, found " + x.type());
        }
        Dim space = Dim.product(shape.dims().subList(2, shape.rank()));
        Value rows = builder.reshape(x, Shape.of(shape.dim(0), shape.dim(1), space));
        Value normal = builder.add(new Op.Normalize(2, call.real("epsilon", 1e-5), true), rows);
        return affine(
                builder,
                builder.reshape(normal, shape),
                ChannelVectors.alongChannels(builder, call.vector(1, shape.dim(1)), shape.rank()),
                ChannelVectors.alongChannels(builder, call.vector(2, shape.dim(1)), shape.rank()));
    }

    private static Value affine(GraphBuilder builder, Value x, Value scale, Value bias) {
        return builder.binary(BinaryOp.ADD, builder.binary(BinaryOp.MUL, x, scale), bias);
    }

    /** Scale and bias are per group before version 21, per channel since. */
    private static Value group(Call call) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        Shape shape = x.type().shape();
        long groups = call.integer("num_groups", 0);
        if (groups < 1 || shape.rank() < 3) {
            throw call.invalid("groups and rank of x: expected at least 1 and 3, found " + groups + " and " + x.type());
        }
        Dim rest = Dim.product(shape.dims().subList(1, shape.rank())).floorDiv(Dim.of(groups));
        Value rows = builder.reshape(x, Shape.of(shape.dim(0), Dim.of(groups), rest));
        Value normal = builder.add(new Op.Normalize(2, call.real("epsilon", 1e-5), true), rows);
        if (call.version() >= 21) {
            return affine(
                    builder,
                    builder.reshape(normal, shape),
                    ChannelVectors.alongChannels(builder, call.vector(1, shape.dim(1)), shape.rank()),
                    ChannelVectors.alongChannels(builder, call.vector(2, shape.dim(1)), shape.rank()));
        }
        Value scaled = affine(
                builder,
                normal,
                ChannelVectors.alongChannels(builder, call.vector(1, Dim.of(groups)), 3),
                ChannelVectors.alongChannels(builder, call.vector(2, Dim.of(groups)), 3));
        return builder.reshape(scaled, shape);
    }

    private static List<Value> layer(Call call) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        int axis = call.axis(call.integer("axis", -1), x.type().shape().rank());
        double epsilon = call.real("epsilon", 1e-5);
        Value normal = normalize(builder, x, axis, epsilon, true, call.optional(1), call.optional(2));
        if (!call.wants(1) && !call.wants(2)) {
            return List.of(normal);
        }
        List<Integer> axes =
                IntStream.range(axis, x.type().shape().rank()).boxed().toList();
        Value wide = builder.cast(x, call.dtype("stash_type", DType.F32));
        Value mean = ReductionOperators.mean(builder, wide, axes, true);
        Value centred = builder.binary(BinaryOp.SUB, wide, mean);
        Value variance = ReductionOperators.mean(builder, builder.binary(BinaryOp.MUL, centred, centred), axes, true);
        Value deviation = builder.unary(UnaryOp.SQRT, builder.binary(BinaryOp.ADD, variance, epsilon));
        return List.of(normal, mean, builder.unary(UnaryOp.RECIPROCAL, deviation));
    }

    /** Scale and bias are broadcast to the trailing axes where they can be, and applied afterwards where not. */
    private static Value normalize(
            GraphBuilder builder,
            Value x,
            int axis,
            double epsilon,
            boolean centred,
            Optional<Value> scale,
            Optional<Value> bias) {
        Shape shape = x.type().shape();
        Shape trailing = new Shape(shape.dims().subList(axis, shape.rank()));
        Op op = new Op.Normalize(axis, epsilon, centred);
        DType dtype = x.type().dtype();
        boolean fits = scale.filter(value -> value.type().dtype() == dtype).isPresent()
                && scale.get().type().shape().rank() <= trailing.rank()
                && bias.stream().allMatch(value -> value.type().shape().rank() <= trailing.rank());
        if (fits) {
            List<Value> operands = new ArrayList<>(List.of(x, builder.broadcast(scale.get(), trailing)));
            bias.ifPresent(value -> operands.add(builder.broadcast(value, trailing)));
            return builder.addAll(op, operands).getFirst();
        }
        Value normal = builder.add(op, RoundedOnce.wide(builder, x));
        DType wide = normal.type().dtype();
        if (scale.isPresent()) {
            normal = builder.binary(BinaryOp.MUL, normal, builder.cast(scale.get(), wide));
        }
        Value moved = bias.isPresent() ? builder.binary(BinaryOp.ADD, normal, builder.cast(bias.get(), wide)) : normal;
        return builder.cast(moved, dtype);
    }

    private static Value rootMeanSquare(Call call) {
        Value x = call.input(0);
        int axis = call.axis(call.integer("axis", -1), x.type().shape().rank());
        double epsilon = call.real("epsilon", 1e-5);
        return normalize(call.builder(), x, axis, epsilon, false, call.optional(1), Optional.empty());
    }

    /** Operands: x, what skips the layer, scale, and for the centred form a shift; then a bias of the sum. */
    private static List<Value> skip(Call call, boolean centred) {
        GraphBuilder builder = call.builder();
        Value sum = builder.binary(BinaryOp.ADD, call.input(0), call.input(1));
        Optional<Value> bias = call.optional(centred ? 4 : 3);
        Value all = bias.isPresent() ? builder.binary(BinaryOp.ADD, sum, bias.get()) : sum;
        int axis = call.axis(-1, all.type().shape().rank());
        Optional<Value> shift = centred ? call.optional(3) : Optional.empty();
        Value normal =
                normalize(builder, all, axis, call.real("epsilon", 1e-12), centred, Optional.of(call.input(2)), shift);
        if (call.wants(1) || call.wants(2)) {
            throw call.unsupported("results 1 and 2 (mean and deviation)");
        }
        return call.wants(3) ? List.of(normal, normal, normal, all) : List.of(normal);
    }

    private static Value norm(Call call) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        List<Integer> axes =
                List.of(call.axis(call.integer("axis", -1), x.type().shape().rank()));
        long p = call.integer("p", 2);
        if (p != 1 && p != 2) {
            throw call.invalid("attribute p: expected 1 or 2, found " + p);
        }
        Value norm = p == 1
                ? builder.reduce(Combiner.SUM, builder.unary(UnaryOp.ABS, x), axes, true)
                : builder.unary(
                        UnaryOp.SQRT, builder.reduce(Combiner.SUM, builder.binary(BinaryOp.MUL, x, x), axes, true));
        Value zero = builder.scalar(x.type().dtype(), 0);
        Value absent = builder.compare(CompareOp.EQ, norm, zero);
        return builder.select(absent, zero, builder.binary(BinaryOp.DIV, x, norm));
    }

    /** ONNX states {@code E[x²] - E[x]²} for the variance, which is lost where the mean is far from zero; ONNX Runtime centres too. */
    private static Value meanVariance(Call call) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        List<Integer> axes = call.axes(
                call.integers("axes").orElse(List.of(0L, 2L, 3L)),
                x.type().shape().rank());
        Value mean = ReductionOperators.mean(builder, x, axes, true);
        Value centred = builder.binary(BinaryOp.SUB, x, mean);
        Value variance = ReductionOperators.mean(builder, builder.binary(BinaryOp.MUL, centred, centred), axes, true);
        Value deviation = builder.binary(BinaryOp.ADD, builder.unary(UnaryOp.SQRT, variance), 1e-9);
        return builder.binary(BinaryOp.DIV, centred, deviation);
    }

    /** {@code x / (bias + alpha/size * sum of squares over neighbouring channels)^beta}. */
    private static Value localResponse(Call call) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        int rank = x.type().shape().rank();
        long size = call.integer("size", 1);
        if (size < 1 || size > 1024 || rank < 2) {
            throw call.invalid("attribute size: expected 1 to 1024, found " + size);
        }
        List<Dim> before = new ArrayList<>(Collections.nCopies(rank, Dim.ZERO));
        List<Dim> after = new ArrayList<>(before);
        before.set(1, Dim.of((size - 1) / 2));
        after.set(1, Dim.of(size - 1 - (size - 1) / 2));
        Value squares = builder.binary(BinaryOp.MUL, x, x);
        Value zero = builder.scalar(x.type().dtype(), 0);
        Value padded = builder.add(new Op.Pad(Op.PadMode.CONSTANT, before, after), squares, zero);
        Value sum = null;
        for (long offset = 0; offset < size; offset++) {
            Value part =
                    builder.slice(padded, 1, Dim.of(offset), x.type().shape().dim(1));
            sum = sum == null ? part : builder.binary(BinaryOp.ADD, sum, part);
        }
        Value scaled = builder.binary(BinaryOp.MUL, sum, call.real("alpha", 1e-4) / size);
        Value base = builder.binary(BinaryOp.ADD, scaled, call.real("bias", 1));
        return builder.binary(BinaryOp.DIV, x, builder.binary(BinaryOp.POW, base, call.real("beta", 0.75)));
    }
}
