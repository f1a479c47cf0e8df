package dev.quern.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.ir.backend.HostExecutable;
import dev.quern.ir.interpret.kernel.KernelInterpreter;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Reductions;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.math.ExpandMath;
import dev.quern.ir.math.SpellReductions;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import dev.quern.ir.testing.GoldenFile;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.ir.text.Parser;
import dev.quern.ir.verify.KernelVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Attention of one head in one pass over the keys, a reduction into a greatest score, a sum of weights and a row of weighed values, gives
 * what three passes give: as it is written, split into partial results, and with these as lanes. Without keys that is 0, a sum of no
 * products, though the sum of weights is 0 as it is where all keys are masked, which gives NaN: the number of keys tells these apart.
 */
class OnlineSoftmaxTest {
    private static final int MASK = 3;

    private static Kernel read(String name) {
        try {
            Kernel kernel = Parser.parseKernel(Files.readString(Path.of("src", "test", "golden", name + ".qir")));
            GoldenFile.check(name, KernelPrinter.print(kernel));
            KernelVerifier.verify(kernel);
            return kernel;
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private static Schedule split(int factor, Tail tail) {
        return new Schedule(List.of(
                new Step.SplitReduction("j", factor, tail),
                new Step.Bind("i", LoopKind.PARALLEL),
                new Step.Sink("j.i"),
                new Step.Vectorise("j.i"),
                new Step.Vectorise("j.c")));
    }

    private static Kernel scheduled(int factor, Tail tail) {
        Kernel kernel =
                Scheduler.apply(read("attention_in_one_pass"), split(factor, tail), KernelComparison.target(512));
        KernelVerifier.verify(kernel);
        assertEquals(kernel, Parser.parseKernel(KernelPrinter.print(kernel)));
        return kernel;
    }

    @Test
    void splitIntoPartialResults() {
        GoldenFile.check("attention_split", KernelPrinter.print(scheduled(16, Tail.PEEL)));
    }

    @Test
    void theFileHoldsTheReductionOfThatName() {
        Stmt[] found = {null};
        find(read("attention_in_one_pass").body(), found);
        assertEquals(Reductions.onlineSoftmax(DType.F32), ((Stmt.ReduceInto) found[0]).reduction());
    }

    private static void find(Stmt statement, Stmt[] found) {
        switch (statement) {
            case Stmt.ReduceInto reduce when reduce.targets().size() == 3 -> found[0] = reduce;
            case Stmt.Block(var statements) -> statements.forEach(each -> find(each, found));
            case Stmt.For loop -> find(loop.body(), found);
            case Stmt.Allocate(var buffer, var body) -> find(body, found);
            case Stmt other -> {}
        }
    }

    @Test
    void onePassGivesWhatThreeGive() {
        Kernel three = read("attention_in_three_passes");
        List<Kernel> kernels = new ArrayList<>(List.of(read("attention_in_one_pass")));
        for (Tail tail : List.of(Tail.PEEL, Tail.MASK, Tail.CLAMP)) {
            if (tail != Tail.CLAMP) {
                kernels.add(scheduled(16, tail));
                kernels.add(scheduled(8, tail));
            }
            Schedule serial = new Schedule(List.of(new Step.SplitReduction("j", 3, tail)));
            kernels.add(Scheduler.apply(kernels.getFirst(), serial, KernelComparison.target(512)));
        }
        Random random = new Random(20);
        List<Kernel> spelled = kernels.stream().map(SpellReductions::spell).toList();
        List<Kernel> expanded = kernels.stream().map(ExpandMath::expand).toList();
        List<HostExecutable> compiled = new ArrayList<>();
        for (int bits : new int[] {512, 256, 0}) {
            expanded.forEach(kernel -> compiled.add(KernelComparison.compile(kernel, bits)));
        }
        for (int keys : new int[] {0, 1, 2, 7, 16, 17, 40, 83}) {
            Data before = masked(Data.random(three, random, new long[] {7, keys}), keys, random);
            Data expected = before.copy();
            interpret(three, expected);
            for (int i = 0; i < kernels.size(); i++) {
                Data found = before.copy();
                interpret(kernels.get(i), found);
                KernelComparison.assertNear(expected, found, 2 * keys, "interpreted " + i + " of " + keys + " keys");
                Data plain = before.copy();
                interpret(spelled.get(i), plain);
                KernelComparison.assertSame(found, plain, "spelled out " + i + " of " + keys + " keys");
            }
            for (int i = 0; i < compiled.size(); i++) {
                Data same = before.copy();
                interpret(expanded.get(i % expanded.size()), same);
                Data found = before.copy();
                KernelComparison.run(compiled.get(i), found);
                KernelComparison.assertSame(same, found, "compiled " + i + " of " + keys + " keys");
                KernelComparison.assertNear(expected, found, 2 * keys, "compiled " + i + " of " + keys + " keys");
            }
        }
    }

    private static void interpret(Kernel kernel, Data data) {
        KernelInterpreter.run(kernel, data.buffers(), data.offsets(), data.symbols());
    }

    /** Rows without a mask, with some keys masked, with all; with NaN, with infinity; moderate scores. */
    private static Data masked(Data data, int keys, Random random) {
        for (int position = 0; position < MASK; position++) {
            float[] values = (float[]) data.buffers()[position];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
        }
        float[] mask = (float[]) data.buffers()[MASK];
        int at = (int) data.offsets()[MASK];
        for (int row = 0; row < 7; row++) {
            for (int key = 0; key < keys; key++) {
                mask[at++] = switch (row) {
                    case 0 -> 0;
                    case 1, 2 -> random.nextBoolean() ? Float.NEGATIVE_INFINITY : 0;
                    case 3 -> Float.NEGATIVE_INFINITY;
                    case 4 -> key == keys / 2 ? Float.NaN : 0;
                    case 5 -> key == keys - 1 ? Float.POSITIVE_INFINITY : key % 2 == 0 ? Float.NEGATIVE_INFINITY : 1;
                    default -> (float) (random.nextGaussian() * 30);
                };
            }
        }
        return data;
    }

    /** The lanes are computed and joined as vectors, not one by one. */
    @Test
    void lanesAreVectors() {
        Kernel kernel = ExpandMath.expand(scheduled(16, Tail.PEEL));
        assertEquals(List.of(), VectorLoops.serial(kernel));
    }
}
