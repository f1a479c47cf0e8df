package dev.quern.onnx.importer;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Vectors with one element per channel, and the order of axes that ONNX and the graph level give channels. */
final class ChannelVectors {
    private ChannelVectors() {}

    /** A vector over axis 1 of tensors of {@code rank} axes, with extent 1 after it. */
    static Value alongChannels(GraphBuilder builder, Value vector, int rank) {
        return alongAxis(builder, vector, 1, rank);
    }

    /** A vector over {@code axis} of tensors of {@code rank} axes, with extent 1 after it. */
    static Value alongAxis(GraphBuilder builder, Value vector, int axis, int rank) {
        List<Dim> dims = new ArrayList<>();
        dims.add(vector.type().shape().elements());
        dims.addAll(Collections.nCopies(rank - axis - 1, Dim.ONE));
        return builder.reshape(vector, new Shape(dims));
    }

    /** [N, C, spatial…] as [N, spatial…, C]. */
    static Value channelsLast(GraphBuilder builder, Value x) {
        int rank = x.type().shape().rank();
        List<Integer> order = new ArrayList<>();
        order.add(0);
        IntStream.range(2, rank).forEach(order::add);
        order.add(1);
        return builder.transpose(x, order);
    }

    /** [N, spatial…, C] as [N, C, spatial…]. */
    static Value channelsFirst(GraphBuilder builder, Value x) {
        int rank = x.type().shape().rank();
        List<Integer> order = new ArrayList<>();
        order.add(0);
        order.add(rank - 1);
        IntStream.range(1, rank - 1).forEach(order::add);
        return builder.transpose(x, order);
    }
}
