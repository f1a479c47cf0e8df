package dev.quern.passes.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.backend.MatrixInstruction;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Op;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.testing.SameBits;
import dev.quern.ir.testing.Tolerance;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.ir.text.Parser;
import dev.quern.ir.text.SchedulePrinter;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.passes.testing.TestMachine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever legal schedule for a grid a template's kernel gets, the kernel interpreter finds what the unscheduled kernel computes, with blocks and threads in order and in others. {@code -Dquern.seed=N} draws
 * others, {@code -Dquern.round=N} replays one.
 */
class RandomGridSchedulesTest {
    private static final Target.Grid GRID =
            new Target.Grid("sm_90", 1024, 132 * 2048, 48 << 10, 227 << 10, List.of(MatrixInstruction.mma(DType.F16)));
    private static final long SEED = Long.getLong("quern.seed", 20261126L);
    private static final int COUNT = Boolean.getBoolean("quern.campaign") ? 200 : 6;

    /** Roundings of sums whose order a schedule changed: the longest has as many terms. */
    private static final int TERMS = 72;

    static List<String> templates() {
        return TemplateGraphs.names();
    }

    /** What {@code Lowering} has a template for, but the steps that recurrent layers become. */
    @Test
    void everyOperationWithATemplateIsDrawn() {
        Set<String> others = Stream.of(
                        Op.Placing.class, Op.Overwriting.class, Op.Along.class, Op.Product.class, Op.Sampling.class)
                .flatMap(RandomGridSchedulesTest::operations)
                .collect(Collectors.toCollection(TreeSet::new));
        for (String template : templates()) {
            Graph graph = TemplateGraphs.sample(template, new Random(SEED)).graph();
            graph.nodes().forEach(node -> others.remove(node.op().getClass().getSimpleName()));
        }
        assertEquals(Set.of("RecurrentSteps"), others);
    }

    private static Stream<String> operations(Class<?> type) {
        return type.isRecord()
                ? Stream.of(type.getSimpleName())
                : Arrays.stream(type.getPermittedSubclasses()).flatMap(RandomGridSchedulesTest::operations);
    }

    @ParameterizedTest
    @MethodSource("templates")
    void keepTheMeaning(String template) {
        Map<String, Integer> kinds = new TreeMap<>();
        long only = Long.getLong("quern.round", -1);
        if (only >= 0) {
            assertTrue(isChecked(template, only, kinds), "a schedule for a grid is drawn");
            return;
        }
        int drawn = 0;
        int round = 0;
        for (; drawn < COUNT; round++) {
            assertTrue(round < 20 * COUNT, drawn + " of " + round + " schedules for " + template + " are for a grid");
            drawn += isChecked(template, round, kinds) ? 1 : 0;
        }
        System.out.println("schedules for a grid, " + template + ", seed " + SEED + ": " + drawn + " agree (" + round
                + " drawn), steps " + kinds);
    }

    /** Whether a schedule was drawn; fails if it changes the meaning. */
    private static boolean isChecked(String template, long round, Map<String, Integer> kinds) {
        Random random = new Random(SEED * 1_000_003 + round * 31L + template.hashCode());
        TemplateGraphs.TemplateSample sample = TemplateGraphs.sample(template, random);
        Program program = Compiler.compile(sample.graph(), GRID, CompileOptions.defaults());
        int at = kernel(program, sample.template());
        ProgramStep.RunKernel step = (ProgramStep.RunKernel) program.steps().get(at);
        Optional<Schedule> schedule = DrawnGridSchedules.draw(step.kernel(), GRID, random);
        if (schedule.isEmpty()) {
            return false;
        }
        schedule.get().steps().forEach(each -> kinds.merge(each.getClass().getSimpleName(), 1, Integer::sum));
        ProgramStep.RunKernel scheduled = step.under(schedule.get(), GRID);
        Kernel kernel = scheduled.scheduled();
        String where = template + ", seed " + SEED + ", round " + round + "\n" + SchedulePrinter.print(schedule.get())
                + KernelPrinter.print(step.kernel()) + KernelPrinter.print(kernel);
        assertEquals(kernel, Parser.parseKernel(KernelPrinter.print(kernel)), where);
        List<Tensor> expected = TestMachine.run(with(program, at, step.under(Schedule.NONE, GRID)), sample.inputs());
        boolean isReordered = isReordered(step.kernel(), schedule.get());
        compare(where, isReordered, expected, TestMachine.run(with(program, at, scheduled), sample.inputs()));
        for (long factor : new long[] {-1, 5}) {
            Kernel adverse = kernel.withBody(AdverseOrder.of(kernel.body(), factor));
            ProgramStep other = new ProgramStep.RunKernel(
                    step.kernel(),
                    new KernelForms(List.of(new KernelForms.Form(schedule.get(), adverse))),
                    step.arguments(),
                    step.inPlace(),
                    step.work(),
                    step.origin());
            compare(
                    where + ", order " + factor,
                    isReordered,
                    expected,
                    TestMachine.run(with(program, at, other), sample.inputs()));
        }
        return true;
    }

    private static int kernel(Program program, String template) {
        for (int i = program.steps().size() - 1; i >= 0; i--) {
            if (program.steps().get(i) instanceof ProgramStep.RunKernel step
                    && step.kernel().template().equals(template)) {
                return i;
            }
        }
        throw new AssertionError("no kernel of template " + template + " in " + program.steps());
    }

    private static Program with(Program program, int at, ProgramStep step) {
        List<ProgramStep> steps = new ArrayList<>(program.steps());
        steps.set(at, step);
        return program.withSteps(steps);
    }

    /** Bit for bit, but where sums may have been split into partial ones or taken in another order. */
    private static void compare(String where, boolean isReordered, List<Tensor> expected, List<Tensor> found) {
        for (int i = 0; i < expected.size(); i++) {
            if (isReordered) {
                Tolerance.check(where, expected.get(i), found.get(i), TERMS);
            } else {
                SameBits.check(where, expected.get(i), found.get(i));
            }
        }
    }

    private static boolean isReordered(Kernel kernel, Schedule schedule) {
        return schedule.steps().stream().anyMatch(step -> switch (step) {
            case Step.SplitReduction _, Step.Vectorise _ -> true;
            case Step.Reorder(List<String> loops) ->
                loops.stream()
                                .filter(loop -> kernel.roles().axes().get(loop.split("\\.")[0]) == AxisRole.REDUCED)
                                .count()
                        > 1;
            default -> false;
        });
    }
}
