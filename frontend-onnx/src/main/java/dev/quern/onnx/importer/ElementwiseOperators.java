package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;

/** Arithmetic, comparisons and logic on elements at the same index. */
final class ElementwiseOperators {
    private ElementwiseOperators() {}

    static List<Operator> rows() {
        return List.of(
                one("Abs", 1, call -> unary(call, UnaryOp.ABS)),
                one("Neg", 1, call -> unary(call, UnaryOp.NEG)),
                one("Sign", 9, call -> unary(call, UnaryOp.SIGN)),
                one("Floor", 1, call -> unary(call, UnaryOp.FLOOR)),
                one("Ceil", 1, call -> unary(call, UnaryOp.CEIL)),
                one("Round", 11, call -> unary(call, UnaryOp.ROUND)),
                one("Sqrt", 1, call -> unary(call, UnaryOp.SQRT)),
                one("Reciprocal", 1, call -> unary(call, UnaryOp.RECIPROCAL)),
                one("Exp", 1, call -> unary(call, UnaryOp.EXP)),
                one("Log", 1, call -> unary(call, UnaryOp.LOG)),
                one("Erf", 9, call -> unary(call, UnaryOp.ERF)),
                one("Sin", 7, call -> unary(call, UnaryOp.SIN)),
                one("Cos", 7, call -> unary(call, UnaryOp.COS)),
                one("Tan", 7, call -> unary(call, UnaryOp.TAN)),
                one("Asin", 7, call -> unary(call, UnaryOp.ASIN)),
                one("Acos", 7, call -> unary(call, UnaryOp.ACOS)),
                one("Atan", 7, call -> unary(call, UnaryOp.ATAN)),
                one("Sinh", 9, call -> unary(call, UnaryOp.SINH)),
                one("Cosh", 9, call -> unary(call, UnaryOp.COSH)),
                one("Asinh", 9, call -> unary(call, UnaryOp.ASINH)),
                one("Acosh", 9, call -> unary(call, UnaryOp.ACOSH)),
                one("Atanh", 9, call -> unary(call, UnaryOp.ATANH)),
                one("Not", 1, call -> unary(call, UnaryOp.NOT)),
                one("BitwiseNot", 18, call -> unary(call, UnaryOp.BIT_NOT)),
                one("IsNaN", 9, call -> unary(call, UnaryOp.IS_NAN)),
                one("IsInf", 10, ElementwiseOperators::isInf),
                one("Add", 1, call -> binary(call, BinaryOp.ADD)),
                one("Sub", 1, call -> binary(call, BinaryOp.SUB)),
                one("Mul", 1, call -> binary(call, BinaryOp.MUL)),
                one("Div", 1, call -> binary(call, BinaryOp.DIV)),
                one("Pow", 1, ElementwiseOperators::pow).composite(),
                one("Mod", 10, ElementwiseOperators::modulo),
                one("And", 1, call -> binary(call, BinaryOp.AND)),
                one("Or", 1, call -> binary(call, BinaryOp.OR)),
                one("Xor", 1, call -> binary(call, BinaryOp.XOR)),
                one("BitwiseAnd", 18, call -> binary(call, BinaryOp.AND)),
                one("BitwiseOr", 18, call -> binary(call, BinaryOp.OR)),
                one("BitwiseXor", 18, call -> binary(call, BinaryOp.XOR)),
                one("BitShift", 11, ElementwiseOperators::shift),
                one("Equal", 1, call -> compare(call, CompareOp.EQ)),
                one("Greater", 1, call -> compare(call, CompareOp.GT)),
                one("GreaterOrEqual", 12, call -> compare(call, CompareOp.GE)),
                one("Less", 1, call -> compare(call, CompareOp.LT)),
                one("LessOrEqual", 12, call -> compare(call, CompareOp.LE)),
                one("Where", 9, call -> call.builder().select(call.input(0), call.input(1), call.input(2))),
                one("Sum", 1, call -> fold(call, BinaryOp.ADD)).composite(),
                one("Max", 1, call -> fold(call, BinaryOp.MAX)),
                one("Min", 1, call -> fold(call, BinaryOp.MIN)),
                one("Mean", 1, ElementwiseOperators::mean).composite(),
                one("Clip", 1, Clip::byAttributes),
                one("Clip", 11, Clip::byOperands),
                one("Cast", 1, ElementwiseOperators::castByName),
                one("Cast", 6, call -> cast(call, call.input(0), call.dtype("to", DType.F32))),
                one(
                        "CastLike",
                        15,
                        call -> cast(call, call.input(0), call.input(1).type().dtype())),
                one(
                        "BitCast",
                        26,
                        call -> call.builder().add(new Op.Bitcast(call.dtype("to", DType.F32)), call.input(0))));
    }

    private static Value unary(Call call, UnaryOp function) {
        return call.builder().unary(function, call.input(0));
    }

    private static Value binary(Call call, BinaryOp function) {
        return call.builder().binary(function, call.input(0), second(call));
    }

    private static Value compare(Call call, CompareOp relation) {
        if (call.input(0).type().dtype() == DType.STRING) {
            throw call.unsupported("comparison of strings; keep text processing outside the model");
        }
        return call.builder().compare(relation, call.input(0), second(call));
    }

    /** The right operand; before version 7 it was broadcast from attribute {@code axis} on, if at all. */
    private static Value second(Call call) {
        Value right = call.input(1);
        if (call.version() >= 7 || !call.flag("broadcast", false)) {
            return right;
        }
        int rank = call.input(0).type().shape().rank();
        int own = right.type().shape().rank();
        int axis = call.has("axis") ? call.axis(call.integer("axis", 0), rank) : rank - own;
        List<Dim> dims = new ArrayList<>(right.type().shape().dims());
        for (int trailing = axis + own; trailing < rank; trailing++) {
            dims.add(Dim.ONE);
        }
        return call.builder().reshape(right, new Shape(dims));
    }

    private static Value isInf(Call call) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        boolean positive = call.flag("detect_positive", true);
        boolean negative = call.flag("detect_negative", true);
        if (positive && negative) {
            return builder.unary(UnaryOp.IS_INF, x);
        }
        DType dtype = x.type().dtype();
        if (!positive && !negative) {
            return builder.broadcast(builder.scalar(DType.BOOL, 0), x.type().shape());
        }
        double bound = positive ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        return builder.compare(CompareOp.EQ, x, builder.scalar(dtype, bound));
    }

    /** The exponent may have a type of its own; the result has the base's. */
    private static Value pow(Call call) {
        GraphBuilder builder = call.builder();
        Value base = call.input(0);
        Value exponent = second(call);
        DType dtype = base.type().dtype();
        boolean whole = !exponent.type().dtype().isFloat();
        boolean fits = dtype.isFloat()
                ? !whole
                        || builder.literal(exponent)
                                .filter(TensorNumbers::allFitF32)
                                .isPresent()
                : whole && exponent.type().dtype().bits() <= dtype.bits();
        if (fits) {
            return builder.binary(BinaryOp.POW, base, builder.cast(exponent, dtype));
        }
        DType wide = dtype.isFloat() || !whole ? DType.F64 : DType.I64;
        Value power = builder.binary(BinaryOp.POW, builder.cast(base, wide), builder.cast(exponent, wide));
        Value narrow = builder.cast(power, dtype);
        if (wide == DType.F64) {
            return narrow;
        }
        Value same = builder.compare(CompareOp.EQ, builder.cast(narrow, wide), power);
        return builder.select(same, narrow, builder.scalar(dtype, Math.scalb(-1.0, dtype.bits() - 1)));
    }

    private static Value modulo(Call call) {
        boolean likeDividend = call.flag("fmod", false);
        if (!likeDividend && call.input(0).type().dtype().isFloat()) {
            throw call.invalid("attribute fmod: expected 1 for floating-point numbers, found 0");
        }
        return binary(call, likeDividend ? BinaryOp.REM : BinaryOp.MOD);
    }

    private static Value shift(Call call) {
        String direction = call.text("direction", "");
        if (!direction.equals("LEFT") && !direction.equals("RIGHT")) {
            throw call.invalid("attribute direction: expected LEFT or RIGHT, found '" + direction + "'");
        }
        return binary(call, direction.equals("LEFT") ? BinaryOp.SHIFT_LEFT : BinaryOp.SHIFT_RIGHT);
    }

    private static Value fold(Call call, BinaryOp function) {
        Value joined = call.input(0);
        for (Value next : call.inputsFrom(1)) {
            joined = call.builder().binary(function, joined, next);
        }
        return joined;
    }

    private static Value mean(Call call) {
        return call.builder().binary(BinaryOp.DIV, fold(call, BinaryOp.ADD), call.count());
    }

    private static Value castByName(Call call) {
        String name = call.text("to", "");
        DType to = ElementTypes.of(name)
                .orElseThrow(() -> call.invalid("attribute to: no element type is called '" + name + "'"));
        return cast(call, call.input(0), to);
    }

    private static Value cast(Call call, Value x, DType to) {
        DType from = x.type().dtype();
        if (from == to) {
            return x;
        }
        if (from == DType.STRING || to == DType.STRING) {
            throw call.unsupported(
                    "conversion from " + from + " to " + to + "; keep text processing outside the model");
        }
        return call.builder().add(new Op.Cast(to, call.flag("saturate", true)), x);
    }
}
