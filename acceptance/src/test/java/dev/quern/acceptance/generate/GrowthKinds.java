package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Blocks that grow by what is computed of them, as in DenseNet and U-Net: concatenations whose parts, and parts of parts, are read again. */
final class GrowthKinds {
    private GrowthKinds() {}

    static List<NodeKind> kinds() {
        return List.of(NodeKind.of("pattern/growing block", 25, GrowthKinds::block));
    }

    private static void block(GraphDraft draft) {
        DType dtype = draft.type(List.of(DType.F32, DType.F32, DType.F64, DType.F16));
        DrawnValue whole = layer(draft, draft.any(dtype, 1, 4));
        int axis = draft.chance(0.7) ? whole.rank() - 1 : draft.below(whole.rank());
        boolean spelt = draft.chance(0.4);
        List<DrawnValue> parts = new ArrayList<>(List.of(whole));
        int rounds = draft.between(1, 4);
        for (int round = 0; round < rounds; round++) {
            DrawnValue part = layer(draft, draft.chance(0.7) ? whole : parts.get(draft.below(parts.size())));
            if (joins(whole, part, axis)) {
                List<DrawnValue> operands = new ArrayList<>(spelt ? parts : List.of(whole));
                operands.add(part);
                parts.add(part);
                whole = concatenation(draft, operands, axis);
                if (draft.chance(0.2) && axis > 0) {
                    axis--;
                    parts = new ArrayList<>(List.of(whole));
                }
            }
        }
        if (draft.chance(0.5)) {
            layer(draft, whole);
        }
        if (draft.chance(0.5)) {
            DrawnValue part = parts.get(draft.below(parts.size()));
            PatternKinds.binary(draft, "Mul", part, draft.spread(dtype, part.shape()));
        }
        if (draft.chance(0.3)) {
            ReductionKinds.reduce(draft, "ReduceMax", 18, parts.getLast(), List.of(axis), true);
        }
    }

    private static DrawnValue concatenation(GraphDraft draft, List<DrawnValue> parts, int axis) {
        Axis extent = draft.fixed(0);
        for (DrawnValue part : parts) {
            extent = extent.with(part.axis(axis), Long::sum);
        }
        DrawnValue first = parts.getFirst();
        return draft.node(
                "Concat",
                parts,
                Map.of("axis", OnnxAttribute.of(axis)),
                first.dtype(),
                Shapes.with(first.shape(), axis, extent));
    }

    private static boolean joins(DrawnValue whole, DrawnValue part, int axis) {
        return Shapes.alike(Shapes.without(whole.shape(), axis), Shapes.without(part.shape(), axis));
    }

    /** A product, a softmax or elementwise work; of the same shape, but perhaps for the last axis. */
    private static DrawnValue layer(GraphDraft draft, DrawnValue x) {
        int kind = draft.below(4);
        if (kind > 1 && x.rank() > 1) {
            Axis columns =
                    draft.chance(0.3) ? x.axis(-1) : draft.fixed(draft.chance(0.8) ? 8L * draft.between(1, 3) : 3);
            DrawnValue weights = draft.like(x.dtype(), List.of(x.axis(-1), columns));
            List<Axis> shape = Shapes.with(x.shape(), x.rank() - 1, columns);
            DrawnValue product = draft.node("MatMul", List.of(x, weights), Map.of(), x.dtype(), shape);
            return draft.chance(0.5) ? draft.node("Tanh", List.of(product), Map.of(), x.dtype(), shape) : product;
        }
        return kind == 0
                ? draft.node("Softmax", List.of(x), Map.of("axis", OnnxAttribute.of(-1)), x.dtype(), x.shape())
                : draft.node("Sigmoid", List.of(x), Map.of(), x.dtype(), x.shape());
    }
}
