package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.Tensor;
import java.util.List;

/** Host operations for axes that are given when the model runs. */
final class HostAxes {
    /** More bits are no size. */
    private static final int MOST_RANK = 30;

    private HostAxes() {}

    static List<Tensor> set(HostAttributes attributes, Evaluation call) {
        long rank = attributes.whole("rank", 0);
        if (rank < 0 || rank > MOST_RANK) {
            throw call.invalid("rank: expected 0 to " + MOST_RANK + ", found " + rank);
        }
        long set = 0;
        for (long axis : call.integers(0)) {
            set |= 1L << call.axis(axis, (int) rank);
        }
        return List.of(call.allocate(DType.BOOL, set, 0).tensor(set, 0));
    }

    static List<Tensor> undecided(HostAttributes attributes, Evaluation call) {
        throw call.unsupported(
                "an operator whose axes are given when the model runs, in a program that is not made for them");
    }
}
