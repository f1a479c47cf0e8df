package dev.quern.vector;

import static dev.quern.vector.ScheduledKernels.constant;
import static dev.quern.vector.ScheduledKernels.dim;
import static dev.quern.vector.ScheduledKernels.global;
import static dev.quern.vector.ScheduledKernels.kernel;
import static dev.quern.vector.ScheduledKernels.load;
import static dev.quern.vector.ScheduledKernels.loop;
import static dev.quern.vector.ScheduledKernels.register;
import static dev.quern.vector.ScheduledKernels.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class VectorBackendTest {
    @Test
    void isFoundByName() {
        assertTrue(ServiceLoader.load(Backend.class).stream()
                .anyMatch(provider -> provider.get().device().equals("cpu")));
    }

    @Test
    void targetDescribesThisMachine() {
        Target.Processor target = assertInstanceOf(Target.Processor.class, new VectorBackend().target(2));
        assertEquals(2, target.threads());
        assertTrue(List.of(128, 256, 512).contains(target.vectorBits()), target.toString());
        assertTrue(target.levelTwoBytes() >= target.levelOneBytes(), target.toString());
    }

    @Test
    void scalarCodeDoesNotNameTheVectorModule() {
        String listing = BytecodeListing.of(
                KernelComparison.compile(ScheduledKernels.elementwise(), 0).artifact());
        assertFalse(listing.contains("jdk/incubator"), listing);
    }

    /** The shape of code that C2 compiles to what one would write by hand: each operand is loaded once for each step. */
    @Test
    void aTileLoadsEachVectorAndEachScalarOnce() {
        Kernel gemm = ScheduledKernels.gemm(12, 32, dim("M"), dim("K"), dim("N"), true);
        String listing = BytecodeListing.of(KernelComparison.compile(gemm, 512).artifact());
        assertEquals(24, count(listing, "FloatVector.fma "), listing);
        assertEquals(2 + 2, count(listing, "FloatVector.fromArray "), "two of B, two of bias");
        assertEquals(12, count(listing, "FALOAD"), "twelve of A");
        assertFalse(listing.contains("NEWARRAY"), "accumulators are local variables");
    }

    private static int count(String text, String part) {
        return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
    }

    @Test
    void registersDoNotCrossSections() {
        Stmt section = new Stmt.Section("inner", store("t", constant(1)));
        Kernel kernel = kernel(
                "crossing",
                List.of(),
                List.of(global("out", DType.F32, dim(1))),
                new Stmt.Allocate(register("t", DType.F32), section));
        ModelException refusal = assertThrows(ModelException.class, () -> KernelComparison.compile(kernel, 512));
        assertEquals(
                "crossing: the cpu back end does not lower register buffer t is used in section inner"
                        + " but allocated outside; allocate it inside",
                refusal.getMessage());
    }

    /** Too much for one method: the back end rolls the loop up again rather than leave it to the bytecode interpreter. */
    @Test
    void largeUnrollingStaysCompilable() {
        Kernel kernel = kernel(
                "wide",
                List.of(),
                List.of(global("x", DType.F32, dim(3000)), global("out", DType.F32, dim(3000))),
                loop("i", dim(3000), LoopKind.UNROLL, store("out", load("x", dim("i")), dim("i"))));
        assertTrue(KernelComparison.compile(kernel, 512).artifact().length < 4000);
        KernelComparison.check(kernel, new Random(1));
    }

    /** Sixty loops with a long function each: in a section, in a loop, in a section of a loop. */
    @Test
    void manyLoopsStayCompilableWhereverTheyAre() {
        List<Stmt> loops = new ArrayList<>();
        for (int number = 0; number < 60; number++) {
            Expr value = new Expr.UnaryOperation(UnaryOp.EXP, load("x", dim(number), dim("i" + number)));
            loops.add(loop("i" + number, dim(19), LoopKind.VECTOR, store("out", value, dim("r"), dim("i" + number))));
        }
        Stmt all = new Stmt.Block(loops);
        for (Stmt part : List.of(
                new Stmt.Section("part", all),
                loop("again", dim(2), LoopKind.SERIAL, all),
                new Stmt.Section("part", loop("again", dim(2), LoopKind.SERIAL, all)),
                loop("again", dim(2), LoopKind.SERIAL, loop("andAgain", dim(2), LoopKind.UNROLL, all)))) {
            Kernel kernel = kernel(
                    "many",
                    List.of(),
                    List.of(global("x", DType.F32, dim(60), dim(19)), global("out", DType.F32, dim(2), dim(19))),
                    loop("r", dim(2), LoopKind.SERIAL, part));
            KernelComparison.check(kernel, new Random(1));
        }
    }
}
