package dev.quern.vector;

import dev.quern.ir.Dim;
import java.util.ArrayList;
import java.util.List;

/** The vector loop being built, the vector of it that is being built, and the lanes that are active. */
final class LaneContext {
    /** A condition on lanes: that all of {@code nonNegative} are at least zero, or, negated, that not all are. */
    private record LaneCondition(List<Dim> nonNegative, boolean negated) {}

    /** Which lanes of a vector satisfy something. */
    sealed interface Active {
        record All() implements Active {}

        record None() implements Active {}

        record Some(CodeNode mask) implements Active {}
    }

    private static final Active ALL = new Active.All();
    private static final Active NONE = new Active.None();

    final String variable;
    final VectorParts lanes;
    final LaneCheck check;

    private final MethodDraft draft;
    private final IndexScope scope;
    private final IndexExpressions indices;
    private final VectorCode code;
    private final List<LaneCondition> conditions = new ArrayList<>();
    private VectorParts.VectorPart part;

    LaneContext(String variable, Plan.VectorLoop loop, MethodDraft draft, IndexScope scope, IndexExpressions indices) {
        this.variable = variable;
        this.lanes = loop.lanes();
        this.check = loop.check();
        this.draft = draft;
        this.scope = scope;
        this.indices = indices;
        this.code = new VectorCode(draft);
    }

    VectorParts.VectorPart part() {
        return part;
    }

    /** Runs {@code body} for each vector of the loop, with the loop's variable bound to its first lane. */
    void forEachPart(Runnable body) {
        for (VectorParts.VectorPart each : lanes.parts()) {
            part = each;
            scope.with(variable, new IndexScope.Binding.KnownNumber(each.start()), body);
        }
        part = null;
    }

    int conditions() {
        return conditions.size();
    }

    /** Runs {@code body} for the lanes where all, or, negated, not all of {@code nonNegative} are at least zero. */
    void where(List<Dim> nonNegative, boolean negated, Runnable body) {
        conditions.addLast(new LaneCondition(nonNegative, negated));
        body.run();
        conditions.removeLast();
    }

    /** The lanes of the current vector that are active, as a mask for {@code type}. */
    Active active(JvmType type) {
        return active(type, 0);
    }

    /** The same, for the conditions from position {@code from} on only; idle lanes are active then. */
    Active active(JvmType type, int from) {
        Active all = ALL;
        if (from == 0 && part.start() + part.lanes() > lanes.extent()) {
            all = lanesWhere(type, Dim.of(lanes.extent() - 1L).minus(Dim.symbol(variable)));
        }
        for (LaneCondition condition : conditions.subList(from, conditions.size())) {
            Active these = ALL;
            for (Dim dim : condition.nonNegative()) {
                these = both(these, lanesWhere(type, dim));
            }
            all = both(all, condition.negated() ? not(these) : these);
        }
        return all;
    }

    private Active both(Active left, Active right) {
        if (left instanceof Active.Some(CodeNode mask) && right instanceof Active.Some(CodeNode other)) {
            return new Active.Some(code.combine("and", mask, other));
        }
        return left instanceof Active.All || right instanceof Active.None ? right : left;
    }

    private Active not(Active lanesActive) {
        return switch (lanesActive) {
            case Active.All all -> NONE;
            case Active.None none -> ALL;
            case Active.Some(CodeNode mask) -> new Active.Some(code.not(mask));
        };
    }

    private Active lanesWhere(JvmType type, Dim dim) {
        int slope = (int) dim.coefficient(variable).orElseThrow().constant();
        boolean wide = indices.isLong(dim);
        CodePolynomial first = indices.polynomial(dim, wide ? JvmType.LONG : JvmType.INT);
        if (first.isConstant()) {
            long start = first.constant();
            long end = start + (long) slope * (part.lanes() - 1);
            if (Math.min(start, end) >= 0) {
                return ALL;
            }
            if (Math.max(start, end) < 0) {
                return NONE;
            }
        }
        return new Active.Some(mask(type, first, wide, slope));
    }

    /** The lanes {@code n} with {@code first + slope*n >= 0}. */
    private CodeNode mask(JvmType type, CodePolynomial first, boolean wide, int slope) {
        CodeNode zero = draft.push(0);
        if (slope == -1) {
            return code.indexInRange(type, zero, near(first.plus(1), wide));
        }
        if (slope == 1) {
            return code.not(code.indexInRange(type, zero, near(first.times(-1), wide)));
        }
        CodeNode start = near(first, wide);
        if (slope == 0) {
            CodeNode holds = draft.value(
                    ScalarCalls.call("lessOrEqual", JvmType.INT, JvmType.INT, JvmType.INT), JvmType.INT, zero, start);
            return code.maskAll(type, holds);
        }
        JvmType counter = VectorCode.integers(type);
        boolean longs = counter.lane() == dev.quern.DType.I64;
        CodeNode ramp = code.ramp(counter, longs ? indices.convert(start, JvmType.LONG) : start, slope);
        return code.maskFor(code.compare("GE", ramp, code.bits(counter, 0)), type);
    }

    private CodeNode near(CodePolynomial polynomial, boolean wide) {
        if (!wide) {
            return polynomial.toNode(draft, JvmType.INT);
        }
        return draft.hoisted(
                ScalarCalls.call("nearInt", JvmType.INT, JvmType.LONG),
                JvmType.INT,
                polynomial.toNode(draft, JvmType.LONG));
    }
}
