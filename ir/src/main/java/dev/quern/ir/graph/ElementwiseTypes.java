package dev.quern.ir.graph;

import dev.quern.DType;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;

/** Typing rules of operations that compute each element from the elements at the same index. */
final class ElementwiseTypes {
    private ElementwiseTypes() {}

    static TensorType unary(Op.Unary op, Typing typing) {
        typing.operands(1, 1);
        typing.notText(0);
        TensorType x = typing.input(0);
        DType.Kind kind = x.dtype().kind();
        return switch (op.function()) {
            case NOT -> {
                typing.dtype(0, DType.BOOL);
                yield x;
            }
            case BIT_NOT -> {
                typing.check(x.dtype().isInteger(), "element type", "an integer type", x.dtype());
                yield x;
            }
            case IS_NAN, IS_INF -> {
                typing.check(kind == DType.Kind.FLOAT, "element type", "a floating-point type", x.dtype());
                yield x.withDType(DType.BOOL);
            }
            case NEG, ABS, SIGN, FLOOR, CEIL, ROUND -> {
                typing.check(kind != DType.Kind.BOOLEAN, "element type", "numbers", x.dtype());
                yield x;
            }
            case SQRT,
                    RECIPROCAL,
                    EXP,
                    LOG,
                    SIN,
                    COS,
                    TAN,
                    ASIN,
                    ACOS,
                    ATAN,
                    SINH,
                    COSH,
                    ASINH,
                    ACOSH,
                    ATANH,
                    TANH,
                    SIGMOID,
                    ERF -> {
                typing.check(
                        kind == DType.Kind.FLOAT || kind == DType.Kind.COMPLEX,
                        "element type",
                        "a floating-point type",
                        x.dtype());
                yield x;
            }
        };
    }

    static TensorType binary(Op.Binary op, Typing typing) {
        typing.operands(2, 2);
        typing.notText(0);
        typing.sameDType(0, 1);
        TensorType left = typing.input(0);
        switch (op.function()) {
            case AND, OR, XOR ->
                typing.check(
                        left.dtype() == DType.BOOL || left.dtype().isInteger(),
                        "element type",
                        "booleans or integers",
                        left.dtype());
            case SHIFT_LEFT, SHIFT_RIGHT ->
                typing.check(left.dtype().isInteger(), "element type", "integers", left.dtype());
            case ADD, SUB, MUL, DIV, MOD, REM, POW, MIN, MAX ->
                typing.check(left.dtype() != DType.BOOL, "element type", "numbers", left.dtype());
        }
        return left.withShape(typing.equal(left.shape(), typing.input(1).shape(), "shapes"));
    }

    static TensorType compare(Typing typing) {
        typing.operands(2, 2);
        typing.sameDType(0, 1);
        TensorType left = typing.input(0);
        return new TensorType(
                DType.BOOL, typing.equal(left.shape(), typing.input(1).shape(), "shapes"));
    }

    static TensorType select(Typing typing) {
        typing.operands(3, 3);
        typing.dtype(0, DType.BOOL);
        typing.sameDType(1, 2);
        Shape choices = typing.equal(typing.input(1).shape(), typing.input(2).shape(), "shapes of the choices");
        return typing.input(1).withShape(typing.equal(choices, typing.input(0).shape(), "shape of the condition"));
    }

    static TensorType cast(Op.Cast op, Typing typing) {
        typing.operands(1, 1);
        typing.notText(0);
        typing.check(op.to() != DType.STRING, "target", "numbers", op.to());
        return typing.input(0).withDType(op.to());
    }

    static TensorType bitcast(Op.Bitcast op, Typing typing) {
        typing.operands(1, 1);
        TensorType x = typing.input(0);
        typing.check(
                x.dtype().bits() == op.to().bits(),
                "width of " + op.to(),
                x.dtype().bits() + " bits",
                op.to().bits());
        return x.withDType(op.to());
    }

    static TensorType quantize(Op.Quantize op, Typing typing) {
        typing.operands(3, 3);
        typing.sameDType(0, 1);
        typing.floats(0);
        typing.dtype(2, op.to());
        Shape shape = typing.equal(typing.input(0).shape(), typing.input(1).shape(), "shape of the scale");
        return new TensorType(op.to(), typing.equal(shape, typing.input(2).shape(), "shape of the zero point"));
    }

    static TensorType dequantize(Op.Dequantize op, Typing typing) {
        typing.operands(3, 3);
        typing.dtype(1, op.to());
        typing.floats(1);
        typing.sameDType(0, 2);
        Shape shape = typing.equal(typing.input(0).shape(), typing.input(1).shape(), "shape of the scale");
        return new TensorType(op.to(), typing.equal(shape, typing.input(2).shape(), "shape of the zero point"));
    }
}
