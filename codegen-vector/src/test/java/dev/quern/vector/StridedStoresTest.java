package dev.quern.vector;

import static dev.quern.vector.ScheduledKernels.constant;
import static dev.quern.vector.ScheduledKernels.dim;
import static dev.quern.vector.ScheduledKernels.global;
import static dev.quern.vector.ScheduledKernels.load;
import static dev.quern.vector.ScheduledKernels.loop;
import static dev.quern.vector.ScheduledKernels.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.verify.KernelVerifier;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sums in registers whose results are stored across memory: the registers stay registers. */
class StridedStoresTest {
    private static final Buffer SUMS = Buffer.register("sums", DType.F32, Shape.of(16));

    /** Columns are summed lane by lane; {@code last} does something with the sums, lane by lane. */
    private static Kernel sums(Stmt last) {
        Stmt sum = loop(
                "r",
                dim(5),
                LoopKind.SERIAL,
                loop(
                        "b",
                        dim(16),
                        LoopKind.VECTOR,
                        new Stmt.ReduceInto("sums", List.of(dim("b")), Combiner.SUM, load("x", dim("r"), dim("b")))));
        Stmt body = new Stmt.Block(List.of(
                loop("a", dim(16), LoopKind.VECTOR, store("sums", constant(0), dim("a"))),
                sum,
                loop("c", dim(16), LoopKind.VECTOR, last)));
        return new Kernel(
                "sums",
                "test",
                List.of(),
                List.of(
                        global("x", DType.F32, dim(5), dim(16)),
                        global("out", DType.F32, dim(16), dim(3)),
                        global("more", DType.F32, dim(16)),
                        global("wide", DType.F32, dim(32)),
                        global("wide2", DType.F32, dim(32)),
                        global("whole", DType.I32, dim(16), dim(3))),
                5,
                loop("i", dim(3), LoopKind.SERIAL, new Stmt.Section("tile", new Stmt.Allocate(SUMS, body))));
    }

    private static Stmt transposed(Expr value) {
        return store("out", value, dim("c"), dim("i"));
    }

    private static Kernel apart(Kernel kernel) {
        Kernel apart = StridedStores.apart(kernel, 512, true).kernel();
        KernelVerifier.verify(apart);
        return apart;
    }

    /** Taken apart, and right. */
    private static void check(Kernel kernel, long seed) {
        assertNotSame(kernel, apart(kernel));
        KernelComparison.check(kernel, new Random(seed));
    }

    /** Left as it is, and right. */
    private static void checkLeft(Kernel kernel, long seed) {
        assertSame(kernel, apart(kernel));
        KernelComparison.check(kernel, new Random(seed));
    }

    private static boolean areInMemory(Kernel kernel) {
        return Plan.of(kernel, 512, true).isInMemory(SUMS);
    }

    @Test
    void sumsStayInRegisters() {
        Kernel kernel = sums(transposed(load("sums", dim("c"))));
        assertTrue(areInMemory(kernel));
        assertFalse(areInMemory(apart(kernel)));
        KernelComparison.check(kernel, new Random(1));
    }

    @Test
    void lanesThatDoNotExistAreNotStored() {
        Kernel kernel = sums(
                new Stmt.Guard(List.of(Dim.of(2).minus(dim("c"))), transposed(load("sums", dim("c"))), Stmt.NOTHING));
        assertFalse(areInMemory(apart(kernel)));
        long stored = stores(apart(kernel).body());
        assertEquals(3, stored);
        KernelComparison.check(kernel, new Random(2));
        Kernel none = sums(
                new Stmt.Guard(List.of(Dim.of(-1).minus(dim("c"))), transposed(load("sums", dim("c"))), Stmt.NOTHING));
        KernelComparison.check(none, new Random(3));
    }

    /** Iterations of the loop that stores lanes one by one. */
    private static long stores(Stmt body) {
        long[] extent = {0};
        body.walk(part -> {
            if (part instanceof Stmt.For loop && loop.variable().endsWith(".stored")) {
                extent[0] = loop.extent().constant();
            }
        });
        return extent[0];
    }

    @Test
    void conditionsAndOtherStoresStay() {
        Expr sum = load("sums", dim("c"));
        Stmt both = new Stmt.Block(List.of(
                store("more", new Expr.BinaryOperation(BinaryOp.MUL, sum, sum), dim("c")),
                new Stmt.Guard(
                        List.of(dim("i").minus(1), dim("c").minus(3)),
                        transposed(sum),
                        store("more", constant(7), dim("c")))));
        check(sums(both), 4);
    }

    @Test
    void severalAreKeptApart() {
        Expr sum = load("sums", dim("c"));
        Stmt three = new Stmt.Block(List.of(
                transposed(sum),
                new Stmt.Guard(
                        List.of(dim("c").minus(3)),
                        store("wide", new Expr.BinaryOperation(BinaryOp.ADD, sum, sum), dim("c").times(2)),
                        store("wide2", sum, dim("c").times(2))),
                store("whole", new Expr.Conversion(DType.I32, sum), dim("c"), dim("i"))));
        check(sums(three), 5);
    }

    /** The same statement twice is two stores to one buffer, whose order is not that of lanes. */
    @Test
    void storesToOneBufferStay() {
        Expr sum = load("sums", dim("c"));
        checkLeft(sums(new Stmt.Guard(List.of(dim("c").minus(3)), transposed(sum), transposed(sum))), 6);
        checkLeft(
                sums(new Stmt.Block(List.of(
                        new Stmt.Guard(List.of(dim("c").minus(8)), transposed(sum), Stmt.NOTHING),
                        new Stmt.Guard(
                                List.of(Dim.of(7).minus(dim("c")), dim("i").minus(1)),
                                transposed(sum),
                                Stmt.NOTHING)))),
                7);
    }

    /** What is stored is read again in the loop: taking the stores out would change what is read. */
    @Test
    void whatIsReadAgainStays() {
        checkLeft(
                sums(new Stmt.Block(List.of(
                        transposed(load("sums", dim("c"))), store("more", load("out", dim("c"), dim("i")), dim("c"))))),
                8);
    }

    @Test
    void threadsKeepLanesOfTheirOwn() {
        Kernel kernel = sums(transposed(load("sums", dim("c"))));
        Stmt.For loop = (Stmt.For) kernel.body();
        Stmt section = ((Stmt.Section) loop.body()).body();
        check(kernel.withBody(new Stmt.For(loop.variable(), loop.extent(), LoopKind.PARALLEL, loop.body())), 9);
        check(kernel.withBody(new Stmt.For(loop.variable(), loop.extent(), LoopKind.PARALLEL, section)), 10);
    }

    /** No registers are read: a copy is as good one by one. */
    @Test
    void copiesStay() {
        Kernel kernel = sums(transposed(load("x", dim("i"), dim("c"))));
        assertSame(kernel, apart(kernel));
    }
}
