package dev.quern.ir.kernel;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.UnaryOp;
import java.util.List;

/**
 * A scalar expression of a kernel; inside a vector loop, one lane of it. Every expression has a type; operands must have
 * the types that each record states (conversions are explicit).
 */
public sealed interface Expr {
    /** The type of the value. */
    DType dtype();

    /** A constant: {@code bits} are the value's own bits in the low end (IEEE for floats, 0 or 1 for bool). */
    record Constant(DType dtype, long bits) implements Expr {
        /** A float32 constant. */
        public static Constant of(float value) {
            return new Constant(DType.F32, Float.floatToRawIntBits(value) & 0xFFFFFFFFL);
        }

        /** A float64 constant. */
        public static Constant of(double value) {
            return new Constant(DType.F64, Double.doubleToRawLongBits(value));
        }

        /** An int64 constant. */
        public static Constant of(long value) {
            return new Constant(DType.I64, value);
        }

        /** An int32 constant. */
        public static Constant of(int value) {
            return new Constant(DType.I32, value & 0xFFFFFFFFL);
        }

        /** A boolean constant. */
        public static Constant of(boolean value) {
            return new Constant(DType.BOOL, value ? 1 : 0);
        }
    }

    /** The element of {@code buffer} at {@code indices}; {@code dtype} is the buffer's. */
    record Load(String buffer, List<Dim> indices, DType dtype) implements Expr {
        public Load {
            indices = List.copyOf(indices);
        }
    }

    /** An index as a number. */
    record Index(Dim index, DType dtype) implements Expr {}

    /** {@code function} of an operand of this type (of a number, for the functions that give a boolean). */
    record Unary(UnaryOp function, Expr operand) implements Expr {
        @Override
        public DType dtype() {
            return function == UnaryOp.IS_NAN || function == UnaryOp.IS_INF ? DType.BOOL : operand.dtype();
        }
    }

    /** {@code function} of two operands of one type. */
    record Binary(BinaryOp function, Expr left, Expr right) implements Expr {
        public Binary {
            sameType(left, right);
        }

        @Override
        public DType dtype() {
            return left.dtype();
        }
    }

    /** A comparison of two operands of one type. */
    record Compare(CompareOp relation, Expr left, Expr right) implements Expr {
        public Compare {
            sameType(left, right);
        }

        @Override
        public DType dtype() {
            return DType.BOOL;
        }
    }

    /** {@code then} if {@code condition}, else {@code otherwise}; both may be evaluated. */
    record Select(Expr condition, Expr then, Expr otherwise) implements Expr {
        public Select {
            sameType(then, otherwise);
            if (condition.dtype() != DType.BOOL) {
                throw new IllegalArgumentException("condition of type " + condition.dtype() + ", expected bool");
            }
        }

        @Override
        public DType dtype() {
            return then.dtype();
        }
    }

    /** {@code a*b + c}, rounded once. */
    record Fma(Expr a, Expr b, Expr c) implements Expr {
        public Fma {
            sameType(a, b);
            sameType(a, c);
        }

        @Override
        public DType dtype() {
            return a.dtype();
        }
    }

    /** The value converted to {@code dtype}, by the rule of {@link dev.quern.ir.graph.Op.Cast}. */
    record Cast(DType dtype, Expr operand) implements Expr {}

    /** The bits as another type of the same width. */
    record Bitcast(DType dtype, Expr operand) implements Expr {}

    private static void sameType(Expr left, Expr right) {
        if (left.dtype() != right.dtype()) {
            throw new IllegalArgumentException("operands of type " + left.dtype() + " and " + right.dtype());
        }
    }
}
