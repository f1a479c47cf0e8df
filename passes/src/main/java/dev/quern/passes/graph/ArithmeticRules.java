package dev.quern.passes.graph;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Rewrites of elementwise arithmetic. Only such as keep every bit, powers by small constants excepted. */
final class ArithmeticRules {
    static final List<Rule> ALL = List.of(
            new Rule(
                    "x + 0 = 0 + x = x, on integers",
                    (node, r) -> integersOnly(node, neutral(node, r, BinaryOp.ADD, 0, true))),
            new Rule("x - 0 = x", (node, r) -> neutral(node, r, BinaryOp.SUB, 0, false)),
            new Rule("x * 1 = 1 * x = x", (node, r) -> neutral(node, r, BinaryOp.MUL, 1, true)),
            new Rule("x / 1 = x", (node, r) -> neutral(node, r, BinaryOp.DIV, 1, false)),
            new Rule("x ^ 1 = x", (node, r) -> neutral(node, r, BinaryOp.POW, 1, false)),
            new Rule("x ^ 2 = x * x, on floats", ArithmeticRules::square),
            new Rule("x ^ 0.5 = sqrt(x) where x is not negative, x ^ -1 = 1/x", ArithmeticRules::power),
            new Rule("x / c = x * (1/c) for a power of two c", ArithmeticRules::divisionByPowerOfTwo),
            new Rule("-(-x) = x, not(not(x)) = x", ArithmeticRules::involution),
            new Rule("cast(x) = x where the types are equal", ArithmeticRules::castToSame),
            new Rule("select(c, x, x) = x", ArithmeticRules::selectOfSame),
            new Rule("select(true, x, y) = x, select(false, x, y) = y", ArithmeticRules::selectOfConstant));

    private ArithmeticRules() {}

    /** The value of every element of {@code value} if it is a constant of one repeated number, seen through broadcasts and reshapes. */
    static OptionalDouble uniform(Value value, Rewriting rewriting) {
        Value at = value;
        Optional<Node> producer = rewriting.producer(at);
        while (producer.isPresent()
                && (producer.get().op() instanceof Op.Broadcast
                        || producer.get().op() instanceof Op.Reshape)) {
            at = producer.get().input(0);
            producer = rewriting.producer(at);
        }
        Optional<Literal> constant = rewriting.literal(at);
        return constant.isPresent() && constant.get().elements() == 1
                ? scalar(constant.get().tensor())
                : OptionalDouble.empty();
    }

    private static OptionalDouble scalar(Tensor tensor) {
        return switch (tensor.dtype()) {
            case F32 -> OptionalDouble.of(tensor.segment().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0));
            case F64 -> OptionalDouble.of(tensor.segment().get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0));
            case I64 -> exact(tensor.segment().get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
            case I32 -> OptionalDouble.of(tensor.segment().get(ValueLayout.JAVA_INT_UNALIGNED, 0));
            case BOOL -> OptionalDouble.of(tensor.segment().get(ValueLayout.JAVA_BYTE, 0));
            case F16,
                    BF16,
                    F8E4M3FN,
                    F8E4M3FNUZ,
                    F8E5M2,
                    F8E5M2FNUZ,
                    F8E8M0,
                    F4E2M1,
                    I16,
                    I8,
                    I4,
                    I2,
                    U64,
                    U32,
                    U16,
                    U8,
                    U4,
                    U2,
                    C64,
                    C128,
                    STRING -> OptionalDouble.empty();
        };
    }

    private static OptionalDouble exact(long value) {
        return Math.abs(value) < 1L << 53 ? OptionalDouble.of(value) : OptionalDouble.empty();
    }

    private static Optional<Value> integersOnly(Node node, Optional<Value> value) {
        return node.output().type().dtype().isInteger() ? value : Optional.empty();
    }

    private static Optional<Value> neutral(
            Node node, Rewriting rewriting, BinaryOp function, double element, boolean commutes) {
        if (!(node.op() instanceof Op.Binary(BinaryOp found)) || found != function) {
            return Optional.empty();
        }
        if (is(node.input(1), element, rewriting)) {
            return Optional.of(node.input(0));
        }
        return commutes && is(node.input(0), element, rewriting) ? Optional.of(node.input(1)) : Optional.empty();
    }

    private static boolean is(Value value, double element, Rewriting rewriting) {
        OptionalDouble found = uniform(value, rewriting);
        return found.isPresent() && Double.doubleToLongBits(found.getAsDouble()) == Double.doubleToLongBits(element);
    }

    private static Optional<Value> square(Node node, Rewriting rewriting) {
        return node.op() instanceof Op.Binary(BinaryOp function)
                        && function == BinaryOp.POW
                        && node.output().type().dtype().isFloat()
                        && is(node.input(1), 2, rewriting)
                ? Optional.of(rewriting.emit(new Op.Binary(BinaryOp.MUL), node.origin(), node.input(0), node.input(0)))
                : Optional.empty();
    }

    private static Optional<Value> power(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Binary(BinaryOp function))
                || function != BinaryOp.POW
                || !node.output().type().dtype().isFloat()) {
            return Optional.empty();
        }
        if (is(node.input(1), 0.5, rewriting) && NonNegative.holds(node.input(0), rewriting)) {
            return Optional.of(rewriting.emit(new Op.Unary(UnaryOp.SQRT), node.origin(), node.input(0)));
        }
        return is(node.input(1), -1, rewriting)
                ? Optional.of(rewriting.emit(new Op.Unary(UnaryOp.RECIPROCAL), node.origin(), node.input(0)))
                : Optional.empty();
    }

    private static Optional<Value> divisionByPowerOfTwo(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Binary(BinaryOp function))
                || function != BinaryOp.DIV
                || node.output().type().dtype() != DType.F32) {
            return Optional.empty();
        }
        OptionalDouble divisor = uniform(node.input(1), rewriting);
        if (divisor.isEmpty() || divisor.getAsDouble() == 1) {
            return Optional.empty();
        }
        double value = Math.abs(divisor.getAsDouble());
        boolean exact = value > 0x1p-100 && value < 0x1p100 && value == Math.scalb(1.0, Math.getExponent(value));
        if (!exact) {
            return Optional.empty();
        }
        Value factor = rewriting.constant(Tensor.of(new float[] {(float) (1 / divisor.getAsDouble())}), node.origin());
        Value spread = rewriting.emit(new Op.Broadcast(node.output().type().shape()), node.origin(), factor);
        return Optional.of(rewriting.emit(new Op.Binary(BinaryOp.MUL), node.origin(), node.input(0), spread));
    }

    private static Optional<Value> involution(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Unary(UnaryOp outer)) || (outer != UnaryOp.NEG && outer != UnaryOp.NOT)) {
            return Optional.empty();
        }
        return rewriting
                .producer(node.input(0), Op.Unary.class)
                .filter(inner -> ((Op.Unary) inner.op()).function() == outer)
                .map(inner -> inner.input(0));
    }

    private static Optional<Value> castToSame(Node node, Rewriting rewriting) {
        return node.op() instanceof Op.Cast(DType to, boolean saturate)
                        && node.input(0).type().dtype() == to
                ? Optional.of(node.input(0))
                : Optional.empty();
    }

    private static Optional<Value> selectOfSame(Node node, Rewriting rewriting) {
        return node.op() instanceof Op.Select && node.input(1).equals(node.input(2))
                ? Optional.of(node.input(1))
                : Optional.empty();
    }

    private static Optional<Value> selectOfConstant(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Select)) {
            return Optional.empty();
        }
        OptionalDouble condition = uniform(node.input(0), rewriting);
        return condition.isPresent() ? Optional.of(node.input(condition.getAsDouble() != 0 ? 1 : 2)) : Optional.empty();
    }
}
