package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Operators that write new rows into caches. */
final class CacheOperators {
    private CacheOperators() {}

    static List<Operator> rows() {
        return List.of(one("TensorScatter", 24, CacheOperators::tensorScatter));
    }

    /** Indices that are known at import, and the same for each sequence, are starts: the rows that they name are sure to be there. */
    private static Value tensorScatter(Call call) {
        GraphBuilder builder = call.builder();
        Value cache = call.input(0);
        Shape shape = cache.type().shape();
        Value update = call.ofRank(1, shape.rank());
        int axis = call.axis(call.integer("axis", -2), shape.rank());
        if (axis == 0) {
            throw call.invalid("attribute axis: expected another axis than that of the sequences, found 0");
        }
        requireAlike(call, shape, update.type().shape(), axis);
        boolean circular = call.word("mode", "linear", "linear", "circular").equals("circular");
        List<Dim> starts = new ArrayList<>(Collections.nCopies(shape.rank(), Dim.ZERO));
        if (call.optional(2).isEmpty()) {
            return builder.add(new Op.Update(starts, axis, circular), cache, update);
        }
        Value indices = builder.cast(call.vector(2, shape.dim(0)), DType.I64);
        Optional<Dim> start = same(builder, indices);
        if (start.isPresent() && !circular) {
            starts.set(axis, start.get());
            return builder.add(new Op.Update(starts, axis, false), cache, update);
        }
        return builder.add(new Op.Update(starts, axis, circular), cache, update, indices);
    }

    private static Optional<Dim> same(GraphBuilder builder, Value indices) {
        List<Dim> known = builder.dims().dims(indices).orElse(List.of());
        return known.stream().distinct().count() == 1 ? Optional.of(known.getFirst()) : Optional.empty();
    }

    /** The update has the extents of the cache on all axes but the one that it is written along. */
    private static void requireAlike(Call call, Shape cache, Shape update, int along) {
        for (int axis = 0; axis < cache.rank(); axis++) {
            Dim expected = cache.dim(axis);
            Dim found = update.dim(axis);
            if (axis != along && !expected.equals(found)) {
                if (expected.minus(found).isConstant()) {
                    throw call.invalid("extent " + axis + " of the update: expected " + expected + ", found " + found);
                }
                call.builder().assumeEqual(expected, found);
            }
        }
    }
}
