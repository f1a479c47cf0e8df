package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.DataTypes;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Operators that make tensors out of nothing, of shapes or of single numbers. */
final class CreationKinds {
    private CreationKinds() {}

    static List<NodeKind> kinds() {
        return List.of(
                NodeKind.of("ConstantOfShape", 5, CreationKinds::constantOfShape),
                NodeKind.of("Range", 5, CreationKinds::range),
                NodeKind.of("EyeLike", 3, CreationKinds::eyeLike),
                NodeKind.of("OneHot", 5, CreationKinds::oneHot));
    }

    private static void constantOfShape(GraphDraft draft) {
        List<Axis> shape = draft.shape(draft.between(0, 3));
        DType dtype = draft.type(TypeSets.ALL);
        Tensor value = RandomElements.wholes(dtype, new long[] {draft.below(3)}, 1);
        boolean plain = dtype == DType.F32 && draft.chance(0.5);
        draft.node(
                "ConstantOfShape",
                List.of(ShapeKinds.extents(draft, shape)),
                plain ? Map.of() : Map.of("value", OnnxAttribute.of(value)),
                dtype,
                shape);
    }

    /** Between whole numbers; the limit now and then the extent of an axis. */
    private static void range(GraphDraft draft) {
        DType dtype = draft.pick(List.of(DType.I64, DType.I64, DType.I32, DType.F32, DType.F64, DType.I16));
        long start = draft.between(-3, 3);
        long step = draft.pick(List.of(1L, 1L, 1L, 2L, 3L, -1L, -2L));
        if (dtype == DType.I64 && draft.chance(0.5)) {
            DrawnValue x = draft.any(TypeSets.ALL, 1, 4);
            int axis = draft.below(x.rank());
            DrawnValue shape = draft.node("Shape", List.of(x), Map.of(), DType.I64, List.of(draft.fixed(x.rank())));
            DrawnValue limit = draft.node(
                    "Gather",
                    List.of(shape, draft.constant(Tensor.of(new long[] {axis}))),
                    Map.of("axis", OnnxAttribute.of(0)),
                    DType.I64,
                    List.of());
            draft.node(
                    "Range",
                    List.of(draft.constant(Tensor.of(new long[] {0})), limit, draft.constant(Tensor.of(new long[] {1
                    }))),
                    Map.of(),
                    DType.I64,
                    List.of(x.axis(axis)));
            return;
        }
        List<Tensor> limits = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        boolean varies = draft.chance(0.3);
        long same = start + draft.between(-2, 12) * Long.signum(step);
        for (int run = 0; run < draft.runs(); run++) {
            long limit = varies ? start + draft.between(-2, 12) * Long.signum(step) : same;
            limits.add(RandomElements.wholes(dtype, new long[] {limit}));
            counts.add(Math.max(0, Math.ceilDiv(limit - start, step)));
        }
        draft.node(
                "Range",
                List.of(
                        draft.parameter(RandomElements.wholes(dtype, new long[] {start})),
                        draft.parameter(limits),
                        draft.parameter(RandomElements.wholes(dtype, new long[] {step}))),
                Map.of(),
                dtype,
                List.of(new Axis(counts, java.util.Optional.empty(), false)));
    }

    private static void eyeLike(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.NUMERIC, 2, 2);
        Map<String, OnnxAttribute> attributes = new HashMap<>();
        attributes.put("k", OnnxAttribute.of(draft.between(-2, 2)));
        DType dtype = x.dtype();
        if (draft.chance(0.4)) {
            dtype = draft.pick(List.of(DType.F32, DType.F64, DType.I64, DType.I32));
            attributes.put("dtype", OnnxAttribute.of(DataTypes.number(dtype)));
        }
        draft.node("EyeLike", List.of(x), attributes, dtype, x.shape());
    }

    private static void oneHot(GraphDraft draft) {
        List<Axis> shape = draft.shape(draft.between(0, 3));
        long depth = draft.between(1, 7);
        DrawnValue indices = RandomIndices.within(draft, DType.I64, shape, draft.fixed(depth), true);
        DType dtype = draft.type(List.of(DType.F32, DType.I64, DType.I32, DType.F64));
        int axis = draft.below(shape.size() + 1);
        List<Axis> result = new ArrayList<>(shape);
        result.add(axis, draft.fixed(depth));
        draft.node(
                "OneHot",
                List.of(
                        indices,
                        draft.parameter(
                                draft.chance(0.5) ? Tensor.of(new long[] {depth}) : Tensor.of(new long[] {depth}, 1)),
                        draft.parameter(
                                RandomElements.wholes(dtype, new long[] {draft.below(2), draft.between(1, 5)}, 2))),
                Map.of("axis", OnnxAttribute.of(draft.chance(0.3) ? axis - shape.size() - 1 : axis)),
                dtype,
                result);
    }
}
