package dev.quern.ir.schedule;

import static dev.quern.ir.schedule.UnscheduledKernels.at;
import static dev.quern.ir.schedule.UnscheduledKernels.d;
import static dev.quern.ir.schedule.UnscheduledKernels.f32;
import static dev.quern.ir.schedule.UnscheduledKernels.loop;
import static dev.quern.ir.schedule.UnscheduledKernels.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Step.Tail;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScheduleRefusalTest {
    private static final Dim M = d("M");
    private static final Dim N = d("N");
    private static final Dim K = d("K");
    private static final Kernel PRODUCT = UnscheduledKernels.contraction(M, N, K);

    private static void refused(Kernel kernel, String reason, Step... steps) {
        Schedule schedule = new Schedule(List.of(steps));
        ScheduleRefusal refusal = assertThrows(
                ScheduleRefusal.class, () -> Scheduler.apply(kernel, schedule, ContractionScheduleTest.WIDE));
        assertEquals(
                steps[steps.length - 1],
                refusal.step().orElseThrow(),
                "the last step is the one refused: " + refusal.getMessage());
        assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
    }

    @Test
    void aFactorThatDoesNotDivide() {
        Kernel kernel = UnscheduledKernels.contraction(d("b").times(128), N, K);
        refused(kernel, "split m 12 exact: 12 does not divide extent 128*b", new Step.Split("m", 12, Tail.EXACT));
        Scheduler.apply(kernel, Schedule.NONE.then(new Step.Split("m", 64, Tail.EXACT)), ContractionScheduleTest.WIDE);
        refused(PRODUCT, "factor 0 is less than 1", new Step.Split("m", 0, Tail.MASK));
    }

    @Test
    void aLoopThatIsNotThere() {
        refused(PRODUCT, "there is no loop q; the loops are m, n, k", new Step.Unroll("q"));
        refused(PRODUCT, "there is no loop m.o", new Step.Unroll("m.o"));
        refused(
                PRODUCT,
                "there is no loop m; the loops are m.o, m.i, n, k",
                new Step.Split("m", 4, Tail.MASK),
                new Step.Sink("m"));
    }

    @Test
    void aReductionLoopIsNotParallel() {
        refused(PRODUCT, "k is a reduction loop", new Step.Sink("k"));
        refused(PRODUCT, "n is not directly around m", new Step.Fuse("n", "m", "p"));
    }

    @Test
    void aRecurrenceKeepsItsOrder() {
        Kernel kernel = UnscheduledKernels.recurrent(d("T"), d("B"), d("H"));
        refused(kernel, "t is not parallel: iterations of t may share elements: one writes h", new Step.Sink("t"));
        // Within a step of time, units read only what earlier steps wrote; and no sequence of the batch reads
        // another's.
        Schedule schedule = Schedule.NONE.then(new Step.Sink("j"), new Step.Reorder(List.of("b", "t")));
        Kernel reordered = Scheduler.apply(kernel, schedule, ContractionScheduleTest.WIDE);
        Runs.compare(kernel, reordered, Map.of("T", 3L, "B", 2L, "H", 5L), 0, new Random(1));
    }

    @Test
    void dependentLoopsDoNotExchange() {
        // y[i+1, j] = y[i, j+1]: either loop alone carries nothing that the other order keeps.
        Stmt body = loop("i", M, loop("j", N, store("y", at("y", d("i"), d("j").plus(1)), d("i").plus(1), d("j"))));
        Kernel kernel = UnscheduledKernels.kernel("test", 1, List.of(f32("y", M.plus(1), N.plus(1))), body);
        refused(kernel, "one writes y[i + 1, j], another reads y[i, j + 1]", new Step.Reorder(List.of("j", "i")));
    }

    @Test
    void nestsAreFound() {
        refused(PRODUCT, "no perfect nest has the loops k, m", new Step.Reorder(List.of("k", "m")));
        refused(PRODUCT, "twice", new Step.Reorder(List.of("m", "m")));
        Stmt triangle = loop("i", M, loop("j", d("i").plus(1), store("y", at("x", d("i")), d("i"), d("j"))));
        Kernel kernel = UnscheduledKernels.kernel("test", 1, List.of(f32("x", M), f32("y", M, M)), triangle);
        refused(kernel, "the extent of j, i + 1, depends on i", new Step.Reorder(List.of("j", "i")));
        refused(kernel, "the extent of j, i + 1, depends on i", new Step.Fuse("i", "j", "p"));
    }

    @Test
    void whatOverlapsIsNotParallel() {
        Stmt body = loop("i", M, store("y", at("x", d("i")), d("i").floorDiv(Dim.of(2))));
        refused(
                UnscheduledKernels.kernel("test", 1, List.of(f32("x", M), f32("y", M)), body),
                "i is not parallel",
                new Step.Bind("i", LoopKind.PARALLEL));
        Kernel scatter = UnscheduledKernels.kernel(
                "test",
                1,
                List.of(f32("ids", M), f32("x", M), f32("y", M)),
                loop(
                        "i",
                        M,
                        new Stmt.Let(
                                "row",
                                new dev.quern.ir.kernel.Expr.Load("ids", List.of(d("i")), dev.quern.DType.I64),
                                store("y", at("x", d("i")), d("row")))));
        refused(scatter, "i is not parallel", new Step.Bind("i", LoopKind.PARALLEL));
    }

    @Test
    void lanesAreInnermostAndWholeVectors() {
        refused(PRODUCT, "the extent of n is N, not a constant", new Step.Vectorise("n"));
        refused(
                PRODUCT,
                "n.i has the allocation acc inside it",
                new Step.Split("n", 16, Tail.MASK),
                new Step.Vectorise("n.i"));
        refused(
                UnscheduledKernels.traversal(M, N, K),
                "j.i is not innermost: k is inside it",
                new Step.Split("j", 16, Tail.MASK),
                new Step.Vectorise("j.i"));
        refused(
                UnscheduledKernels.traversal(M, N, K),
                "extent 24 of k.i is no multiple of the 16 lanes of 32 bits of test-512x32",
                new Step.Split("k", 24, Tail.MASK),
                new Step.Vectorise("k.i"));
        refused(
                UnscheduledKernels.recurrent(Dim.of(16), Dim.of(1), Dim.of(1)),
                "is not innermost",
                new Step.Vectorise("t"));
    }

    @Test
    void parallelIsOutermost() {
        refused(PRODUCT, "n is not the outermost loop", new Step.Bind("n", LoopKind.PARALLEL));
        refused(
                UnscheduledKernels.columnSum(M, N),
                "z is not the outermost loop",
                new Step.Bind("z", LoopKind.PARALLEL));
        refused(
                PRODUCT,
                "m is bound to PARALLEL",
                new Step.Bind("m", LoopKind.PARALLEL),
                new Step.Reorder(List.of("n", "m")));
        refused(
                PRODUCT,
                "a peeled loop is no single loop",
                new Step.Bind("m", LoopKind.PARALLEL),
                new Step.Split("m", 8, Tail.PEEL));
    }

    @Test
    void reductionsThatAreNone() {
        refused(PRODUCT, "m is a parallel loop; split it with split", new Step.SplitReduction("m", 4, Tail.PEEL));
        refused(
                UnscheduledKernels.columnSum(M, N),
                "at an index that varies within an iteration",
                new Step.SplitReduction("r", 4, Tail.PEEL));
    }

    @Test
    void aConditionOverWhatIsNoSymbol() {
        Schedule schedule = Schedule.NONE.where(List.of(d("q").minus(1)));
        ScheduleRefusal refusal = assertThrows(
                ScheduleRefusal.class, () -> Scheduler.apply(PRODUCT, schedule, ContractionScheduleTest.WIDE));
        assertTrue(refusal.getMessage().contains("its condition depends on q"), refusal.getMessage());
    }

    @Test
    void buffersThatCannotMove() {
        Layout panels = Layout.panels(K, N, 16);
        refused(PRODUCT, "c is written", new Step.Pack("c", Layout.panels(M, N, 16)));
        refused(PRODUCT, "b is not row-major", new Step.Pack("b", panels), new Step.Pack("b", Layout.panels(K, N, 8)));
        refused(PRODUCT, "the kernel has no buffer q", new Step.Pack("q", panels));
        refused(PRODUCT, "bias[N]: a layout of 2 axes for rank 1", new Step.Pack("bias", panels));
        refused(PRODUCT, "of axis 1 do not count to N", new Step.Pack("b", Layout.rowMajor(Shape.of(K, Dim.of(3)))));
        refused(
                PRODUCT,
                "the digit K:1 steps into the N elements that others span",
                new Step.Pack("b", Layout.strided(Shape.of(K, N), List.of(Dim.ONE, Dim.ONE))));
        refused(PRODUCT, "the body of m does not read q", new Step.Stage("q", "m", MemorySpace.SHARED));
        refused(PRODUCT, "the body of m writes c[m, n]", new Step.Stage("c", "m", MemorySpace.SHARED));
        refused(PRODUCT, "registers need a constant one", new Step.Stage("a", "m", MemorySpace.REGISTER));
    }

    @Test
    void whatCannotBeHeldInRegisters() {
        refused(PRODUCT, "k touches no q", new Step.Hold("q", "k"));
        refused(PRODUCT, "a is a parameter; only what the kernel allocates can be held", new Step.Hold("a", "k"));
        refused(
                PRODUCT,
                "k touches a part of acc of shape [max(1, N)]; registers need a constant one",
                new Step.Sink("n"),
                new Step.Hold("acc", "k"));
        refused(
                UnscheduledKernels.contraction(Dim.of(8), N, K),
                "a section inside k would share registers that hold acc; outline after holding",
                new Step.Sink("n"),
                new Step.Outline("n"),
                new Step.Hold("acc", "k"));
        refused(PRODUCT, "m is bound to PARALLEL", new Step.Bind("m", LoopKind.PARALLEL), new Step.Hold("c", "m"));
        refused(
                UnscheduledKernels.contraction(M, Dim.of(32), K),
                "threads of a block would share acc",
                new Step.Bind("m", LoopKind.BLOCK),
                new Step.Bind("n", LoopKind.THREAD),
                new Step.Hold("acc", "k"));
    }

    @Test
    void whatNoTargetHasYet() {
        refused(PRODUCT, "target test-512x32 has no pipelined copies", new Step.Pipeline("k", 2));
        refused(PRODUCT, "target test-512x32 has no intrinsic mma; it has []", new Step.Tensorise("k", "mma"));
        refused(PRODUCT, "the kernel has no symbol q", new Step.Assume("q", Dim.of(3)));
        refused(
                PRODUCT,
                "131072 copies",
                new Step.Split("k", 131072, Tail.CLAMP),
                new Step.Split("k.o", 131072, Tail.MASK),
                new Step.Unroll("k.o.i"));
    }
}
