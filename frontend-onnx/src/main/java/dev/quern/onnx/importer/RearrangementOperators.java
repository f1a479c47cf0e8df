package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.List;

/** Operators that move elements in fixed patterns: blocks between space and depth, triangles, reversal. */
final class RearrangementOperators {
    private RearrangementOperators() {}

    static List<Operator> rows() {
        return List.of(
                one("DepthToSpace", 1, RearrangementOperators::depthToSpace),
                one("SpaceToDepth", 1, RearrangementOperators::spaceToDepth),
                one("Trilu", 14, RearrangementOperators::triangle),
                one("ReverseSequence", 10, RearrangementOperators::reverseSequence));
    }

    private static long block(Call call) {
        long block = call.integer("blocksize", 0);
        if (block < 1 || block > 1 << 20) {
            throw call.invalid("attribute blocksize: expected at least 1, found " + block);
        }
        if (call.input(0).type().shape().rank() != 4) {
            throw call.invalid("rank of x: expected 4, found " + call.input(0).type());
        }
        return block;
    }

    private static Value depthToSpace(Call call) {
        GraphBuilder builder = call.builder();
        Dim block = Dim.of(block(call));
        Shape x = call.input(0).type().shape();
        Dim channels = x.dim(1).floorDiv(block.times(block));
        boolean columnsFirst = call.word("mode", "DCR", "DCR", "CRD").equals("CRD");
        Value split = builder.reshape(
                call.input(0),
                columnsFirst
                        ? Shape.of(x.dim(0), channels, block, block, x.dim(2), x.dim(3))
                        : Shape.of(x.dim(0), block, block, channels, x.dim(2), x.dim(3)));
        Value moved = builder.transpose(split, columnsFirst ? List.of(0, 1, 4, 2, 5, 3) : List.of(0, 3, 4, 1, 5, 2));
        return builder.reshape(
                moved,
                Shape.of(x.dim(0), channels, x.dim(2).times(block), x.dim(3).times(block)));
    }

    private static Value spaceToDepth(Call call) {
        GraphBuilder builder = call.builder();
        Dim block = Dim.of(block(call));
        Shape x = call.input(0).type().shape();
        Dim rows = x.dim(2).floorDiv(block);
        Dim columns = x.dim(3).floorDiv(block);
        Value split = builder.reshape(call.input(0), Shape.of(x.dim(0), x.dim(1), rows, block, columns, block));
        Value moved = builder.transpose(split, List.of(0, 3, 5, 1, 2, 4));
        return builder.reshape(moved, Shape.of(x.dim(0), x.dim(1).times(block).times(block), rows, columns));
    }

    private static Value triangle(Call call) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        int rank = x.type().shape().rank();
        if (rank < 2) {
            throw call.invalid("rank of x: expected at least 2, found " + x.type());
        }
        Shape matrix = Shape.of(x.type().shape().dim(-2), x.type().shape().dim(-1));
        Value rows = builder.add(new Op.Iota(DType.I64, matrix, 0));
        Value columns = builder.add(new Op.Iota(DType.I64, matrix, 1));
        Value diagonal = call.optional(1)
                .map(k -> builder.binary(BinaryOp.ADD, rows, call.scalar(1)))
                .orElse(rows);
        Value kept = builder.compare(call.flag("upper", true) ? CompareOp.GE : CompareOp.LE, columns, diagonal);
        return builder.select(kept, x, builder.scalar(x.type().dtype(), 0));
    }

    /** Element t of row b becomes element length[b]-1-t for t below the row's length. */
    private static Value reverseSequence(Call call) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        int rank = x.type().shape().rank();
        int batch = call.axis(call.integer("batch_axis", 1), rank);
        int time = call.axis(call.integer("time_axis", 0), rank);
        if (batch + time != 1) {
            throw call.invalid("attributes batch_axis and time_axis: expected 0 and 1 in either order, found " + batch
                    + " and " + time);
        }
        Shape shape = x.type().shape();
        Value at = builder.add(new Op.Iota(DType.I64, shape, time));
        Value lengths = ChannelVectors.alongAxis(builder, call.vector(1, shape.dim(batch)), batch, rank);
        Value mirrored =
                builder.binary(BinaryOp.SUB, builder.binary(BinaryOp.SUB, lengths, builder.scalar(DType.I64, 1)), at);
        Value inside = builder.compare(CompareOp.LT, at, lengths);
        return builder.add(new Op.GatherElements(time), x, builder.select(inside, mirrored, at));
    }
}
