package dev.quern.acceptance.generate;

import java.util.ArrayList;
import java.util.List;

/** Axes of two names that meet where one broadcasts to the other: alike in most runs, and one of them 1 in some. */
final class MeetingKinds {
    private MeetingKinds() {}

    static List<NodeKind> kinds() {
        return List.of(NodeKind.of("pattern/meeting axes", 15, MeetingKinds::meeting));
    }

    static void meeting(GraphDraft draft) {
        Axis axis = draft.world().meetingAxis();
        List<Axis> shape = new ArrayList<>(draft.shape(draft.between(0, 2)));
        int at = draft.below(shape.size() + 1);
        shape.add(at, axis);
        List<Axis> other = new ArrayList<>(Shapes.with(shape, at, draft.world().meeting(axis)));
        if (draft.chance(0.3)) {
            other = other.subList(at, other.size());
        }
        var dtype = draft.type(TypeSets.FLOATS);
        DrawnValue both = PatternKinds.binary(
                draft, draft.pick(List.of("Add", "Mul", "Sub")), draft.like(dtype, shape), draft.like(dtype, other));
        if (draft.chance(0.3)) {
            ReductionKinds.reduce(draft, "ReduceSum", 13, both, List.of(draft.below(both.rank())), draft.chance(0.5));
        }
    }
}
