package dev.quern.vector;

import dev.quern.ir.BinaryOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Joins the vectors of a vector loop, null where all lanes are idle, to scalars. */
final class LaneJoin {
    private final MethodDraft draft;
    private final VectorCode code;
    private final ClassConstants constants;
    private final int extent;

    /**
     * For a loop.
     *
     * @param extent its iterations
     */
    LaneJoin(MethodDraft draft, VectorCode code, ClassConstants constants, int extent) {
        this.draft = draft;
        this.code = code;
        this.constants = constants;
        this.extent = extent;
    }

    /** The one value that {@link dev.quern.ir.kernel.Stmt.ReduceInto} says, or none; the extent is a power of two. */
    List<CodeNode> inHalves(BinaryOp function, List<CodeNode> vectors) {
        List<CodeNode> joined = new ArrayList<>(vectors);
        while (joined.size() > 1) {
            int half = joined.size() / 2;
            List<CodeNode> lower = new ArrayList<>();
            for (int i = 0; i < half; i++) {
                lower.add(join(function, joined.get(i), joined.get(i + half)));
            }
            joined = lower;
        }
        CodeNode vector = joined.getFirst();
        if (vector == null) {
            return List.of();
        }
        for (int half = Math.min(extent, vector.type.lanes()) / 2; half >= 1; half /= 2) {
            vector = join(function, vector, code.rotate(vector, half, constants));
        }
        return List.of(code.lane(vector, 0));
    }

    /** Values that may be joined in any order, for functions that do not round. */
    List<CodeNode> inAnyOrder(BinaryOp function, List<CodeNode> vectors) {
        List<CodeNode> joined = new ArrayList<>();
        for (CodeNode vector : vectors) {
            boolean same =
                    vector != null && !joined.isEmpty() && joined.getLast().type.equals(vector.type);
            if (same) {
                joined.set(joined.size() - 1, join(function, joined.getLast(), vector));
            } else if (vector != null) {
                joined.add(vector);
            }
        }
        return joined.stream()
                .map(vector -> code.reduceLanes(function.name(), vector))
                .toList();
    }

    private CodeNode join(BinaryOp function, CodeNode left, CodeNode right) {
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        return code.apply(function.name().toLowerCase(Locale.ROOT), left, right);
    }
}
