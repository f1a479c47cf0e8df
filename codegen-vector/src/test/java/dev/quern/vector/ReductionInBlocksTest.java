package dev.quern.vector;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import dev.quern.ir.testing.GoldenFile;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.ir.text.Parser;
import dev.quern.ir.verify.KernelVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A product whose accumulators are in memory between blocks of terms gives the bits that it gives in one go, in generated code of each width. */
class ReductionInBlocksTest {
    private static final Target WIDE = Hosts.vectors(512, 32, 1);

    private static Kernel blocked(long rows, long lanes) throws IOException {
        String name = "reduction_in_blocks";
        Kernel kernel = Parser.parseKernel(Files.readString(Path.of("src", "test", "golden", name + ".qir")));
        GoldenFile.check(name, KernelPrinter.print(kernel));
        Schedule schedule = new Schedule(List.of(
                new Step.Pack("b", Layout.panels(Dim.of(70), Dim.of(96), 2 * lanes)),
                new Step.Split("n", 2 * lanes, Tail.PAD),
                new Step.Split("n.i", lanes, Tail.EXACT),
                new Step.Split("m", 3 * rows, Tail.CLAMP),
                new Step.Split("k", 32, Tail.CLAMP),
                new Step.Reorder(List.of("n.o", "m.o", "m.i", "n.i.o", "n.i.i")),
                new Step.Fuse("n.o", "m.o", "p"),
                new Step.Bind("p", LoopKind.PARALLEL),
                new Step.Split("m.i", rows, Tail.PEEL),
                new Step.Sink("n.i.i"),
                new Step.Sink("n.i.o"),
                new Step.Sink("m.i.i"),
                new Step.Sink("m.i.o"),
                new Step.Sink("m.i.t"),
                new Step.Reorder(List.of("m.i.o", "m.i.i", "n.i.o", "n.i.i")),
                new Step.Reorder(List.of("m.i.o", "k.i", "m.i.i", "n.i.o", "n.i.i")),
                new Step.Reorder(List.of("m.i.t", "n.i.o", "n.i.i")),
                new Step.Reorder(List.of("m.i.t", "k.i", "n.i.o", "n.i.i")),
                new Step.Hold("acc", "k.i"),
                new Step.Vectorise("acc.h0"),
                new Step.Unroll("acc.h1"),
                new Step.Unroll("acc.h2"),
                new Step.Vectorise("n.i.i"),
                new Step.Unroll("n.i.o"),
                new Step.Unroll("m.i.i"),
                new Step.Outline("m.i.o"),
                new Step.Outline("m.i.t")));
        Kernel scheduled = Scheduler.apply(kernel, schedule, WIDE);
        KernelVerifier.verify(scheduled);
        return scheduled;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 3, 4, 12, 13, 29})
    void isTheSameInEveryWidth(long m) throws IOException {
        Random random = new Random(m);
        KernelComparison.check(blocked(4, 16), random, m);
        KernelComparison.check(blocked(3, 48), random, m);
    }
}
