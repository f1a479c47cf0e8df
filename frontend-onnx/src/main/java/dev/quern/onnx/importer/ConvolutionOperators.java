package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;

import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.graph.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Convolutions: ONNX's are channels-first, the graph's channels-last. */
final class ConvolutionOperators {
    private ConvolutionOperators() {}

    static List<Operator> rows() {
        return List.of(
                one("Conv", 1, call -> biased(call, convolve(call, call.input(0), call.input(1))))
                        .composite(),
                one("ConvTranspose", 1, call -> biased(call, transposed(call))).composite());
    }

    /** Bias is added to the channels-last result, before it is turned back. */
    private static Value biased(Call call, Value channelsLast) {
        GraphBuilder builder = call.builder();
        Value sum = call.optional(2)
                .map(bias -> builder.binary(
                        BinaryOp.ADD,
                        channelsLast,
                        call.vector(2, channelsLast.type().shape().dim(-1))))
                .orElse(channelsLast);
        return ChannelVectors.channelsFirst(builder, sum);
    }

    static void ranks(Call call, Value x, Value weights) {
        int rank = x.type().shape().rank();
        if (rank < 3 || weights.type().shape().rank() != rank) {
            throw call.invalid("ranks of x and the weights: expected at least 3 and equal, found " + x.type() + " and "
                    + weights.type());
        }
    }

    private static int groups(Call call) {
        int groups = call.small("group", 1);
        if (groups < 1) {
            throw call.invalid("attribute group: expected at least 1, found " + groups);
        }
        return groups;
    }

    /**
     * The weights with spatial extents that are numbers. Those found when the model runs are taken to be what an attribute says, or 1; the
     * model is compiled for others when they are met.
     */
    private static Value sized(Call call, Value weights) {
        GraphBuilder builder = call.builder();
        Shape shape = weights.type().shape();
        List<Integer> stated = call.smalls("kernel_shape").orElse(List.of());
        for (int axis = 2; axis < shape.rank(); axis++) {
            Dim known = builder.known(shape.dim(axis));
            if (!known.isConstant()) {
                Dim expected = stated.size() == shape.rank() - 2 ? Dim.of(stated.get(axis - 2)) : Dim.ONE;
                builder.assumeEqual(shape.dim(axis), expected);
                call.importer().assumeExtents();
                known = expected;
            }
            shape = shape.with(axis, known);
        }
        return builder.reshape(weights, shape);
    }

    private static List<Integer> kernel(Value weights) {
        Shape shape = weights.type().shape();
        return shape.dims().subList(2, shape.rank()).stream()
                .map(dim -> Math.toIntExact(dim.constant()))
                .toList();
    }

    /** The convolution of channels-first x, channels-last. */
    static Value convolve(Call call, Value x, Value filter) {
        ranks(call, x, filter);
        Value weights = sized(call, filter);
        GraphBuilder builder = call.builder();
        Shape shape = x.type().shape();
        WindowAttributes attributes = WindowAttributes.of(call, shape.rank() - 2, Optional.of(kernel(weights)));
        Window window = attributes.window(shape.dims().subList(2, shape.rank()));
        List<Integer> order =
                new ArrayList<>(IntStream.range(2, shape.rank()).boxed().toList());
        order.add(1);
        order.add(0);
        return builder.add(
                new Op.Convolve(window, groups(call)),
                ChannelVectors.channelsLast(builder, x),
                builder.transpose(weights, order));
    }

    private static Value transposed(Call call) {
        Value x = call.input(0);
        ranks(call, x, call.input(1));
        Value weights = sized(call, call.input(1));
        GraphBuilder builder = call.builder();
        Shape shape = x.type().shape();
        int spatial = shape.rank() - 2;
        int groups = groups(call);
        WindowAttributes attributes = WindowAttributes.of(call, spatial, Optional.of(kernel(weights)));
        List<Dim> before = new ArrayList<>();
        List<Dim> after = new ArrayList<>();
        List<Dim> result = new ArrayList<>();
        result.add(shape.dim(0));
        for (int axis = 0; axis < spatial; axis++) {
            TransposedExtent extent = TransposedExtent.of(call, attributes, axis, shape.dim(axis + 2));
            before.add(extent.before());
            after.add(extent.after());
            result.add(extent.result());
        }
        result.add(weights.type().shape().dim(1).times(groups));
        Window window = new Window(attributes.extents(), attributes.strides(), attributes.dilations(), before, after);
        List<Integer> order =
                new ArrayList<>(IntStream.range(2, shape.rank()).boxed().toList());
        order.add(0);
        order.add(1);
        return builder.add(
                new Op.ConvolveTransposed(window, groups, new Shape(result)),
                ChannelVectors.channelsLast(builder, x),
                builder.transpose(weights, order));
    }
}
