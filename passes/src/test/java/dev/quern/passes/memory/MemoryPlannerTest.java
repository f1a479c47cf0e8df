package dev.quern.passes.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Value;
import dev.quern.passes.program.MemoryPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MemoryPlannerTest {
    private static final Dim N = Dim.symbol("n");

    private final Value x = value("x", N);
    private final List<StepAccesses> steps = new ArrayList<>();
    private final List<Part> parts = new ArrayList<>();

    private static Value value(String name, Dim... shape) {
        return new Value(name, new TensorType(DType.F32, Shape.of(shape)));
    }

    private MemoryPlannerTest step(List<Value> reads, Value write, Value... inPlace) {
        steps.add(new StepAccesses(reads, List.of(write), List.of(inPlace)));
        return this;
    }

    private MemoryPlan plan(Value... outputs) {
        return new MemoryPlanner(List.of(x), List.of(outputs), Set.of("w"), steps, parts, Set.of("n")).plan();
    }

    private static void at(MemoryPlan plan, String place, Value... values) {
        for (Value value : values) {
            assertEquals(place, plan.places().get(value.name()).toString(), value.name());
        }
    }

    private static void within(MemoryPlan plan, String base, long offset, Value part) {
        Layout layout = Layout.rowMajor(part.type().shape());
        assertEquals(
                new MemoryPlan.Within(base, Dim.of(offset), layout),
                plan.places().get(part.name()));
    }

    @Test
    void valuesThatAreNotNeededTogetherShareASlot() {
        Value a = value("a", N);
        Value b = value("b", N);
        Value c = value("c", N);
        Value y = value("y", N);
        step(List.of(x), a).step(List.of(a), b).step(List.of(b), c).step(List.of(c), y);
        MemoryPlan plan = plan(y);
        at(plan, "InputPlace[]", x);
        at(plan, "Slot[offset=0]", a, c);
        at(plan, "Slot[offset=16*ceildiv(n, 16)]".replace("ceildiv(n, 16)", "floordiv(n + 15, 16)"), b);
        at(plan, "ResultPlace[]", y);
    }

    @Test
    void aStepWorksInTheOperandThatDiesThere() {
        Value a = value("a", N);
        Value b = value("b", N);
        Value y = value("y", N);
        step(List.of(x), a).step(List.of(a, x), b, a).step(List.of(b), y, b);
        MemoryPlan plan = plan(y);
        at(plan, "Slot[offset=0]", a, b);
        assertEquals(
                "16*floordiv(n + 15, 16)", plan.arenaElements().get(DType.F32).toString());
    }

    @Test
    void notInOneThatIsReadLater() {
        Value a = value("a", N);
        Value b = value("b", N);
        Value y = value("y", N);
        step(List.of(x), a).step(List.of(a), b, a).step(List.of(a, b), y);
        MemoryPlan plan = plan(y);
        at(plan, "Slot[offset=0]", a);
        at(plan, "Slot[offset=16*floordiv(n + 15, 16)]", b);
    }

    @Test
    void notInOneOfWhichAPartIsReadLater() {
        Value a = value("a", N);
        Value part = value("part", Dim.ONE);
        Value b = value("b", N);
        Value y = value("y", N);
        parts.add(new Part(part, a, Dim.ZERO, Layout.rowMajor(part.type().shape())));
        step(List.of(x), a).step(List.of(a), b, a).step(List.of(part, b), y);
        MemoryPlan plan = plan(y);
        at(plan, "Slot[offset=16*floordiv(n + 15, 16)]", b);
        within(plan, "a", 0, part);
    }

    @Test
    void notInOneOfWhichAPartIsReadByTheStepItself() {
        Value a = value("a", N);
        Value part = value("part", Dim.ONE);
        Value b = value("b", N);
        Value y = value("y", N);
        parts.add(new Part(part, a, Dim.of(3), Layout.rowMajor(part.type().shape())));
        step(List.of(x), a).step(List.of(a, part), b, a).step(List.of(b), y);
        MemoryPlan plan = plan(y);
        at(plan, "Slot[offset=0]", a);
        at(plan, "Slot[offset=16*floordiv(n + 15, 16)]", b);
        within(plan, "a", 3, part);
    }

    @Test
    void inOneThatIsReadUnderTwoShapesAtOneAddress() {
        Value a = value("a", N);
        Value view = value("view", N, Dim.ONE);
        Value b = value("b", N);
        Value y = value("y", N);
        parts.add(new Part(view, a, Dim.ZERO, Layout.rowMajor(view.type().shape())));
        step(List.of(x), a).step(List.of(a, view), b, a, view).step(List.of(b), y);
        at(plan(y), "Slot[offset=0]", a, b);
    }

    @Test
    void inAPartThatIsAllOfAValue() {
        Value a = value("a", N);
        Value view = value("view", N, Dim.ONE);
        Value b = value("b", N);
        Value y = value("y", N);
        parts.add(new Part(view, a, Dim.ZERO, Layout.rowMajor(view.type().shape())));
        step(List.of(x), a).step(List.of(view), b, view).step(List.of(b), y);
        at(plan(y), "Slot[offset=0]", a, b);
    }

    @Test
    void notInAPart() {
        Value a = value("a", N.times(2));
        Value part = value("part", N);
        Value b = value("b", N);
        Value y = value("y", N);
        parts.add(new Part(part, a, Dim.ZERO, Layout.rowMajor(part.type().shape())));
        step(List.of(x), a).step(List.of(part), b, part).step(List.of(b), y);
        at(plan(y), "Slot[offset=16*floordiv(n + 7, 8)]", b);
    }

    @Test
    void notInAConstantOrAResult() {
        Value w = value("w", N);
        Value a = value("a", N);
        Value b = value("b", N);
        Value y = value("y", N);
        step(List.of(x, w), y, w).step(List.of(y), a, y).step(List.of(a), b);
        MemoryPlan plan = plan(y, b);
        at(plan, "ResultPlace[]", y, b);
        at(plan, "Slot[offset=0]", a);
        at(plan, "ConstantPlace[]", w);
    }

    @Test
    void aResultInheritsTheInputThatDiesWhereItIsMade() {
        Value a = value("a", N);
        Value y = value("y", N);
        Value z = value("z", N);
        step(List.of(x), a).step(List.of(x, a), y, x).step(List.of(y), z, y);
        MemoryPlan plan = plan(y, z);
        at(plan, "Inherits[input=x]", y);
        at(plan, "ResultPlace[]", z);
    }

    @Test
    void aResultDoesNotInheritWhatIsReadLaterOrHandedBack() {
        Value part = value("part", Dim.ONE);
        Value y = value("y", N);
        Value z = value("z", N);
        parts.add(new Part(part, x, Dim.ZERO, Layout.rowMajor(part.type().shape())));
        step(List.of(x), y, x).step(List.of(x), z, x);
        at(plan(y, z), "ResultPlace[]", y);
        at(plan(y, z), "Inherits[input=x]", z);
        at(plan(y, z, x), "ResultPlace[]", z);
        at(plan(y, z, part), "ResultPlace[]", z);
        step(List.of(part), value("last", N));
        at(plan(y, z), "ResultPlace[]", z);
    }

    @Test
    void whatDependsOnSizesFoundLaterIsAllocatedLate() {
        Value late = value("late", Dim.symbol("found"));
        Value y = value("y", N);
        step(List.of(x), late).step(List.of(late), y);
        at(plan(y), "Late[]", late);
    }

    @Test
    void aSlotGrowsToTheLargestValueItHolds() {
        Value a = value("a", N);
        Value b = value("b", N);
        Value c = value("c", N.times(2));
        Value y = value("y", N);
        step(List.of(x), a).step(List.of(a), b).step(List.of(b), c).step(List.of(c), y);
        MemoryPlan plan = plan(y);
        at(plan, "Slot[offset=0]", a, c);
        long elements = plan.arenaElements().get(DType.F32).evaluate(Map.of("n", 16L)::get);
        assertEquals(48, elements);
    }
}
