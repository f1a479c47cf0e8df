package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.DataTypes;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Arithmetic, comparisons and logic on elements at the same index. */
final class ElementwiseKinds {
    private static final List<DType> CONVERTIBLE = TypeSets.ALL;

    private ElementwiseKinds() {}

    static List<NodeKind> kinds() {
        List<NodeKind> kinds = new ArrayList<>();
        for (String name : List.of("Abs", "Neg", "Sign")) {
            kinds.add(unary(name, name.equals("Abs") ? TypeSets.NUMERIC : TypeSets.SIGNED_NUMERIC, 10));
        }
        for (String name : List.of("Floor", "Ceil", "Round", "Sqrt", "Reciprocal", "Exp", "Log", "Erf")) {
            kinds.add(unary(name, TypeSets.FLOATS, name.equals("Sqrt") || name.equals("Exp") ? 10 : 5));
        }
        for (String name :
                List.of("Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh")) {
            kinds.add(unary(name, TypeSets.FLOATS, 2));
        }
        kinds.add(unary("Not", List.of(DType.BOOL), 5));
        kinds.add(unary("BitwiseNot", TypeSets.WHOLE, 3));
        kinds.add(NodeKind.of("IsNaN", 3, ElementwiseKinds::isNan));
        kinds.add(NodeKind.of("IsInf", 3, ElementwiseKinds::isInf));
        for (String name : List.of("Add", "Sub", "Mul")) {
            kinds.add(NodeKind.of(name, 40, draft -> binary(draft, name, draft.type(TypeSets.NUMERIC))));
        }
        kinds.add(NodeKind.of("Div", 20, ElementwiseKinds::divide));
        kinds.add(NodeKind.of("Pow", 8, ElementwiseKinds::pow));
        kinds.add(NodeKind.of("Mod", 6, ElementwiseKinds::mod));
        for (String name : List.of("And", "Or", "Xor")) {
            kinds.add(NodeKind.of(name, 4, draft -> binary(draft, name, DType.BOOL)));
        }
        for (String name : List.of("BitwiseAnd", "BitwiseOr", "BitwiseXor")) {
            kinds.add(NodeKind.of(name, 3, draft -> binary(draft, name, draft.pick(TypeSets.WHOLE))));
        }
        kinds.add(NodeKind.of("BitShift", 5, ElementwiseKinds::shift));
        for (String name : List.of("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual")) {
            kinds.add(NodeKind.of(name, 5, draft -> compare(draft, name)));
        }
        kinds.add(NodeKind.of("Where", 12, ElementwiseKinds::where));
        for (String name : List.of("Sum", "Mean")) {
            kinds.add(NodeKind.of(name, 5, draft -> several(draft, name, TypeSets.FLOATS)));
        }
        for (String name : List.of("Max", "Min")) {
            kinds.add(NodeKind.of(name, 8, draft -> several(draft, name, TypeSets.NUMERIC)));
        }
        kinds.add(NodeKind.of("Clip", 6, ElementwiseKinds::clip));
        kinds.add(NodeKind.of("Cast", 15, ElementwiseKinds::cast));
        kinds.add(NodeKind.of("CastLike", 4, ElementwiseKinds::castLike));
        kinds.add(NodeKind.of("BitCast", 2, ElementwiseKinds::bitCast));
        return kinds;
    }

    private static NodeKind unary(String name, Collection<DType> types, int weight) {
        return NodeKind.of(name, weight, draft -> {
            DrawnValue x = draft.any(types);
            draft.node(name, List.of(x), Map.of(), x.dtype(), x.shape());
        });
    }

    private static void isNan(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.FLOATS);
        draft.node("IsNaN", List.of(x), Map.of(), DType.BOOL, x.shape());
    }

    private static void isInf(GraphDraft draft) {
        DrawnValue x = draft.any(List.of(DType.F32, DType.F64));
        draft.node(
                "IsInf",
                List.of(x),
                Map.of(
                        "detect_positive", OnnxAttribute.of(draft.below(2)),
                        "detect_negative", OnnxAttribute.of(draft.below(2))),
                DType.BOOL,
                x.shape());
    }

    /** Two operands of one type that broadcast, in either order. */
    static List<DrawnValue> pair(GraphDraft draft, DType dtype) {
        DrawnValue left = draft.any(List.of(dtype));
        DrawnValue right = draft.spread(dtype, left.shape());
        return draft.chance(0.5) ? List.of(left, right) : List.of(right, left);
    }

    static List<Axis> joined(List<DrawnValue> operands) {
        List<Axis> shape = operands.getFirst().shape();
        for (DrawnValue operand : operands) {
            shape = Shapes.broadcast(shape, operand.shape());
        }
        return shape;
    }

    private static void binary(GraphDraft draft, String name, DType dtype) {
        List<DrawnValue> operands = pair(draft, dtype);
        draft.node(name, operands, Map.of(), dtype, joined(operands));
    }

    /** Whole numbers are divided by constants other than 0 and -1, which nobody defines. */
    private static void divide(GraphDraft draft) {
        DType dtype = draft.type(TypeSets.NUMERIC);
        if (dtype.isFloat()) {
            binary(draft, "Div", dtype);
        } else {
            DrawnValue x = draft.any(List.of(dtype));
            draft.node("Div", List.of(x, divisor(draft, dtype)), Map.of(), dtype, x.shape());
        }
    }

    private static DrawnValue divisor(GraphDraft draft, DType dtype) {
        long size = draft.between(1, 9);
        boolean negative = dtype.kind() == DType.Kind.SIGNED && draft.chance(0.3);
        return draft.parameter(RandomElements.wholes(dtype, new long[] {negative ? -size - 1 : size}));
    }

    private static void mod(GraphDraft draft) {
        DType dtype = draft.type(TypeSets.NUMERIC);
        DrawnValue x = draft.any(List.of(dtype));
        if (dtype.isFloat()) {
            DrawnValue y = draft.spread(dtype, x.shape());
            draft.node(
                    "Mod",
                    List.of(x, y),
                    Map.of("fmod", OnnxAttribute.of(1)),
                    dtype,
                    Shapes.broadcast(x.shape(), y.shape()));
        } else {
            draft.node(
                    "Mod",
                    List.of(x, divisor(draft, dtype)),
                    Map.of("fmod", OnnxAttribute.of(draft.below(2))),
                    dtype,
                    x.shape());
        }
    }

    private static void pow(GraphDraft draft) {
        List<DType> bases = List.of(DType.F32, DType.F64, DType.F16, DType.I32, DType.I64);
        DrawnValue base = draft.any(bases);
        DType exponentType = draft.opset() >= 12 && draft.chance(0.3)
                ? draft.pick(List.of(DType.F32, DType.I64, DType.I32))
                : base.dtype();
        DrawnValue exponent = draft.chance(0.7)
                ? draft.parameter(RandomElements.wholes(exponentType, new long[] {draft.between(0, 3)}))
                : exponentType.isFloat()
                        ? draft.spread(exponentType, base.shape())
                        : draft.parameter(RandomElements.wholes(exponentType, new long[] {draft.between(1, 4)}, 1));
        draft.node(
                "Pow",
                List.of(base, exponent),
                Map.of(),
                base.dtype(),
                Shapes.broadcast(base.shape(), exponent.shape()));
    }

    private static void shift(GraphDraft draft) {
        DType dtype = draft.pick(TypeSets.UNSIGNED);
        DrawnValue x = draft.any(List.of(dtype));
        int width = dtype.bits();
        DrawnValue by = draft.chance(0.6)
                ? draft.parameter(RandomElements.wholes(dtype, new long[] {draft.below(width + 3)}))
                : draft.spread(dtype, x.shape());
        draft.node(
                "BitShift",
                List.of(x, by),
                Map.of("direction", OnnxAttribute.of(draft.chance(0.5) ? "LEFT" : "RIGHT")),
                dtype,
                Shapes.broadcast(x.shape(), by.shape()));
    }

    private static void compare(GraphDraft draft, String name) {
        List<DrawnValue> operands = pair(draft, draft.type(TypeSets.NUMERIC));
        draft.node(name, operands, Map.of(), DType.BOOL, joined(operands));
    }

    private static void where(GraphDraft draft) {
        DrawnValue condition = draft.any(List.of(DType.BOOL));
        DType dtype = draft.type(TypeSets.ALL);
        DrawnValue then = draft.spread(dtype, condition.shape());
        List<Axis> shape = Shapes.broadcast(condition.shape(), then.shape());
        DrawnValue otherwise = draft.spread(dtype, shape);
        draft.node(
                "Where",
                List.of(condition, then, otherwise),
                Map.of(),
                dtype,
                Shapes.broadcast(shape, otherwise.shape()));
    }

    private static void several(GraphDraft draft, String name, List<DType> types) {
        List<DrawnValue> operands = new ArrayList<>();
        if (name.equals("Max") || name.equals("Min")) {
            operands.add(draft.contested(types, 0, 4));
            operands.add(draft.spread(
                    operands.getFirst().dtype(), operands.getFirst().shape()));
        } else {
            operands.addAll(pair(draft, draft.type(types)));
        }
        DType dtype = operands.getFirst().dtype();
        while (draft.chance(0.4)) {
            operands.add(draft.spread(dtype, joined(operands)));
        }
        draft.node(name, operands, Map.of(), dtype, joined(operands));
    }

    private static void clip(GraphDraft draft) {
        Unfit.unless(draft.opset() >= 11);
        DType dtype = draft.type(draft.opset() >= 12 ? TypeSets.NUMERIC : List.of(DType.F32));
        DrawnValue x = draft.any(List.of(dtype));
        List<DrawnValue> operands = new ArrayList<>();
        operands.add(x);
        long low = dtype.kind() == DType.Kind.UNSIGNED ? draft.below(3) : draft.between(-3, 1);
        operands.add(draft.chance(0.8) ? draft.parameter(RandomElements.wholes(dtype, new long[] {low})) : null);
        operands.add(
                draft.chance(0.8)
                        ? draft.parameter(
                                RandomElements.wholes(dtype, new long[] {draft.between(-1, 6) + (low < 0 ? 0 : 2)}))
                        : null);
        draft.node("Clip", operands, Map.of(), dtype, x.shape());
    }

    private static void cast(GraphDraft draft) {
        DrawnValue x = draft.contested(CONVERTIBLE, 0, 4);
        DType to = draft.type(CONVERTIBLE);
        draft.node("Cast", List.of(x), Map.of("to", OnnxAttribute.of(DataTypes.number(to))), to, x.shape());
    }

    private static void castLike(GraphDraft draft) {
        DrawnValue x = draft.any(CONVERTIBLE);
        DrawnValue pattern = draft.any(CONVERTIBLE);
        draft.node("CastLike", List.of(x, pattern), Map.of(), pattern.dtype(), x.shape());
    }

    private static void bitCast(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.NUMERIC);
        List<DType> same = TypeSets.NUMERIC.stream()
                .filter(type -> type.bits() == x.dtype().bits())
                .toList();
        DType to = draft.pick(same);
        draft.node("BitCast", List.of(x), Map.of("to", OnnxAttribute.of(DataTypes.number(to))), to, x.shape());
    }

    /** A scalar of a floating-point type. */
    static DrawnValue scalar(GraphDraft draft, DType dtype, double value) {
        Tensor tensor = RandomElements.floats(dtype, () -> value);
        return draft.parameter(tensor);
    }
}
