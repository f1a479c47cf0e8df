package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;

import dev.quern.ir.BinaryOp;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;

/** Products of matrices. */
final class ContractionOperators {
    private ContractionOperators() {}

    static List<Operator> rows() {
        return List.of(
                one("MatMul", 1, call -> MatrixProduct.of(call, call.input(0), call.input(1), 1)),
                one("Gemm", 1, ContractionOperators::gemm),
                one("Einsum", 12, call -> new EinsumTranslation(call).translate()),
                one("FusedMatMul", 1, ContractionOperators::fused).in("com.microsoft"));
    }

    /** {@code alpha*A'*B' + beta*C}. */
    private static Value gemm(Call call) {
        GraphBuilder builder = call.builder();
        Value left = call.input(0);
        Value right = call.input(1);
        if (left.type().shape().rank() != 2 || right.type().shape().rank() != 2) {
            throw call.invalid("ranks: expected two matrices, found " + left.type() + " and " + right.type());
        }
        Value product = MatrixProduct.contract(
                builder,
                left,
                call.flag("transA", false) ? List.of("k", "m") : List.of("m", "k"),
                right,
                call.flag("transB", false) ? List.of("n", "k") : List.of("k", "n"),
                List.of("m", "n"));
        double alpha = call.real("alpha", 1);
        double beta = call.real("beta", 1);
        boolean fractions = alpha != Math.rint(alpha) || beta != Math.rint(beta);
        if (fractions && !left.type().dtype().isFloat()) {
            throw call.unsupported(
                    "attributes alpha and beta of integers: expected whole numbers, found " + alpha + " and " + beta);
        }
        Value scaled = alpha == 1 ? product : builder.binary(BinaryOp.MUL, product, alpha);
        if (call.optional(2).isEmpty() || beta == 0) {
            return builder.cast(scaled, left.type().dtype());
        }
        Value bias = call.within(scaled.type().shape(), RoundedOnce.wide(builder, call.input(2)));
        Value added = beta == 1 ? bias : builder.binary(BinaryOp.MUL, bias, beta);
        return builder.cast(
                builder.binary(BinaryOp.ADD, scaled, added), left.type().dtype());
    }

    private static Value fused(Call call) {
        GraphBuilder builder = call.builder();
        if (call.flag("transBatchA", false) || call.flag("transBatchB", false)) {
            throw call.unsupported("attributes transBatchA and transBatchB");
        }
        Value left = call.flag("transA", false) ? turned(builder, call.input(0)) : call.input(0);
        Value right = call.flag("transB", false) ? turned(builder, call.input(1)) : call.input(1);
        return MatrixProduct.of(call, left, right, call.real("alpha", 1));
    }

    private static Value turned(GraphBuilder builder, Value x) {
        int rank = x.type().shape().rank();
        if (rank < 2) {
            return x;
        }
        List<Integer> order = new ArrayList<>();
        for (int axis = 0; axis < rank - 2; axis++) {
            order.add(axis);
        }
        order.add(rank - 1);
        order.add(rank - 2);
        return builder.transpose(x, order);
    }
}
