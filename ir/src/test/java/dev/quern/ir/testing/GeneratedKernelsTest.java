package dev.quern.ir.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.ir.text.Parser;
import dev.quern.ir.text.SchedulePrinter;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GeneratedKernelsTest {
    @Test
    void textReadsBack() {
        Campaign.run("kernels read back", seed -> {
            Kernel kernel = KernelGenerator.kernel(seed);
            String text = KernelPrinter.print(kernel);
            assertEquals(kernel, Parser.parseKernel(text), text);
        });
    }

    @Test
    void schedulesReadBack() {
        Campaign.run("schedules read back", seed -> {
            String text = SchedulePrinter.print(ScheduleGenerator.schedule(seed));
            assertEquals(ScheduleGenerator.schedule(seed), Parser.parseSchedule(text), text);
        });
    }

    /** Kinds say how a loop is run, not what it computes; only lanes are joined in an order of their own. */
    @Test
    void kindsOfLoopsDoNotMatter() {
        Campaign.run("kinds of loops", seed -> {
            Kernel kernel = KernelGenerator.kernel(seed);
            Kernel other = kernel.withBody(otherKinds(kernel.body(), new Random(seed)));
            List<byte[]> expected = KernelRuns.run(kernel, seed);
            List<byte[]> found = KernelRuns.run(other, seed);
            for (int i = 0; i < expected.size(); i++) {
                assertArrayEquals(expected.get(i), found.get(i));
            }
        });
    }

    private static LoopKind otherKind(LoopKind kind, Random random) {
        List<LoopKind> others = Stream.of(LoopKind.values())
                .filter(other -> other != LoopKind.VECTOR)
                .toList();
        return kind == LoopKind.VECTOR ? kind : others.get(random.nextInt(others.size()));
    }

    private static Stmt otherKinds(Stmt statement, Random random) {
        return switch (statement) {
            case Stmt.For(var variable, var extent, var kind, var body) ->
                new Stmt.For(variable, extent, otherKind(kind, random), otherKinds(body, random));
            case Stmt.Block(var statements) ->
                new Stmt.Block(
                        statements.stream().map(one -> otherKinds(one, random)).toList());
            case Stmt.Allocate(var buffer, var body) -> new Stmt.Allocate(buffer, otherKinds(body, random));
            case Stmt.Guard(var conditions, var then, var otherwise) ->
                new Stmt.Guard(conditions, otherKinds(then, random), otherKinds(otherwise, random));
            case Stmt.Let(var name, var value, var body) -> new Stmt.Let(name, value, otherKinds(body, random));
            case Stmt.Section(var name, var body) -> otherKinds(body, random);
            case Stmt.Store store -> store;
            case Stmt.Reduce reduce -> reduce;
        };
    }
}
