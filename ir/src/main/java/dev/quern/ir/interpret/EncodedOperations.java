package dev.quern.ir.interpret;

import dev.quern.Tensor;
import dev.quern.ir.Encoding;
import dev.quern.ir.graph.Op;

/** Encoded constants, by the elements that they mean. */
final class EncodedOperations {
    private EncodedOperations() {}

    static Tensor encode(Op.Encode op, Evaluation call) {
        long[] shape = call.shape(op.shape());
        TensorElements result = call.allocate(op.dtype(), shape);
        switch (op.encoding()) {
            case Encoding.Blocks blocks -> blocks(blocks, shape, call, result);
            case Encoding.Groups groups -> groups(groups, groups.all(op.shape()), call, result);
        }
        return result.tensor(shape);
    }

    private static void blocks(Encoding.Blocks blocks, long[] shape, Evaluation call, TensorElements result) {
        TensorElements elements = call.elements(0);
        long[] starts = call.integers(1);
        long[] columns = call.integers(2);
        long across = shape[1] / blocks.columns();
        require(starts[0] == 0 && starts[starts.length - 1] == blocks.present(), "where rows begin", call);
        for (int row = 0; row + 1 < starts.length; row++) {
            require(starts[row] <= starts[row + 1], "where rows begin", call);
            for (long block = starts[row]; block < starts[row + 1]; block++) {
                long column = columns[Math.toIntExact(block)];
                boolean rising = block == starts[row] || columns[Math.toIntExact(block) - 1] < column;
                require(column >= 0 && column < across && rising, "columns of blocks", call);
                for (long i = 0; i < blocks.rows(); i++) {
                    for (long j = 0; j < blocks.columns(); j++) {
                        result.copy(
                                (row * blocks.rows() + i) * shape[1] + column * blocks.columns() + j,
                                elements,
                                (block * blocks.rows() + i) * blocks.columns() + j);
                    }
                }
            }
        }
    }

    private static void groups(Encoding.Groups groups, long all, Evaluation call, TensorElements result) {
        TensorElements codes = call.elements(0);
        TensorElements scales = call.elements(1);
        boolean pruned = groups.present() < all;
        long[] present = pruned ? call.integers(groups.zeroPoints() ? 3 : 2) : null;
        for (int group = 0; group < groups.present(); group++) {
            long place = pruned ? present[group] : group;
            boolean rising = !pruned || group == 0 || present[group - 1] < place;
            require(place >= 0 && place < all && rising, "groups that are present", call);
            long zero = groups.zeroPoints() ? call.elements(2).whole(group) : 0;
            for (long i = 0; i < groups.size(); i++) {
                long code = codes.whole(group * groups.size() + i);
                result.real(place * groups.size() + i, (code - zero) * scales.real(group));
            }
        }
    }

    private static void require(boolean holds, String what, Evaluation call) {
        if (!holds) {
            throw call.invalid(what + ": expected rising numbers in range, found others");
        }
    }
}
