package dev.quern.vector;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.testing.Campaign;
import dev.quern.ir.testing.KernelGenerator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sequential kernels of every form do what the interpreter does, or are refused as unsupported. */
class SequentialKernelsTest {
    @Test
    void agreeWithTheInterpreter() {
        long[] compared = {0};
        Campaign.run("generated kernels", seed -> {
            Kernel kernel = KernelGenerator.sequential(seed);
            Random random = new Random(seed);
            long[] symbols = random.longs(kernel.symbols().size(), 1, 4).toArray();
            if (kernel.parameters().stream().allMatch(SequentialKernelsTest::canBeFilled)) {
                try {
                    KernelComparison.check(kernel, random, symbols);
                    compared[0]++;
                } catch (ModelException refusal) {
                    assertTrue(refusal.code() == ModelException.Code.UNSUPPORTED, refusal::getMessage);
                }
            }
        });
        long[] seeds = Campaign.seeds();
        long all = seeds[1] - seeds[0] + 1;
        assertTrue(all < 100 || compared[0] > all / 3, compared[0] + " of " + all + " kernels were compared");
    }

    /** Replicating a loop changes how it is run, not what it computes, in which order. */
    @Test
    void kindsOfLoopsDoNotMatter() {
        long[] replicated = {0};
        Campaign.run("kinds of loops", seed -> {
            Kernel kernel = KernelGenerator.sequential(seed);
            Random random = new Random(seed);
            long[] symbols = random.longs(kernel.symbols().size(), 1, 4).toArray();
            Stmt body = replicated(kernel.body(), random);
            if (body.equals(kernel.body())
                    || !kernel.parameters().stream().allMatch(SequentialKernelsTest::canBeFilled)) {
                return;
            }
            try {
                Data before = Data.random(kernel, random, symbols);
                Data expected = before.copy();
                KernelComparison.run(KernelComparison.compile(kernel, 512), expected);
                Data found = before.copy();
                KernelComparison.run(KernelComparison.compile(kernel.withBody(body), 512), found);
                KernelComparison.assertSame(expected, found, "seed " + seed);
                replicated[0]++;
            } catch (ModelException refusal) {
                assertTrue(refusal.code() == ModelException.Code.UNSUPPORTED, refusal::getMessage);
            }
        });
        long[] seeds = Campaign.seeds();
        long all = seeds[1] - seeds[0] + 1;
        assertTrue(
                all < 100 || replicated[0] > all / 10,
                replicated[0] + " of " + all + " kernels had loops to replicate");
    }

    /** {@code y = x - y}, time after time: every other order gives something else. */
    @Test
    void replicatedLoopsKeepTheirOrder() {
        for (DType type : new DType[] {DType.F32, DType.F64, DType.I32, DType.I64, DType.U8, DType.I16}) {
            for (LoopKind kind : new LoopKind[] {LoopKind.SERIAL, LoopKind.UNROLL}) {
                Dim at = Dim.symbol("i");
                Stmt step = new Stmt.Store(
                        "y",
                        List.of(),
                        new Expr.BinaryOperation(
                                BinaryOp.SUB,
                                new Expr.Load("x", List.of(at), type),
                                new Expr.Load("y", List.of(), type)));
                Kernel kernel = new Kernel(
                        "turns",
                        "test",
                        List.of(),
                        List.of(Buffer.global("x", type, Shape.of(6)), Buffer.global("y", type, Shape.SCALAR)),
                        1,
                        new Stmt.For("i", Dim.of(6), kind, step));
                for (long seed = 0; seed < 5; seed++) {
                    KernelComparison.check(kernel, new Random(seed));
                }
            }
        }
    }

    private static Stmt replicated(Stmt statement, Random random) {
        return switch (statement) {
            case Stmt.For(var variable, var extent, var kind, var body) ->
                new Stmt.For(
                        variable,
                        extent,
                        kind == LoopKind.SERIAL && extent.isConstant() && random.nextInt(3) > 0
                                ? LoopKind.UNROLL
                                : kind,
                        replicated(body, random));
            case Stmt.Block(var statements) ->
                new Stmt.Block(
                        statements.stream().map(one -> replicated(one, random)).toList());
            case Stmt.Allocate(var buffer, var body) -> new Stmt.Allocate(buffer, replicated(body, random));
            case Stmt.Guard(var conditions, var then, var otherwise) ->
                new Stmt.Guard(conditions, replicated(then, random), replicated(otherwise, random));
            case Stmt.Let(var name, var value, var body) -> new Stmt.Let(name, value, replicated(body, random));
            case Stmt.Section(var name, var by, var body) -> new Stmt.Section(name, by, replicated(body, random));
            case Stmt.Store store -> store;
            case Stmt.ReduceInto reduce -> reduce;
        };
    }

    private static boolean canBeFilled(Buffer parameter) {
        return switch (parameter.dtype()) {
            case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> false;
            default -> true;
        };
    }
}
