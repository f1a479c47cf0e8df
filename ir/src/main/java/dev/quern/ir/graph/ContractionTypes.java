package dev.quern.ir.graph;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Typing rules of contractions and of the composites made of them. */
final class ContractionTypes {
    private ContractionTypes() {}

    static TensorType contract(Op.Contract op, Typing typing) {
        typing.operands(2, 2);
        DType left = typing.input(0).dtype();
        DType right = typing.input(1).dtype();
        typing.check(
                accumulates(left, right, op.accumulate()),
                "element types",
                "one floating-point type, f32 and 8-bit integers accumulated in f32, or integers accumulated in integers",
                left + " and " + right + " in " + op.accumulate());
        Map<String, Dim> extents = new HashMap<>();
        name(op.left(), typing.input(0), extents, typing);
        name(op.right(), typing.input(1), extents, typing);
        return new TensorType(
                op.accumulate(),
                new Shape(op.result().stream().map(extents::get).toList()));
    }

    private static boolean accumulates(DType left, DType right, DType accumulate) {
        if (left.isInteger() && right.isInteger()) {
            return accumulate.isInteger();
        }
        if (left == right) {
            return left.isFloat() && accumulate.isFloat();
        }
        return accumulate == DType.F32 && (isByte(left) && right == DType.F32 || left == DType.F32 && isByte(right));
    }

    private static boolean isByte(DType dtype) {
        return dtype == DType.I8 || dtype == DType.U8;
    }

    private static void name(List<String> names, TensorType type, Map<String, Dim> extents, Typing typing) {
        typing.check(
                names.size() == type.shape().rank(),
                "names of axes",
                type.shape().rank(),
                names);
        for (int axis = 0; axis < names.size(); axis++) {
            Dim extent = type.shape().dim(axis);
            String name = names.get(axis);
            Dim known = extents.get(name);
            extents.put(name, known == null ? extent : typing.equal(known, extent, "extent of axis " + name));
        }
    }

    static TensorType attention(Op.Attention op, Typing typing) {
        typing.operands(3, 4);
        for (int index = 0; index < 3; index++) {
            typing.rank(index, 4);
            typing.sameDType(0, index);
        }
        Shape q = typing.input(0).shape();
        Shape k = typing.input(1).shape();
        Shape v = typing.input(2).shape();
        Dim batch = typing.equal(typing.equal(q.dim(0), k.dim(0), "batch of keys"), v.dim(0), "batch of values");
        typing.equal(k.dim(1), v.dim(1), "heads of values");
        if (q.dim(1).isConstant() && k.dim(1).isConstant()) {
            boolean whole =
                    k.dim(1).constant() > 0 && q.dim(1).constant() % k.dim(1).constant() == 0;
            typing.check(whole, "heads of queries", "a multiple of " + k.dim(1), q.dim(1));
        }
        typing.equal(q.dim(3), k.dim(3), "width of keys");
        Dim keys = typing.equal(k.dim(2), v.dim(2), "number of values");
        if (typing.count() == 4) {
            Shape own = typing.input(3).shape();
            Shape whole =
                    op.byKeys() ? Shape.of(batch, q.dim(1), keys, q.dim(2)) : Shape.of(batch, q.dim(1), q.dim(2), keys);
            Shape expected = whole;
            for (int axis = 0; op.byKeys() && axis < Math.min(4, own.rank()); axis++) {
                expected = own.dim(axis).is(1) ? expected.with(axis, Dim.ONE) : expected;
            }
            typing.equal(expected, own, "shape of the mask");
        }
        return typing.input(0).withShape(Shape.of(batch, q.dim(1), q.dim(2), v.dim(3)));
    }

    static List<TensorType> recurrent(Op.Recurrent op, Typing typing) {
        int gates = gates(op);
        typing.operands(4 + states(op), 4 + most(op));
        typing.rank(0, 3);
        typing.rank(1, 2);
        typing.rank(2, 2);
        Shape x = typing.input(0).shape();
        Dim hidden = typing.input(2).shape().dim(1);
        typing.equal(Shape.of(hidden.times(gates), x.dim(2)), typing.input(1).shape(), "shape of w");
        typing.equal(Shape.of(hidden.times(gates), hidden), typing.input(2).shape(), "shape of r");
        typing.equal(Shape.of(hidden.times(2L * gates)), typing.input(3).shape(), "shape of the bias");
        return cells(op, typing, 4, hidden);
    }

    static List<TensorType> recurrentSteps(Op.Recurrent op, Typing typing) {
        int gates = gates(op);
        typing.operands(3 + states(op), 3 + most(op));
        typing.rank(0, 3);
        typing.rank(1, 2);
        Shape products = typing.input(0).shape();
        Dim hidden = typing.input(1).shape().dim(0);
        typing.equal(
                Shape.of(products.dim(0), products.dim(1), hidden.times(gates)), products, "shape of the products");
        typing.equal(Shape.of(hidden, hidden.times(gates)), typing.input(1).shape(), "shape of r");
        typing.equal(Shape.of(hidden.times(gates)), typing.input(2).shape(), "shape of the bias");
        return cells(op, typing, 3, hidden);
    }

    private static int gates(Op.Recurrent op) {
        return switch (op.kind()) {
            case RNN -> 1;
            case GRU -> 3;
            case LSTM -> 4;
        };
    }

    private static int states(Op.Recurrent op) {
        return op.kind() == RecurrentKind.LSTM ? 2 : 1;
    }

    /** States, and peepholes where there can be such. */
    private static int most(Op.Recurrent op) {
        return op.kind() == RecurrentKind.LSTM ? 3 : 1;
    }

    /** The results, from the states from operand {@code first} on, and the peepholes behind them. */
    private static List<TensorType> cells(Op.Recurrent op, Typing typing, int first, Dim hidden) {
        Shape x = typing.input(0).shape();
        Shape state = Shape.of(x.dim(1), hidden);
        int peepholes = first + states(op);
        for (int index = first; index < peepholes; index++) {
            state = typing.equal(state, typing.input(index).shape(), "shape of initial state " + (index - first));
        }
        if (typing.count() > peepholes) {
            typing.equal(Shape.of(hidden.times(3)), typing.input(peepholes).shape(), "shape of the peepholes");
        }
        for (int index = 1; index < typing.count(); index++) {
            typing.sameDType(0, index);
        }
        TensorType last = typing.input(0).withShape(state);
        TensorType all = typing.input(0).withShape(Shape.of(x.dim(0), state.dim(0), hidden));
        return states(op) == 2 ? List.of(all, last, last) : List.of(all, last);
    }
}
