package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;

/** Activation functions, spelt in arithmetic. */
final class ActivationOperators {
    private static final String MICROSOFT = "com.microsoft";

    private ActivationOperators() {}

    static List<Operator> rows() {
        List<Operator> rows = new ArrayList<>();
        rows.add(one("Relu", 1, call -> relu(call.builder(), call.input(0))));
        rows.add(one("Sigmoid", 1, call -> call.builder().unary(UnaryOp.SIGMOID, call.input(0))));
        rows.add(one("Tanh", 1, call -> call.builder().unary(UnaryOp.TANH, call.input(0))));
        composites().forEach(row -> rows.add(row.composite()));
        return rows;
    }

    private static List<Operator> composites() {
        return List.of(
                one(
                        "LeakyRelu",
                        1,
                        call -> negativePart(
                                call, call.builder().binary(BinaryOp.MUL, call.input(0), call.real("alpha", 0.01)))),
                one(
                        "PRelu",
                        1,
                        call -> negativePart(call, call.builder().binary(BinaryOp.MUL, call.input(0), slope(call)))),
                one("Elu", 1, call -> negativePart(call, exponential(call, call.real("alpha", 1), 1))),
                one(
                        "Celu",
                        12,
                        call -> negativePart(call, exponential(call, call.real("alpha", 1), call.real("alpha", 1)))),
                one("Selu", 1, ActivationOperators::selu),
                one("ThresholdedRelu", 10, ActivationOperators::thresholded),
                one("Shrink", 9, ActivationOperators::shrink),
                one(
                        "HardSigmoid",
                        1,
                        call -> hardSigmoid(
                                call.builder(), call.input(0), call.real("alpha", 0.2), call.real("beta", 0.5))),
                one(
                        "HardSwish",
                        14,
                        call -> call.builder()
                                .binary(
                                        BinaryOp.MUL,
                                        call.input(0),
                                        hardSigmoid(call.builder(), call.input(0), 1 / 6.0, 0.5))),
                one("Softplus", 1, call -> softplus(call.builder(), call.input(0))),
                one("Softsign", 1, ActivationOperators::softsign),
                one(
                        "Mish",
                        18,
                        call -> call.builder()
                                .binary(
                                        BinaryOp.MUL,
                                        call.input(0),
                                        call.builder().unary(UnaryOp.TANH, softplus(call.builder(), call.input(0))))),
                one("Swish", 24, call -> swish(call, call.real("alpha", 1))),
                one("QuickGelu", 1, call -> swish(call, call.real("alpha", 1.702)))
                        .in(MICROSOFT),
                one(
                        "Gelu",
                        20,
                        call -> call.word("approximate", "none", "none", "tanh").equals("tanh")
                                ? tanhGelu(call.builder(), call.input(0))
                                : gelu(call.builder(), call.input(0))),
                one("Gelu", 1, call -> gelu(call.builder(), call.input(0))).in(MICROSOFT),
                one(
                                "BiasGelu",
                                1,
                                call -> gelu(
                                        call.builder(),
                                        call.builder().binary(BinaryOp.ADD, call.input(0), call.input(1))))
                        .in(MICROSOFT),
                one(
                                "FastGelu",
                                1,
                                call -> tanhGelu(
                                        call.builder(),
                                        call.optional(1)
                                                .map(bias -> call.builder().binary(BinaryOp.ADD, call.input(0), bias))
                                                .orElse(call.input(0))))
                        .in(MICROSOFT));
    }

    private static Value relu(GraphBuilder builder, Value x) {
        return builder.binary(BinaryOp.MAX, x, 0);
    }

    /** x where it is not negative, {@code otherwise} where it is. */
    private static Value negativePart(Call call, Value otherwise) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        Value negative =
                builder.compare(CompareOp.LT, x, builder.scalar(x.type().dtype(), 0));
        return builder.select(negative, otherwise, x);
    }

    private static Value slope(Call call) {
        Value slope = call.input(1);
        int rank = call.input(0).type().shape().rank();
        boolean perChannel = call.version() < 7 && slope.type().shape().rank() == 1 && rank > 2;
        Value spread = perChannel ? ChannelVectors.alongChannels(call.builder(), slope, rank) : slope;
        return call.within(call.input(0).type().shape(), spread);
    }

    /** {@code factor * (exp(x / divisor) - 1)}. */
    private static Value exponential(Call call, double factor, double divisor) {
        GraphBuilder builder = call.builder();
        Value scaled = divisor == 1 ? call.input(0) : builder.binary(BinaryOp.DIV, call.input(0), divisor);
        Value less = builder.binary(BinaryOp.SUB, builder.unary(UnaryOp.EXP, scaled), 1);
        return factor == 1 ? less : builder.binary(BinaryOp.MUL, less, factor);
    }

    private static Value selu(Call call) {
        double alpha = call.real("alpha", 1.67326319217681884765625);
        double gamma = call.real("gamma", 1.05070102214813232421875);
        return call.builder().binary(BinaryOp.MUL, negativePart(call, exponential(call, alpha, 1)), gamma);
    }

    private static Value thresholded(Call call) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        DType dtype = x.type().dtype();
        Value above = builder.compare(CompareOp.GT, x, builder.scalar(dtype, call.real("alpha", 1)));
        return builder.select(above, x, builder.scalar(dtype, 0));
    }

    private static Value shrink(Call call) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        DType dtype = x.type().dtype();
        double lambda = call.real("lambd", 0.5);
        double bias = call.real("bias", 0);
        Value above = builder.compare(CompareOp.GT, x, builder.scalar(dtype, lambda));
        Value below = builder.compare(CompareOp.LT, x, builder.scalar(dtype, -lambda));
        Value lowered = builder.select(above, builder.binary(BinaryOp.SUB, x, bias), builder.scalar(dtype, 0));
        return builder.select(below, builder.binary(BinaryOp.ADD, x, bias), lowered);
    }

    private static Value hardSigmoid(GraphBuilder builder, Value x, double alpha, double beta) {
        Value line = builder.binary(BinaryOp.ADD, builder.binary(BinaryOp.MUL, x, alpha), beta);
        return builder.binary(BinaryOp.MAX, builder.binary(BinaryOp.MIN, line, 1), 0);
    }

    /** {@code max(x, 0) + log(1 + exp(-|x|))}, which does not overflow. */
    private static Value softplus(GraphBuilder builder, Value x) {
        Value decay = builder.unary(UnaryOp.EXP, builder.unary(UnaryOp.NEG, builder.unary(UnaryOp.ABS, x)));
        return builder.binary(BinaryOp.ADD, relu(builder, x), logOfOneMore(builder, decay));
    }

    /**
     * {@code log(1 + x)} of x from 0 to 1, right however small x is: {@code log(u) * x / (u - 1)} with u the rounded {@code 1 + x}
     * (Goldberg 1991, theorem 4).
     */
    private static Value logOfOneMore(GraphBuilder builder, Value x) {
        DType dtype = x.type().dtype();
        Value more = builder.binary(BinaryOp.ADD, x, 1);
        Value share = builder.binary(BinaryOp.DIV, x, builder.binary(BinaryOp.SUB, more, 1));
        Value corrected = builder.binary(BinaryOp.MUL, builder.unary(UnaryOp.LOG, more), share);
        return builder.select(builder.compare(CompareOp.EQ, more, builder.scalar(dtype, 1)), x, corrected);
    }

    private static Value softsign(Call call) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        return builder.binary(BinaryOp.DIV, x, builder.binary(BinaryOp.ADD, builder.unary(UnaryOp.ABS, x), 1));
    }

    private static Value swish(Call call, double alpha) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        Value scaled = alpha == 1 ? x : builder.binary(BinaryOp.MUL, x, alpha);
        return builder.binary(BinaryOp.MUL, x, builder.unary(UnaryOp.SIGMOID, scaled));
    }

    static Value gelu(GraphBuilder builder, Value x) {
        Value erf = builder.unary(UnaryOp.ERF, builder.binary(BinaryOp.MUL, x, Math.sqrt(0.5)));
        Value half = builder.binary(BinaryOp.MUL, x, 0.5);
        return builder.binary(BinaryOp.MUL, half, builder.binary(BinaryOp.ADD, erf, 1));
    }

    static Value tanhGelu(GraphBuilder builder, Value x) {
        Value cube = builder.binary(BinaryOp.MUL, builder.binary(BinaryOp.MUL, x, x), x);
        Value sum = builder.binary(BinaryOp.ADD, x, builder.binary(BinaryOp.MUL, cube, 0.044715));
        Value tanh = builder.unary(UnaryOp.TANH, builder.binary(BinaryOp.MUL, sum, Math.sqrt(2 / Math.PI)));
        Value half = builder.binary(BinaryOp.MUL, x, 0.5);
        return builder.binary(BinaryOp.MUL, half, builder.binary(BinaryOp.ADD, tanh, 1));
    }
}
