package dev.quern.ir.interpret.kernel;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Expr;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoublePredicate;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * Expressions as closures over a {@link Frame}: {@link #real} for floating-point ones, {@link #whole} for integers and
 * booleans, {@link #bits} for either, which moves values without touching the bits of a NaN.
 */
final class ExpressionCode {
    /** Gives a floating-point value. */
    @FunctionalInterface
    interface RealCode {
        double at(Frame frame);
    }

    /** Gives an integer, a boolean or bits. */
    @FunctionalInterface
    interface WholeCode {
        long at(Frame frame);
    }

    private final Scope scope;

    ExpressionCode(Scope scope) {
        this.scope = scope;
    }

    /** The bits of any expression. */
    WholeCode bits(Expr expression) {
        DType type = expression.dtype();
        return switch (expression) {
            case Expr.Immediate(DType _, long bits) -> frame -> bits;
            case Expr.Load load -> access(load)::get;
            case Expr.Reinterpretation(DType to, Expr operand) -> {
                if (to.bits() != operand.dtype().bits()) {
                    throw scope.bug("has a bitcast from " + operand.dtype() + " to " + to);
                }
                DType from = operand.dtype();
                WholeCode value = bits(operand);
                yield frame -> Scalars.mask(from, value.at(frame));
            }
            case Expr.Conditional(Expr condition, Expr then, Expr otherwise) ->
                select(condition, bits(then), bits(otherwise));
            case Expr.Index _,
                    Expr.UnaryOperation _,
                    Expr.BinaryOperation _,
                    Expr.Comparison _,
                    Expr.Fma _,
                    Expr.Conversion _ -> {
                if (!type.isFloat()) {
                    yield whole(expression);
                }
                RealCode value = real(expression);
                yield type == DType.F32
                        ? frame -> Float.floatToRawIntBits((float) value.at(frame))
                        : frame -> FloatFormats.encode(type, value.at(frame));
            }
        };
    }

    /** The value of a floating-point expression. */
    RealCode real(Expr expression) {
        DType type = expression.dtype();
        if (!type.isFloat()) {
            throw scope.bug("has an expression of type " + type + ", expected a floating-point type: " + expression);
        }
        return switch (expression) {
            case Expr.Immediate(DType _, long bits) -> {
                double value = FloatFormats.decode(type, bits);
                yield frame -> value;
            }
            case Expr.Load load -> decoded(type, access(load)::get);
            case Expr.Reinterpretation cast -> decoded(type, bits(cast));
            case Expr.Index(Dim index, DType _) -> {
                IndexCode code = scope.index(index);
                yield frame -> Scalars.toReal(DType.I64, code.at(frame.values), type);
            }
            case Expr.UnaryOperation(UnaryOp function, Expr operand) ->
                unary(ScalarFunctions.realUnary(function, type), real(operand));
            case Expr.BinaryOperation(BinaryOp function, Expr left, Expr right) ->
                binary(function, type, real(left), real(right));
            case Expr.Fma(Expr a, Expr b, Expr c) -> fma(type, real(a), real(b), real(c));
            case Expr.Conditional(Expr condition, Expr then, Expr otherwise) -> {
                WholeCode chosen = whole(condition);
                RealCode yes = real(then);
                RealCode no = real(otherwise);
                yield frame -> {
                    double left = yes.at(frame);
                    double right = no.at(frame);
                    return chosen.at(frame) != 0 ? left : right;
                };
            }
            case Expr.Conversion(DType _, Expr operand) -> {
                DType from = operand.dtype();
                if (from.isFloat()) {
                    RealCode value = real(operand);
                    yield from.bits() < type.bits() && type.bits() >= 32
                            ? value
                            : frame -> FloatFormats.round(type, value.at(frame));
                }
                WholeCode value = whole(operand);
                yield frame -> Scalars.toReal(from, value.at(frame), type);
            }
            case Expr.Comparison compare -> throw scope.bug("has a comparison of type " + compare.dtype());
        };
    }

    /** The value of an integer or boolean expression. */
    WholeCode whole(Expr expression) {
        DType type = expression.dtype();
        if (type.isFloat()) {
            throw scope.bug("has an expression of type " + type + ", expected an integer or boolean: " + expression);
        }
        return switch (expression) {
            case Expr.Immediate(DType _, long bits) -> {
                long value = Scalars.wrap(type, bits);
                yield frame -> value;
            }
            case Expr.Load load -> wrapped(type, access(load)::get);
            case Expr.Reinterpretation cast -> wrapped(type, bits(cast));
            case Expr.Index(Dim index, DType _) -> {
                IndexCode code = scope.index(index);
                yield wrapped(type, frame -> code.at(frame.values));
            }
            case Expr.UnaryOperation(UnaryOp function, Expr operand)
            when operand.dtype().isFloat() -> {
                RealCode value = real(operand);
                DoublePredicate test = ScalarFunctions.realTest(function);
                yield frame -> test.test(value.at(frame)) ? 1 : 0;
            }
            case Expr.UnaryOperation(UnaryOp function, Expr operand) -> {
                LongUnaryOperator applied = ScalarFunctions.wholeUnary(function, operand.dtype());
                WholeCode value = whole(operand);
                yield frame -> applied.applyAsLong(value.at(frame));
            }
            case Expr.BinaryOperation(BinaryOp function, Expr left, Expr right) -> {
                LongBinaryOperator applied = ScalarFunctions.wholeBinary(function, type);
                WholeCode first = whole(left);
                WholeCode second = whole(right);
                yield frame -> applied.applyAsLong(first.at(frame), second.at(frame));
            }
            case Expr.Fma(Expr a, Expr b, Expr c) -> {
                WholeCode first = whole(a);
                WholeCode second = whole(b);
                WholeCode third = whole(c);
                yield wrapped(type, frame -> first.at(frame) * second.at(frame) + third.at(frame));
            }
            case Expr.Comparison compare -> compare(compare);
            case Expr.Conditional(Expr condition, Expr then, Expr otherwise) ->
                select(condition, whole(then), whole(otherwise));
            case Expr.Conversion(DType _, Expr operand) -> {
                if (operand.dtype().isFloat()) {
                    RealCode value = real(operand);
                    yield frame -> Scalars.truncate(type, value.at(frame));
                }
                yield wrapped(type, whole(operand));
            }
        };
    }

    private ElementAccess access(Expr.Load load) {
        ElementAccess access = scope.access(load.buffer(), load.indices());
        if (access.buffer().dtype() != load.dtype()) {
            throw scope.bug("loads " + load.dtype() + " from buffer " + load.buffer() + " of "
                    + access.buffer().dtype());
        }
        return access;
    }

    private static RealCode decoded(DType type, WholeCode bits) {
        return switch (type) {
            case F32 -> frame -> Float.intBitsToFloat((int) bits.at(frame));
            case F64 -> frame -> Double.longBitsToDouble(bits.at(frame));
            default -> frame -> FloatFormats.decode(type, bits.at(frame));
        };
    }

    private static WholeCode wrapped(DType type, WholeCode value) {
        return type == DType.I64 || type == DType.U64 ? value : frame -> Scalars.wrap(type, value.at(frame));
    }

    private WholeCode select(Expr condition, WholeCode then, WholeCode otherwise) {
        WholeCode chosen = whole(condition);
        return frame -> {
            long left = then.at(frame);
            long right = otherwise.at(frame);
            return chosen.at(frame) != 0 ? left : right;
        };
    }

    private WholeCode compare(Expr.Comparison compare) {
        DType type = compare.left().dtype();
        if (type.isFloat()) {
            RealCode left = real(compare.left());
            RealCode right = real(compare.right());
            return frame -> ScalarFunctions.compare(compare.relation(), left.at(frame), right.at(frame)) ? 1 : 0;
        }
        WholeCode left = whole(compare.left());
        WholeCode right = whole(compare.right());
        return frame -> ScalarFunctions.compare(compare.relation(), type, left.at(frame), right.at(frame)) ? 1 : 0;
    }

    private static RealCode unary(DoubleUnaryOperator function, RealCode operand) {
        return frame -> function.applyAsDouble(operand.at(frame));
    }

    private static RealCode fma(DType type, RealCode a, RealCode b, RealCode c) {
        return type == DType.F32
                ? frame -> Math.fma((float) a.at(frame), (float) b.at(frame), (float) c.at(frame))
                : frame -> Scalars.fma(type, a.at(frame), b.at(frame), c.at(frame));
    }

    private static RealCode binary(BinaryOp function, DType type, RealCode left, RealCode right) {
        if (type == DType.F32 && function == BinaryOp.ADD) {
            return frame -> (float) (left.at(frame) + right.at(frame));
        }
        if (type == DType.F32 && function == BinaryOp.MUL) {
            return frame -> (float) (left.at(frame) * right.at(frame));
        }
        DoubleBinaryOperator applied = ScalarFunctions.realBinary(function, type);
        return frame -> applied.applyAsDouble(left.at(frame), right.at(frame));
    }
}
