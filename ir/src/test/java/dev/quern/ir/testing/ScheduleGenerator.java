package dev.quern.ir.testing;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random schedules of every kind of step; they fit no kernel in particular. */
public final class ScheduleGenerator {
    private static final String[] NAMES = {"i", "k.o", "m.i.1", "two words", "für", "1st"};

    private final Random random;

    private ScheduleGenerator(Random random) {
        this.random = random;
    }

    /** The schedule of {@code seed}. */
    public static Schedule schedule(long seed) {
        ScheduleGenerator generator = new ScheduleGenerator(new Random(seed));
        List<Step> steps = new ArrayList<>();
        for (int i = generator.random.nextInt(12); i > 0; i--) {
            steps.add(generator.step());
        }
        return new Schedule(
                generator.random.nextInt(3) == 0
                        ? List.of(Dim.symbol(generator.name()).minus(generator.random.nextInt(9)))
                        : List.of(),
                steps);
    }

    private <T> T pick(T[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    private String name() {
        return pick(NAMES);
    }

    private Step step() {
        int factor = 1 << random.nextInt(10);
        return switch (random.nextInt(19)) {
            case 0 -> new Step.Split(name(), factor, pick(Step.Tail.values()));
            case 1 -> new Step.Reorder(List.of("a", name() + "x", "b"));
            case 2 -> new Step.Fuse(name(), name(), name());
            case 3 -> new Step.Sink(name());
            case 4 -> new Step.Bind(name(), pick(LoopKind.values()));
            case 5 -> new Step.Vectorise(name());
            case 6 -> new Step.Unroll(name());
            case 7 -> new Step.SplitReduction(name(), factor, pick(Step.Tail.values()));
            case 8 -> new Step.Stage(name(), name(), pick(MemorySpace.values()));
            case 9 -> new Step.Pack(name(), Layout.panels(Dim.symbol(name()), Dim.of(factor), factor));
            case 10 -> new Step.Pipeline(name(), random.nextInt(1, 5));
            case 11 -> new Step.Tensorise(name(), name());
            case 12 -> new Step.Outline(name());
            case 13 -> new Step.StageInput(name(), random.nextInt(3), pick(MemorySpace.values()), random.nextInt(3));
            case 14 -> new Step.Overrun(name());
            case 15 -> new Step.Assume(name(), Dim.of(factor));
            case 16 -> new Step.Hold(name(), name());
            case 17 -> new Step.Spill(name());
            default -> new Step.Assume(name(), Dim.symbol(name()).times(factor));
        };
    }
}
