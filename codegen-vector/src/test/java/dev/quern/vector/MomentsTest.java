package dev.quern.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Reduction;
import dev.quern.ir.kernel.Reductions;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.math.SpellReductions;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Mean and variance in one pass, also of numbers far from zero: the sum of their squares would lose the variance. Two passes lose less yet,
 * for a mean that is rounded at each number costs digits, so normalisation joins pieces of two passes each.
 */
class MomentsTest {
    private static final String[] PARTS = {"count", "mean", "squares"};

    private static Kernel kernel() {
        Dim row = Dim.symbol("i");
        Dim column = Dim.symbol("k");
        Reduction moments = Reductions.moments(DType.F32);
        Expr element = new Expr.Load("x", List.of(row, column), DType.F32);
        List<Stmt.Element> targets = List.of(PARTS).stream()
                .map(part -> new Stmt.Element(part, List.of(row)))
                .toList();
        List<Stmt> starts = List.of(PARTS).stream()
                .map(part -> (Stmt) new Stmt.Store(part, List.of(row), Expr.Immediate.of(0f)))
                .toList();
        Stmt step = new Stmt.ReduceInto(targets, moments, List.of(element), List.of());
        Stmt body = new Stmt.Block(
                List.of(new Stmt.Block(starts), new Stmt.For("k", Dim.symbol("C"), LoopKind.SERIAL, step)));
        Shape rows = Shape.of(Dim.symbol("R"));
        List<Buffer> parameters = List.of(
                Buffer.global("x", DType.F32, Shape.of(Dim.symbol("R"), Dim.symbol("C"))),
                Buffer.global("count", DType.F32, rows),
                Buffer.global("mean", DType.F32, rows),
                Buffer.global("squares", DType.F32, rows));
        Stmt.For outer = new Stmt.For("i", Dim.symbol("R"), LoopKind.SERIAL, body);
        return new Kernel("moments", "moments", List.of("R", "C"), parameters, 3, outer);
    }

    private static Kernel inVectors() {
        Schedule schedule = new Schedule(List.of(
                new Step.SplitReduction("k", 16, Tail.MASK),
                new Step.Bind("i", LoopKind.PARALLEL),
                new Step.Sink("k.i"),
                new Step.Vectorise("k.i"),
                new Step.Vectorise("k.c")));
        return Scheduler.apply(kernel(), schedule, KernelComparison.target(512));
    }

    @Test
    void variancesOfShiftedNumbersLoseLittle() {
        Random random = new Random(1);
        for (int columns : new int[] {1, 5, 16, 300, 4097}) {
            for (double centre : new double[] {0, 1e4}) {
                long[] sizes = {3, columns};
                for (Kernel kernel : List.of(kernel(), inVectors())) {
                    Data data = Data.random(kernel, random, sizes);
                    float[] x = (float[]) data.buffers()[0];
                    for (int i = 0; i < x.length; i++) {
                        x[i] = (float) (centre + random.nextGaussian());
                    }
                    KernelComparison.run(KernelComparison.compile(kernel, 512), data);
                    for (int row = 0; row < 3; row++) {
                        compare(data, row, columns);
                    }
                }
            }
        }
    }

    private static void compare(Data data, int row, int columns) {
        double[] values = new double[columns];
        int start = (int) data.offsets()[0] + row * columns;
        for (int column = 0; column < columns; column++) {
            values[column] = data.get(0, start + column).doubleValue();
        }
        double mean = java.util.Arrays.stream(values).average().orElseThrow();
        double squares = java.util.Arrays.stream(values)
                .map(each -> (each - mean) * (each - mean))
                .sum();
        assertEquals(columns, found(data, 1, row));
        assertEquals(mean, found(data, 2, row), 1e-5 * Math.max(1, Math.abs(mean)));
        assertEquals(squares, found(data, 3, row), 5e-3 * Math.max(1, squares), columns + " columns around " + mean);
    }

    private static double found(Data data, int position, int row) {
        return data.get(position, (int) data.offsets()[position] + row).doubleValue();
    }

    @Test
    void interpretedAndCompiledAlike() {
        for (int columns : new int[] {1, 5, 16, 83}) {
            KernelComparison.check(kernel(), new Random(columns), 4, columns);
            KernelComparison.check(inVectors(), new Random(columns), 4, columns);
        }
        assertEquals(List.of(), VectorLoops.serial(SpellReductions.spell(inVectors())));
    }
}
