package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.DataTypes;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Choices, on conditions that are given, constant, worked out of constants or of shapes. */
final class BranchKinds {
    private BranchKinds() {}

    static List<NodeKind> kinds() {
        return List.of(NodeKind.of("If", 20, BranchKinds::choice));
    }

    /** A truth, and what it is in each run. */
    private record DrawnCondition(DrawnValue entry, List<Boolean> truths) {}

    private static DrawnCondition condition(GraphDraft draft) {
        DrawnCondition condition = switch (draft.below(10)) {
            case 0, 1, 2 -> ofSize(draft);
            case 3, 4, 5, 6 -> ofConstants(draft);
            default -> given(draft);
        };
        if (draft.chance(0.2)) {
            DrawnValue not = draft.node("Not", List.of(condition.entry), Map.of(), DType.BOOL, condition.entry.shape());
            return new DrawnCondition(
                    not, condition.truths.stream().map(truth -> !truth).toList());
        }
        return condition;
    }

    /** A comparison of the number of a value's elements. */
    private static DrawnCondition ofSize(GraphDraft draft) {
        List<Boolean> truths = new ArrayList<>();
        DrawnValue x = draft.any(TypeSets.ALL, 1, 4);
        long limit = draft.pick(List.of(0L, 1L, 4L, 16L, 50L));
        DrawnValue size = draft.node("Size", List.of(x), Map.of(), DType.I64, List.of());
        DrawnValue bound = draft.constant(Tensor.of(new long[] {limit}));
        for (int run = 0; run < draft.runs(); run++) {
            truths.add(Shapes.elements(x.shape(), run) > limit);
        }
        return new DrawnCondition(draft.node("Greater", List.of(size, bound), Map.of(), DType.BOOL, List.of()), truths);
    }

    /** A comparison of a product, the place of the greatest or a norm of constants: decided once it has been computed. */
    private static DrawnCondition ofConstants(GraphDraft draft) {
        int count = draft.between(1, 5);
        float[] numbers = new float[count];
        int greatest = 0;
        int squares = 0;
        for (int i = 0; i < count; i++) {
            numbers[i] = draft.between(-3, 3);
            squares += (int) (numbers[i] * numbers[i]);
            greatest = numbers[i] > numbers[greatest] ? i : greatest;
        }
        DrawnValue vector = draft.constant(Tensor.of(numbers, count));
        boolean places = draft.chance(0.5);
        DrawnValue found = places
                ? draft.node(
                        "ArgMax",
                        List.of(vector),
                        Map.of("axis", OnnxAttribute.of(0), "keepdims", OnnxAttribute.of(0)),
                        DType.I64,
                        List.of())
                : draft.node("MatMul", List.of(vector, vector), Map.of(), DType.F32, List.of());
        int value = places ? greatest : squares;
        int limit = draft.between(value - 1, value + 1);
        DrawnValue bound = draft.constant(RandomElements.wholes(found.dtype(), new long[] {limit}));
        DrawnValue truth = draft.node("Greater", List.of(found, bound), Map.of(), DType.BOOL, List.of());
        return new DrawnCondition(truth, java.util.Collections.nCopies(draft.runs(), value > limit));
    }

    private static DrawnCondition given(GraphDraft draft) {
        List<Boolean> truths = new ArrayList<>();
        List<Tensor> tensors = new ArrayList<>();
        boolean vector = draft.chance(0.3);
        boolean same = draft.chance(0.4);
        boolean first = draft.chance(0.5);
        for (int run = 0; run < draft.runs(); run++) {
            boolean truth = same ? first : draft.chance(0.5);
            truths.add(truth);
            boolean[] data = {truth};
            tensors.add(vector ? Tensor.of(data, 1) : Tensor.of(data));
        }
        return new DrawnCondition(draft.parameter(tensors), truths);
    }

    private static void choice(GraphDraft draft) {
        DrawnCondition condition = condition(draft);
        DType dtype = draft.type(TypeSets.ALL);
        List<Axis> shape =
                draft.chance(0.7) ? draft.any(List.of(dtype), 0, 4).shape() : draft.shape(draft.between(0, 3));
        List<Axis> other = shape;
        if (!shape.isEmpty() && draft.chance(0.2)) {
            int axis = draft.below(shape.size());
            other = Shapes.with(shape, axis, draft.world().axis());
        }
        OnnxGraph then = branch(draft, dtype, shape);
        OnnxGraph otherwise = branch(draft, dtype, other);
        List<Axis> result = new ArrayList<>();
        for (int axis = 0; axis < shape.size(); axis++) {
            Axis left = shape.get(axis);
            Axis right = other.get(axis);
            if (left.alike(right)) {
                result.add(left);
            } else {
                List<Long> sizes = new ArrayList<>();
                for (int run = 0; run < draft.runs(); run++) {
                    sizes.add(condition.truths.get(run) ? left.size(run) : right.size(run));
                }
                result.add(new Axis(sizes, Optional.empty(), false));
            }
        }
        draft.node(
                "If",
                List.of(condition.entry),
                Map.of("then_branch", OnnxAttribute.of(then), "else_branch", OnnxAttribute.of(otherwise)),
                dtype,
                result);
    }

    /** A value of this type and shape, into which some of what the branch computes goes. */
    private static OnnxGraph branch(GraphDraft draft, DType dtype, List<Axis> shape) {
        GraphDraft body = draft.body();
        RandomModels.steps(body, body.between(0, 3));
        if (body.chance(0.5)) {
            MeetingKinds.meeting(body);
        }
        List<DrawnValue> inside = List.copyOf(body.made());
        DrawnValue value = ControlKinds.computed(body, body.like(dtype, shape));
        for (DrawnValue made : inside) {
            if (body.chance(0.7) && dtype != DType.BOOL) {
                value = with(body, value, made);
            }
        }
        return body.graph(List.of(), List.of(value));
    }

    /** The value and the greatest element of another, where that can be said. */
    private static DrawnValue with(GraphDraft body, DrawnValue value, DrawnValue made) {
        boolean alike = made.dtype().isFloat() == value.dtype().isFloat();
        boolean some = made.shape().stream().allMatch(axis -> axis.least() > 0);
        if (!alike || !some || made.dtype() == DType.BOOL) {
            return value;
        }
        DrawnValue greatest = made.rank() == 0
                ? made
                : body.node(
                        "ReduceMax", List.of(made), Map.of("keepdims", OnnxAttribute.of(0)), made.dtype(), List.of());
        DrawnValue cast = made.dtype() == value.dtype()
                ? greatest
                : body.node(
                        "Cast",
                        List.of(greatest),
                        Map.of("to", OnnxAttribute.of(DataTypes.number(value.dtype()))),
                        value.dtype(),
                        List.of());
        return PatternKinds.binary(body, "Add", value, cast);
    }
}
