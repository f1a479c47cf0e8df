package dev.quern.ir.math;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/**
 * Replaces f32 {@code exp}, {@code log}, {@code tanh}, {@code sigmoid}, {@code erf}, and powers with the constant exponents -1,
 * 0.5, 1, 2 and 3, by formulas of operations that every back end has. Applied to scheduled kernels: values used more than
 * once go to scalar register buffers around the statement.
 *
 * <p>Greatest error found in units in the last place of the exact result, subnormal results included (the test of the JVM back
 * end measures it): exp 1.0, log 0.9, tanh 2.4, sigmoid 2.4, erf 1.2; powers are those of their
 * multiplications. NaN gives NaN, infinities their limits; exp underflows gradually; zeros keep their sign in tanh and erf.
 */
public final class ExpandMath {
    private final KernelNames names;
    private int count;

    private ExpandMath(Kernel kernel) {
        names = new KernelNames(kernel);
    }

    /** {@code kernel} with reductions {@linkplain SpellReductions spelled out}, and the functions replaced. */
    public static Kernel expand(Kernel given) {
        Kernel kernel = SpellReductions.spell(given);
        return kernel.withBody(new ExpandMath(kernel).rewrite(kernel.body()));
    }

    private Stmt rewrite(Stmt statement) {
        return switch (statement) {
            case Stmt.Let(String name, Expr value, Stmt body) -> {
                Temporaries temporaries = new Temporaries();
                Expr rewritten = temporaries.rewrite(value);
                yield temporaries.around(new Stmt.Let(name, rewritten, rewrite(body)));
            }
            case Stmt.Store(String buffer, List<Dim> at, Expr value) -> {
                Temporaries temporaries = new Temporaries();
                Expr rewritten = temporaries.rewrite(value);
                yield temporaries.around(new Stmt.Store(buffer, at, rewritten));
            }
            case Stmt.ReduceInto reduce -> {
                Temporaries temporaries = new Temporaries();
                List<Expr> rewritten =
                        reduce.inputs().stream().map(temporaries::rewrite).toList();
                yield temporaries.around(
                        new Stmt.ReduceInto(reduce.targets(), reduce.reduction(), rewritten, reduce.along()));
            }
            case Stmt other -> Statements.withParts(other, this::rewrite);
        };
    }

    private String freshName() {
        String name;
        do {
            name = "math" + count++;
        } while (!names.take(name));
        return name;
    }

    /** Values of one statement that are used more than once. */
    private final class Temporaries {
        private final List<Buffer> buffers = new ArrayList<>();
        private final List<Stmt> stores = new ArrayList<>();
        private final Approximations formulas = new Approximations(this::let);

        private Expr let(Expr value) {
            if (value instanceof Expr.Immediate || (value instanceof Expr.Load load && isOurs(load))) {
                return value;
            }
            Buffer buffer = Buffer.register(freshName(), value.dtype(), Shape.SCALAR);
            buffers.add(buffer);
            stores.add(new Stmt.Store(buffer.name(), List.of(), value));
            return new Expr.Load(buffer.name(), List.of(), value.dtype());
        }

        private boolean isOurs(Expr.Load load) {
            return buffers.stream().anyMatch(buffer -> buffer.name().equals(load.buffer()));
        }

        Stmt around(Stmt statement) {
            List<Stmt> all = new ArrayList<>(stores);
            all.add(statement);
            Stmt body = stores.isEmpty() ? statement : new Stmt.Block(all);
            for (Buffer buffer : buffers.reversed()) {
                body = new Stmt.Allocate(buffer, body);
            }
            return body;
        }

        Expr rewrite(Expr expression) {
            return switch (expression) {
                case Expr.UnaryOperation(UnaryOp function, Expr operand) -> unary(function, rewrite(operand));
                case Expr.BinaryOperation(BinaryOp function, Expr left, Expr right) ->
                    binary(function, rewrite(left), rewrite(right));
                case Expr other -> Expressions.withOperands(other, this::rewrite);
            };
        }

        private Expr unary(UnaryOp function, Expr operand) {
            if (operand.dtype() != DType.F32) {
                return new Expr.UnaryOperation(function, operand);
            }
            return switch (function) {
                case EXP -> formulas.exp(operand);
                case LOG -> formulas.log(operand);
                case TANH -> formulas.tanh(operand);
                case SIGMOID -> formulas.sigmoid(operand);
                case ERF -> formulas.erf(operand);
                case NEG,
                        ABS,
                        SIGN,
                        NOT,
                        BIT_NOT,
                        SQRT,
                        RECIPROCAL,
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
                        FLOOR,
                        CEIL,
                        ROUND,
                        IS_NAN,
                        IS_INF -> new Expr.UnaryOperation(function, operand);
            };
        }

        private Expr binary(BinaryOp function, Expr left, Expr right) {
            if (function == BinaryOp.POW
                    && right instanceof Expr.Immediate(DType dtype, long bits)
                    && dtype == DType.F32) {
                float exponent = Float.intBitsToFloat((int) bits);
                if (Approximations.hasPower(exponent)) {
                    return formulas.power(left, exponent);
                }
            }
            return new Expr.BinaryOperation(function, left, right);
        }
    }
}
