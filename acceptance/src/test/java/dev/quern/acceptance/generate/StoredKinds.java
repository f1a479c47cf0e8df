package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.onnx.proto.DataTypes;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Elements that are stored and moved but not computed with: floats of 8 and 4 bits, integers of 4 and 2, complex numbers, text. */
final class StoredKinds {
    private static final List<DType> UNLIKE_NUMBERS = List.of(DType.C64, DType.C128, DType.STRING);

    private StoredKinds() {}

    static List<NodeKind> kinds() {
        return List.of(
                NodeKind.of("pattern/narrow", 12, StoredKinds::narrow),
                NodeKind.of("pattern/narrow quantities", 8, StoredKinds::quantities),
                NodeKind.of("pattern/moved only", 5, StoredKinds::movedOnly));
    }

    /** The types that the model's operator sets have. */
    private static DType type(GraphDraft draft) {
        List<DType> known = new ArrayList<>();
        add(draft, known, 19, DType.F8E4M3FN, DType.F8E4M3FNUZ, DType.F8E5M2, DType.F8E5M2FNUZ);
        add(draft, known, 21, DType.I4, DType.U4);
        add(draft, known, 23, DType.F4E2M1);
        add(draft, known, 24, DType.F8E8M0);
        add(draft, known, 25, DType.I2, DType.U2);
        return draft.pick(known);
    }

    private static void add(GraphDraft draft, List<DType> known, long since, DType... types) {
        if (draft.opset() >= since) {
            Collections.addAll(known, types);
        }
    }

    /** Numbers that become narrow, or are narrow from the start, are moved and become wide again. */
    private static void narrow(GraphDraft draft) {
        DType narrow = type(draft);
        DrawnValue x = draft.chance(0.75)
                ? cast(draft, draft.contested(List.of(DType.F32, DType.F32, DType.F16), 0, 4), narrow)
                : draft.fresh(narrow, draft.shape(draft.between(0, 3)));
        DrawnValue moved = moved(draft, x);
        DType wide = draft.pick(List.of(DType.F32, DType.F32, DType.F16, DType.BF16));
        DrawnValue y = cast(draft, moved, narrow.isInteger() && draft.chance(0.3) ? DType.I8 : wide);
        if (draft.chance(0.4)) {
            PatternKinds.binary(draft, "Add", y, draft.spread(y.dtype(), y.shape()));
        }
    }

    private static DrawnValue cast(GraphDraft draft, DrawnValue x, DType to) {
        Map<String, OnnxAttribute> attributes = new HashMap<>();
        attributes.put("to", OnnxAttribute.of(DataTypes.number(to)));
        if (to.isFloat() && to.bits() == 8 && to != DType.F8E8M0 && draft.chance(0.4)) {
            attributes.put("saturate", OnnxAttribute.of(0));
        }
        return draft.node("Cast", List.of(x), attributes, to, x.shape());
    }

    /** Quantities of narrow types, with one scale or one for each place along an axis. */
    private static void quantities(GraphDraft draft) {
        DType narrow = type(draft);
        Unfit.unless(narrow != DType.F8E8M0);
        DrawnValue x = draft.any(List.of(DType.F32), 1, 4);
        int axis = draft.below(x.rank());
        List<Axis> numbers = x.axis(axis).steady() && draft.chance(0.4) ? List.of(x.axis(axis)) : List.of();
        Map<String, OnnxAttribute> along = numbers.isEmpty() ? Map.of() : Map.of("axis", OnnxAttribute.of(axis));
        DrawnValue scale = QuantizationKinds.scale(draft, DType.F32, numbers);
        DrawnValue zero = zero(draft, narrow, numbers);
        DrawnValue quantised = draft.node("QuantizeLinear", List.of(x, scale, zero), along, narrow, x.shape());
        List<DrawnValue> operands = new ArrayList<>(List.of(quantised, scale));
        if (draft.chance(0.7)) {
            operands.add(zero);
        }
        draft.node("DequantizeLinear", operands, along, DType.F32, x.shape());
    }

    /** Zero, which is all that floats may have, or any whole number. */
    private static DrawnValue zero(GraphDraft draft, DType narrow, List<Axis> numbers) {
        long[] values = new long[(int) Shapes.elements(numbers, 0)];
        if (narrow.isInteger()) {
            java.util.Arrays.setAll(values, at -> draft.below(1 << narrow.bits()));
        }
        return draft.parameter(RandomElements.packed(narrow, values, Shapes.extents(numbers, 0)));
    }

    private static void movedOnly(GraphDraft draft) {
        DrawnValue x = draft.fresh(draft.pick(UNLIKE_NUMBERS), draft.shape(draft.between(1, 3)));
        moved(draft, moved(draft, x));
    }

    /** By a transpose, a slice, a reversal, a rotation, a concatenation, a gather, a reshape or not at all. */
    private static DrawnValue moved(GraphDraft draft, DrawnValue x) {
        if (x.rank() == 0 || draft.chance(0.2)) {
            return draft.node("Identity", List.of(x), Map.of(), x.dtype(), x.shape());
        }
        int axis = draft.below(x.rank());
        return switch (draft.below(4)) {
            case 0 ->
                draft.node(
                        "Concat",
                        List.of(x, x),
                        Map.of("axis", OnnxAttribute.of(axis)),
                        x.dtype(),
                        Shapes.with(x.shape(), axis, x.axis(axis).map(size -> 2 * size)));
            case 1 -> {
                Axis count = draft.fixed(draft.between(1, 3));
                DrawnValue indices = RandomIndices.within(draft, DType.I64, List.of(count), x.axis(axis), true);
                yield draft.node(
                        "Gather",
                        List.of(x, indices),
                        Map.of("axis", OnnxAttribute.of(axis)),
                        x.dtype(),
                        Shapes.with(x.shape(), axis, count));
            }
            default -> new ShapedViews(draft).ofValue(x).orElseThrow(Unfit::new);
        };
    }
}
