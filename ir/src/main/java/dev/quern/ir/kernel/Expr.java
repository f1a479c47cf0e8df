package dev.quern.ir.kernel;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.UnaryOp;
import java.util.List;
import java.util.function.Consumer;

/**
 * A scalar expression of a kernel; inside a vector loop, one lane of it. Every expression has a type; operands must have
 * the types that each record states (conversions are explicit).
 */
public sealed interface Expr {
    /** The type of the value. */
    DType dtype();

    /** The expressions that this is computed of, in order. */
    default List<Expr> operands() {
        return switch (this) {
            case Immediate _, Load _, Index _ -> List.of();
            case UnaryOperation(var _, Expr operand) -> List.of(operand);
            case BinaryOperation(var _, Expr left, Expr right) -> List.of(left, right);
            case Comparison(var _, Expr left, Expr right) -> List.of(left, right);
            case Conditional(Expr condition, Expr then, Expr otherwise) -> List.of(condition, then, otherwise);
            case Fma(Expr a, Expr b, Expr c) -> List.of(a, b, c);
            case Conversion(var _, Expr operand) -> List.of(operand);
            case Reinterpretation(var _, Expr operand) -> List.of(operand);
        };
    }

    /** Calls {@code action} for this and for all that it is computed of, each before its operands, in order. */
    default void walk(Consumer<Expr> action) {
        action.accept(this);
        operands().forEach(operand -> operand.walk(action));
    }

    /** A constant: {@code bits} are the value's own bits in the low end (IEEE for floats, 0 or 1 for bool). */
    record Immediate(DType dtype, long bits) implements Expr {
        /** A float32 constant. */
        public static Immediate of(float value) {
            return new Immediate(DType.F32, Float.floatToRawIntBits(value) & 0xFFFFFFFFL);
        }

        /** A float64 constant. */
        public static Immediate of(double value) {
            return new Immediate(DType.F64, Double.doubleToRawLongBits(value));
        }

        /** An int64 constant. */
        public static Immediate of(long value) {
            return new Immediate(DType.I64, value);
        }

        /** An int32 constant. */
        public static Immediate of(int value) {
            return new Immediate(DType.I32, value & 0xFFFFFFFFL);
        }

        /** A boolean constant. */
        public static Immediate of(boolean value) {
            return new Immediate(DType.BOOL, value ? 1 : 0);
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
    record UnaryOperation(UnaryOp function, Expr operand) implements Expr {
        @Override
        public DType dtype() {
            return function == UnaryOp.IS_NAN || function == UnaryOp.IS_INF ? DType.BOOL : operand.dtype();
        }
    }

    /** {@code function} of two operands of one type. */
    record BinaryOperation(BinaryOp function, Expr left, Expr right) implements Expr {
        public BinaryOperation {
            sameType(left, right);
        }

        @Override
        public DType dtype() {
            return left.dtype();
        }
    }

    /** A comparison of two operands of one type. */
    record Comparison(CompareOp relation, Expr left, Expr right) implements Expr {
        public Comparison {
            sameType(left, right);
        }

        @Override
        public DType dtype() {
            return DType.BOOL;
        }
    }

    /** {@code then} if {@code condition}, else {@code otherwise}; both may be evaluated. */
    record Conditional(Expr condition, Expr then, Expr otherwise) implements Expr {
        public Conditional {
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
    record Conversion(DType dtype, Expr operand) implements Expr {}

    /** The bits as another type of the same width. */
    record Reinterpretation(DType dtype, Expr operand) implements Expr {}

    private static void sameType(Expr left, Expr right) {
        if (left.dtype() != right.dtype()) {
            throw new IllegalArgumentException("operands of type " + left.dtype() + " and " + right.dtype());
        }
    }
}
