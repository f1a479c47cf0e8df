package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Products of matrices. */
final class ContractionKinds {
    private static final List<DType> MULTIPLIED =
            List.of(DType.F32, DType.F64, DType.F16, DType.BF16, DType.I32, DType.I64, DType.U32, DType.U64);

    private ContractionKinds() {}

    static List<NodeKind> kinds() {
        return List.of(
                NodeKind.of("MatMul", 30, ContractionKinds::matMul),
                NodeKind.of("Gemm", 15, ContractionKinds::gemm),
                NodeKind.of("Einsum", 8, ContractionKinds::einsum),
                NodeKind.of("FusedMatMul", 4, ContractionKinds::fused).in("com.microsoft"));
    }

    /** Shapes of two operands and the result: vectors, matrices, batches that broadcast. */
    record ProductShapes(DrawnValue left, DrawnValue right, List<Axis> result) {}

    static ProductShapes product(GraphDraft draft, DType leftType, DType rightType) {
        DrawnValue left = draft.any(leftType, 1, 4);
        Axis inner = left.axis(-1);
        List<Axis> rightShape = new ArrayList<>();
        boolean vector = draft.chance(0.1);
        if (!vector && left.rank() > 2 && draft.chance(0.6)) {
            rightShape.addAll(left.shape().subList(0, left.rank() - 2));
            if (draft.chance(0.3)) {
                rightShape.set(0, draft.fixed(1));
            }
        } else if (!vector && draft.chance(0.15)) {
            rightShape.add(draft.world().axis());
        }
        List<Axis> rightBatch = List.copyOf(rightShape);
        rightShape.add(inner);
        Axis columns = draft.chance(0.4) && left.rank() > 1
                ? left.axis(-2)
                : draft.world().axis();
        if (!vector) {
            rightShape.add(columns);
        }
        DrawnValue right = draft.like(rightType, rightShape);
        List<Axis> leftBatch = left.rank() <= 2 ? List.of() : left.shape().subList(0, left.rank() - 2);
        List<Axis> result = new ArrayList<>(Shapes.broadcast(leftBatch, rightBatch));
        if (left.rank() > 1) {
            result.add(left.axis(-2));
        }
        if (!vector) {
            result.add(columns);
        }
        return new ProductShapes(left, right, result);
    }

    private static void matMul(GraphDraft draft) {
        DType dtype = draft.type(MULTIPLIED);
        ProductShapes product = product(draft, dtype, dtype);
        draft.node("MatMul", List.of(product.left, product.right), Map.of(), dtype, product.result);
    }

    private static void gemm(GraphDraft draft) {
        DType dtype = draft.type(TypeSets.FLOATS);
        DrawnValue left = draft.any(dtype, 2, 2);
        boolean turnLeft = draft.chance(0.3);
        boolean turnRight = draft.chance(0.4);
        Axis rows = left.axis(turnLeft ? 1 : 0);
        Axis inner = left.axis(turnLeft ? 0 : 1);
        Axis columns = draft.chance(0.4) ? rows : draft.world().axis();
        DrawnValue right = draft.like(dtype, turnRight ? List.of(columns, inner) : List.of(inner, columns));
        List<Axis> result = List.of(rows, columns);
        List<DrawnValue> operands = new ArrayList<>(List.of(left, right));
        Map<String, OnnxAttribute> attributes = new HashMap<>();
        attributes.put("transA", OnnxAttribute.of(turnLeft ? 1 : 0));
        attributes.put("transB", OnnxAttribute.of(turnRight ? 1 : 0));
        if (draft.chance(0.3)) {
            attributes.put("alpha", OnnxAttribute.of(0.5f));
        }
        if (draft.chance(0.7)) {
            DrawnValue bias = draft.spread(dtype, result);
            Unfit.unless(Shapes.alike(Shapes.broadcast(bias.shape(), result), result));
            operands.add(bias);
            if (draft.chance(0.3)) {
                attributes.put("beta", OnnxAttribute.of(draft.below(3) / 2f));
            }
        }
        draft.node("Gemm", operands, attributes, dtype, result);
    }

    private static void fused(GraphDraft draft) {
        ProductShapes product = product(draft, DType.F32, DType.F32);
        draft.node(
                "com.microsoft",
                "FusedMatMul",
                List.of(product.left, product.right),
                draft.chance(0.5) ? Map.of("alpha", OnnxAttribute.of(0.25f)) : Map.of(),
                DType.F32,
                product.result);
    }

    /** One or two operands over a few letters, each letter an axis. */
    private static void einsum(GraphDraft draft) {
        DType dtype = draft.type(List.of(DType.F32, DType.F64, DType.I32, DType.I64));
        Map<Character, Axis> letters = new HashMap<>();
        DrawnValue left = draft.any(dtype, 1, 3);
        StringBuilder first = new StringBuilder();
        for (Axis axis : left.shape()) {
            char letter = (char) ('a' + letters.size());
            letters.put(letter, axis);
            first.append(letter);
        }
        StringBuilder equation = new StringBuilder(first);
        List<DrawnValue> operands = new ArrayList<>(List.of(left));
        if (draft.chance(0.8)) {
            StringBuilder second = new StringBuilder();
            List<Axis> shape = new ArrayList<>();
            int rank = draft.between(1, 3);
            for (int axis = 0; axis < rank; axis++) {
                char letter = (char) ('a' + draft.below(letters.size() + 1));
                if (second.indexOf(String.valueOf(letter)) < 0) {
                    letters.computeIfAbsent(letter, key -> draft.world().axis());
                    second.append(letter);
                    shape.add(letters.get(letter));
                }
            }
            operands.add(draft.like(dtype, shape));
            equation.append(',').append(second);
        }
        List<Character> kept = new ArrayList<>();
        letters.keySet().stream().sorted().forEach(letter -> {
            if (draft.chance(0.6)) {
                kept.add(letter);
            }
        });
        java.util.Collections.shuffle(kept, draft.random());
        equation.append("->");
        kept.forEach(equation::append);
        draft.node(
                "Einsum",
                operands,
                Map.of("equation", OnnxAttribute.of(equation.toString())),
                dtype,
                kept.stream().map(letters::get).toList());
    }
}
