package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Several nodes at once, as exporters write them and as fusion looks for them; sometimes not quite so. */
final class PatternKinds {
    private PatternKinds() {}

    static List<NodeKind> kinds() {
        return List.of(
                NodeKind.of("pattern/normalisation", 25, PatternKinds::normalisation),
                NodeKind.of("pattern/epilogue", 40, PatternKinds::epilogue),
                NodeKind.of("pattern/beside itself", 25, PatternKinds::besideItself),
                NodeKind.of("pattern/softmax", 10, PatternKinds::softmax),
                NodeKind.of("pattern/attention", 10, PatternKinds::attention),
                NodeKind.of("pattern/class token", 10, PatternKinds::classToken),
                NodeKind.of("pattern/joined parts", 20, PatternKinds::joinedParts),
                NodeKind.of("pattern/shape arithmetic", 12, PatternKinds::shapeArithmetic));
    }

    private static DrawnValue unary(GraphDraft draft, String name, DrawnValue x) {
        return draft.node(name, List.of(x), Map.of(), x.dtype(), x.shape());
    }

    static DrawnValue binary(GraphDraft draft, String name, DrawnValue left, DrawnValue right) {
        return draft.node(
                name, List.of(left, right), Map.of(), left.dtype(), Shapes.broadcast(left.shape(), right.shape()));
    }

    private static DrawnValue scalar(GraphDraft draft, DType dtype, double value) {
        return ElementwiseKinds.scalar(draft, dtype, value);
    }

    /** Mean, difference, square, mean, root, quotient, over axes that may not be the last; the mean's axis kept or not. */
    private static void normalisation(GraphDraft draft) {
        DType dtype = draft.type(List.of(DType.F32, DType.F64, DType.F16));
        boolean keep = draft.chance(0.7);
        DrawnValue x;
        if (keep) {
            x = draft.any(dtype, 1, 4);
        } else {
            // Without the kept axis the mean lies along another one; it broadcasts where extents are alike.
            Axis axis = draft.world().axis();
            x = draft.like(
                    dtype,
                    draft.chance(0.5)
                            ? List.of(axis, axis)
                            : List.of(draft.world().axis(), axis, axis));
        }
        List<Integer> axes = draft.chance(0.6) ? List.of(x.rank() - 1) : ReductionKinds.axes(draft, x.rank());
        List<Integer> others = draft.chance(0.9) ? axes : ReductionKinds.axes(draft, x.rank());
        DrawnValue mean = ReductionKinds.reduce(draft, "ReduceMean", 18, x, axes, keep);
        boolean centred = draft.chance(0.8);
        DrawnValue difference = centred ? binary(draft, "Sub", x, mean) : x;
        DrawnValue square = draft.chance(0.5)
                ? binary(draft, "Mul", difference, difference)
                : binary(draft, "Pow", difference, scalar(draft, dtype, 2));
        DrawnValue variance = ReductionKinds.reduce(draft, "ReduceMean", 18, square, others, keep);
        DrawnValue deviation = unary(
                draft, "Sqrt", binary(draft, "Add", variance, scalar(draft, dtype, draft.chance(0.5) ? 0.01 : 1)));
        DrawnValue numerator = draft.chance(0.9) ? difference : x;
        DrawnValue normal = draft.chance(0.7)
                ? binary(draft, "Div", numerator, deviation)
                : binary(draft, "Mul", numerator, unary(draft, "Reciprocal", deviation));
        if (draft.chance(0.6)) {
            normal = binary(draft, "Mul", normal, draft.spread(dtype, normal.shape()));
            if (draft.chance(0.7)) {
                binary(draft, "Add", normal, draft.spread(dtype, normal.shape()));
            }
        }
    }

    /** A product, convolution, reduction or normalisation, and what is done to its result at once. */
    private static void epilogue(GraphDraft draft) {
        NodeKind anchor = draft.world()
                .table
                .named(draft.pick(List.of(
                        "MatMul",
                        "MatMul",
                        "Gemm",
                        "Conv",
                        "ReduceSum",
                        "ReduceMean",
                        "Softmax",
                        "LayerNormalization",
                        "MaxPool",
                        "Einsum",
                        "CumSum",
                        "MatMulInteger",
                        "ArgMax",
                        "Gather",
                        "ConvTranspose",
                        "Resize")));
        Unfit.unless(draft.world().has(anchor));
        anchor.drawing().accept(draft);
        DrawnValue y = draft.made().getLast();
        int steps = draft.between(1, 4);
        for (int step = 0; step < steps; step++) {
            y = consumer(draft, y);
        }
    }

    private static DrawnValue consumer(GraphDraft draft, DrawnValue y) {
        DType dtype = y.dtype();
        int taste = draft.below(10);
        if (taste < 5) {
            String name = dtype == DType.BOOL ? "And" : draft.pick(List.of("Add", "Mul", "Sub"));
            DrawnValue other = draft.spread(dtype, y.shape());
            return draft.chance(0.7) ? binary(draft, name, y, other) : binary(draft, name, other, y);
        }
        if (taste < 8) {
            return dtype.isFloat()
                    ? unary(draft, draft.pick(List.of("Relu", "Sigmoid", "Tanh", "Neg", "Exp", "Abs")), y)
                    : dtype == DType.BOOL ? unary(draft, "Not", y) : binary(draft, "Add", y, y);
        }
        if (taste == 8 && y.rank() > 1) {
            List<Integer> order = new ArrayList<>();
            for (int axis = 0; axis < y.rank(); axis++) {
                order.add(axis);
            }
            java.util.Collections.shuffle(order, draft.random());
            return new ShapedViews(draft).transpose(y, order);
        }
        DType to = draft.pick(List.of(DType.F32, DType.F64, DType.I32, DType.I64));
        return draft.node(
                "Cast",
                List.of(y),
                Map.of("to", OnnxAttribute.of(dev.quern.onnx.proto.DataTypes.number(to))),
                to,
                y.shape());
    }

    /** A value with a view of itself: its transpose, a rotation, a reversal, a slice that broadcasts. */
    private static void besideItself(GraphDraft draft) {
        DType dtype = draft.type(TypeSets.FLOATS);
        DrawnValue y;
        if (draft.chance(0.5)) {
            Axis axis = draft.world().axis();
            List<Axis> square = draft.chance(0.6)
                    ? List.of(axis, axis)
                    : List.of(draft.world().axis(), axis, axis);
            DrawnValue x = draft.like(dtype, square);
            y = draft.chance(0.5)
                    ? draft.node("MatMul", List.of(x, draft.like(dtype, List.of(axis, axis))), Map.of(), dtype, square)
                    : unary(draft, "Relu", x);
        } else {
            y = draft.any(dtype, 1, 4);
        }
        DrawnValue view = new ShapedViews(draft).ofValue(y).orElseThrow(Unfit::new);
        String name = draft.pick(List.of("Add", "Mul", "Sub", "Max"));
        DrawnValue both = draft.chance(0.5) ? binary(draft, name, y, view) : binary(draft, name, view, y);
        if (draft.chance(0.4)) {
            binary(draft, "Add", both, draft.chance(0.5) ? y : view);
        }
    }

    private static void softmax(GraphDraft draft) {
        DType dtype = draft.type(List.of(DType.F32, DType.F64));
        DrawnValue x = draft.any(dtype, 1, 4);
        List<Integer> axes = List.of(draft.chance(0.7) ? x.rank() - 1 : draft.below(x.rank()));
        DrawnValue top = ReductionKinds.reduce(draft, "ReduceMax", 18, x, axes, true);
        DrawnValue powers = unary(draft, "Exp", binary(draft, "Sub", x, top));
        DrawnValue sum = ReductionKinds.reduce(draft, "ReduceSum", 13, powers, axes, true);
        binary(draft, "Div", powers, sum);
    }

    private static void attention(GraphDraft draft) {
        DType dtype = draft.type(List.of(DType.F32, DType.F64, DType.F16));
        Axis batch = draft.world().axis();
        Axis heads = draft.fixed(draft.between(1, 3));
        Axis rows = draft.world().axis();
        Axis keys = draft.chance(0.6) ? rows : draft.world().axis();
        Axis width = draft.fixed(draft.between(1, 8));
        DrawnValue q = draft.like(dtype, List.of(batch, heads, rows, width));
        DrawnValue k = draft.like(dtype, List.of(batch, heads, keys, width));
        DrawnValue v = draft.like(dtype, List.of(batch, heads, keys, width));
        DrawnValue turned = new ShapedViews(draft).transpose(k, List.of(0, 1, 3, 2));
        List<Axis> square = List.of(batch, heads, rows, keys);
        DrawnValue scores = draft.node("MatMul", List.of(q, turned), Map.of(), dtype, square);
        scores = binary(draft, draft.chance(0.5) ? "Mul" : "Div", scores, scalar(draft, dtype, 2));
        if (draft.chance(0.6)) {
            scores = binary(draft, "Add", scores, draft.spread(dtype, square));
        }
        if (dtype == DType.F32 && draft.chance(0.4)) {
            scores = hidden(draft, scores, square);
        }
        DrawnValue weights =
                draft.node("Softmax", List.of(scores), Map.of("axis", OnnxAttribute.of(3)), dtype, scores.shape());
        Unfit.unless(Shapes.alike(scores.shape(), square));
        DrawnValue mixed =
                draft.node("MatMul", List.of(weights, v), Map.of(), dtype, List.of(batch, heads, rows, width));
        if (draft.chance(0.5)) {
            new ShapedViews(draft).transpose(mixed, List.of(0, 2, 1, 3));
        }
    }

    /** Scores some of which are hidden: by a number in their place, or by one that is added, as may be another mask. */
    private static DrawnValue hidden(GraphDraft draft, DrawnValue scores, List<Axis> square) {
        DrawnValue seen = draft.spread(DType.F32, square);
        DrawnValue hides =
                draft.node("Greater", List.of(seen, scalar(draft, DType.F32, 1)), Map.of(), DType.BOOL, seen.shape());
        DrawnValue number = scalar(draft, DType.F32, draft.chance(0.5) ? -100 : -3);
        boolean isAdded = draft.chance(0.5);
        DrawnValue otherwise = isAdded ? scalar(draft, DType.F32, 0) : scores;
        DrawnValue chosen = draft.node(
                "Where",
                List.of(hides, number, otherwise),
                Map.of(),
                DType.F32,
                Shapes.broadcast(hides.shape(), otherwise.shape()));
        DrawnValue masked = isAdded ? binary(draft, "Add", scores, chosen) : chosen;
        return draft.chance(0.3) ? binary(draft, "Add", masked, draft.spread(DType.F32, square)) : masked;
    }

    /** A learnt row before the others, positions added, and the row taken out again. */
    private static void classToken(GraphDraft draft) {
        DType dtype = draft.type(List.of(DType.F32, DType.F64));
        DrawnValue x = draft.any(dtype, 3, 3);
        Axis one = draft.fixed(1);
        DrawnValue token = draft.fresh(dtype, List.of(one, one, x.axis(2)));
        DrawnValue spread = token;
        if (!x.axis(0).is(1)) {
            List<Axis> wide = List.of(x.axis(0), one, x.axis(2));
            spread = draft.node("Expand", List.of(token, draft.extents(wide)), Map.of(), dtype, wide);
        }
        List<Axis> shape = Shapes.with(x.shape(), 1, x.axis(1).map(size -> size + 1));
        DrawnValue joined = draft.node("Concat", List.of(spread, x), Map.of("axis", OnnxAttribute.of(1)), dtype, shape);
        DrawnValue placed = binary(draft, "Add", joined, draft.spread(dtype, shape));
        if (draft.chance(0.6)) {
            draft.node(
                    "Gather",
                    List.of(placed, draft.constant(Tensor.of(new long[] {0}))),
                    Map.of("axis", OnnxAttribute.of(1)),
                    dtype,
                    Shapes.without(placed.shape(), 1));
        }
    }

    /** Parts that are used by themselves too, joined, and the whole worked on where it lies. */
    private static void joinedParts(GraphDraft draft) {
        DType dtype = draft.type(List.of(DType.F32, DType.F64, DType.I32));
        DrawnValue first = draft.any(dtype, 1, 3);
        int axis = draft.chance(0.6) ? 0 : draft.below(first.rank());
        DrawnValue left = dtype.isFloat() ? unary(draft, "Relu", first) : unary(draft, "Abs", first);
        DrawnValue right = draft.chance(0.3)
                ? left
                : unary(
                        draft,
                        "Neg",
                        draft.like(
                                dtype,
                                draft.chance(0.5)
                                        ? first.shape()
                                        : Shapes.with(first.shape(), axis, draft.fixed(draft.between(1, 3)))));
        DrawnValue whole = draft.node(
                "Concat",
                draft.chance(0.5) ? List.of(left, right) : List.of(right, left),
                Map.of("axis", OnnxAttribute.of(axis)),
                dtype,
                Shapes.with(first.shape(), axis, left.axis(axis).with(right.axis(axis), Long::sum)));
        DrawnValue worked = dtype.isFloat() ? unary(draft, "Sigmoid", whole) : unary(draft, "Neg", whole);
        if (draft.chance(0.5)) {
            binary(draft, "Add", worked, draft.spread(dtype, worked.shape()));
        }
        if (draft.chance(0.6)) {
            binary(draft, "Mul", left, draft.chance(0.5) ? first : draft.spread(dtype, left.shape()));
        }
        if (draft.chance(0.3) && axis < whole.rank()) {
            binary(draft, "Sub", worked, ReductionKinds.reduce(draft, "ReduceMax", 18, worked, List.of(axis), true));
        }
    }

    /** A reshape to extents that are taken from the shape of a value one by one. */
    private static void shapeArithmetic(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL, 2, 4);
        List<Axis> shape = new ArrayList<>(x.shape());
        int at = draft.below(shape.size() - 1);
        Axis product = shape.get(at).with(shape.get(at + 1), (left, right) -> left * right);
        shape.set(at, product);
        shape.remove(at + 1);
        Unfit.unless(product.least() > 0 && x.shape().stream().allMatch(axis -> axis.least() > 0));
        DrawnValue extents = draft.node("Shape", List.of(x), Map.of(), DType.I64, List.of(draft.fixed(x.rank())));
        List<DrawnValue> parts = new ArrayList<>();
        for (int axis = 0; axis < shape.size(); axis++) {
            if (axis == at) {
                parts.add(
                        draft.chance(0.5)
                                ? draft.constant(Tensor.of(new long[] {-1}, 1))
                                : binary(draft, "Mul", extent(draft, extents, at), extent(draft, extents, at + 1)));
            } else {
                parts.add(extent(draft, extents, axis < at ? axis : axis + 1));
            }
        }
        DrawnValue target = draft.node(
                "Concat", parts, Map.of("axis", OnnxAttribute.of(0)), DType.I64, List.of(draft.fixed(shape.size())));
        draft.node("Reshape", List.of(x, target), Map.of(), x.dtype(), shape);
    }

    private static DrawnValue extent(GraphDraft draft, DrawnValue extents, int axis) {
        return draft.node(
                "Gather",
                List.of(extents, draft.constant(Tensor.of(new long[] {axis}, 1))),
                Map.of("axis", OnnxAttribute.of(0)),
                DType.I64,
                List.of(draft.fixed(1)));
    }
}
