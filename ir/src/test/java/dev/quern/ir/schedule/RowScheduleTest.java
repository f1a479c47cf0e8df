package dev.quern.ir.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Step.Tail;
import dev.quern.ir.text.KernelPrinter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Row kernels: rows in parallel, vector accumulators, masked ends of rows. */
class RowScheduleTest {
    private static final Dim R = Dim.symbol("R");
    private static final Dim C = Dim.symbol("C");

    /** Reductions over {@code reduced} and passes over {@code mapped}, {@code width} columns at a time and the rest by {@code lanes}, masked. */
    static Schedule rows(List<String> reduced, List<String> mapped, long width, long lanes) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.Bind("r", LoopKind.PARALLEL));
        for (String loop : reduced) {
            steps.add(new Step.SplitReduction(loop, width, Tail.PEEL));
            steps.add(new Step.Vectorise(loop + ".c"));
        }
        for (String loop : mapped) {
            steps.add(new Step.Split(loop, width, Tail.PEEL));
        }
        List<String> all = new ArrayList<>(reduced);
        all.addAll(mapped);
        for (String loop : all) {
            steps.add(new Step.Vectorise(loop + ".i"));
            steps.add(new Step.Split(loop + ".t", lanes, Tail.MASK));
            steps.add(new Step.Vectorise(loop + ".t.i"));
        }
        return new Schedule(steps);
    }

    private static void check(Kernel kernel, Schedule schedule) {
        Kernel scheduled = Scheduler.apply(kernel, schedule, ContractionScheduleTest.WIDE);
        for (long columns : new long[] {1, 3, 4, 15, 16, 17, 33, 48}) {
            Runs.compare(kernel, scheduled, Map.of("R", 5L, "C", columns), 0, new Random(columns));
        }
    }

    @Test
    void softmax() {
        Schedule schedule = rows(List.of("c", "e"), List.of("d"), 16, 4);
        check(UnscheduledKernels.softmax(R, C), schedule);
        Kernel kernel = Scheduler.apply(UnscheduledKernels.softmax(R, C), schedule, ContractionScheduleTest.WIDE);
        List<Stmt> scalar = new ArrayList<>();
        scalarLeaves(kernel.body(), false, scalar);
        assertEquals(2, scalar.size(), () -> "only the initial maximum and sum are scalar: " + scalar);
    }

    @Test
    void layerNorm() {
        check(UnscheduledKernels.layerNorm(R, C), rows(List.of("c", "e"), List.of("d"), 16, 4));
    }

    @Test
    void rowMaximum() {
        check(UnscheduledKernels.rowMax(R, C), rows(List.of("c"), List.of(), 16, 4));
    }

    /** A column reduction has columns in lanes and rows serial inside, so that each sum keeps its order. */
    @Test
    void columnSum() {
        Schedule schedule = new Schedule(List.of(
                new Step.Split("z", 16, Tail.MASK),
                new Step.Vectorise("z.i"),
                new Step.Split("c", 16, Tail.MASK),
                new Step.Reorder(List.of("c.o", "r", "c.i")),
                new Step.Vectorise("c.i")));
        Kernel kernel = UnscheduledKernels.columnSum(R, C);
        Kernel scheduled = Scheduler.apply(kernel, schedule, ContractionScheduleTest.WIDE);
        List<Stmt> scalar = new ArrayList<>();
        scalarLeaves(scheduled.body(), false, scalar);
        assertEquals(List.of(), scalar);
        assertEquals(List.of("z.o", "z.i", "c.o", "r", "c.i"), loops(scheduled.body()));
        for (long columns : new long[] {1, 3, 15, 16, 17, 33, 48}) {
            Runs.compareBits(kernel, scheduled, Map.of("R", 7L, "C", columns), new Random(columns));
        }
    }

    /** Names of the loops in {@code statement}, outermost first. */
    private static List<String> loops(Stmt statement) {
        List<String> names = new ArrayList<>();
        if (statement instanceof Stmt.For loop) {
            names.add(loop.variable());
        }
        Statements.withParts(statement, part -> {
            names.addAll(loops(part));
            return part;
        });
        return names;
    }

    @Test
    void wholeRowsNeedNoTail() {
        Kernel kernel = Scheduler.apply(
                UnscheduledKernels.softmax(R, Dim.of(64)),
                rows(List.of("c", "e"), List.of("d"), 16, 16),
                ContractionScheduleTest.WIDE);
        assertFalse(KernelPrinter.print(kernel).contains(".t"), () -> KernelPrinter.print(kernel));
        assertTrue(KernelPrinter.print(kernel).contains("vector"));
    }

    private static void scalarLeaves(Stmt statement, boolean vector, List<Stmt> found) {
        boolean inside = vector || statement instanceof Stmt.For loop && loop.kind() == LoopKind.VECTOR;
        if (!inside && (statement instanceof Stmt.Store || statement instanceof Stmt.ReduceInto)) {
            found.add(statement);
        }
        Statements.withParts(statement, part -> {
            scalarLeaves(part, inside, found);
            return part;
        });
    }
}
