package dev.quern.ir.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.schedule.Step.Tail;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.ir.text.Parser;
import dev.quern.ir.verify.KernelVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The kernel after each step of a schedule, beside this class's resources as {@code NAME.qir};
 * {@code -Dquern.bless=true} writes them.
 */
class GoldenScheduleTest {
    private static void check(String name, Kernel kernel, Schedule schedule) throws IOException {
        List<Kernel> stages = Scheduler.trace(kernel, schedule, ContractionScheduleTest.WIDE);
        StringBuilder text = new StringBuilder(KernelPrinter.print(stages.getFirst()));
        for (int i = 0; i < schedule.steps().size(); i++) {
            String printed = KernelPrinter.print(stages.get(i + 1));
            assertEquals(stages.get(i + 1), Parser.parseKernel(printed), "read back after step " + i);
            text.append("\n// ").append(StepText.of(schedule.steps().get(i))).append('\n');
            if (!stages.get(i + 1).equals(stages.get(i))) {
                text.append(printed);
            }
        }
        Path file = Path.of(
                System.getProperty("quern.root", "."), "ir/src/test/resources/dev/quern/ir/schedule", name + ".qir");
        if (Boolean.getBoolean("quern.bless")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        }
        assertTrue(Files.exists(file), file + " is missing; -Dquern.bless=true writes it");
        assertEquals(Files.readString(file), text.toString(), name + " changed; -Dquern.bless=true accepts the change");
    }

    @Test
    void contraction() throws IOException {
        Kernel kernel = UnscheduledKernels.contraction(Dim.symbol("M"), Dim.symbol("N"), Dim.symbol("K"));
        check("contraction", kernel, ContractionScheduleTest.product(kernel, 12, 3, 8, 4));
    }

    /** All tiles of a block of rows go through four terms before the next four. */
    @Test
    void reductionInBlocks() throws IOException {
        Kernel kernel = UnscheduledKernels.contraction(Dim.symbol("M"), Dim.of(24), Dim.of(10));
        Schedule schedule = new Schedule(List.of(
                new Step.Split("m", 6, Tail.CLAMP),
                new Step.Split("n", 8, Tail.EXACT),
                new Step.Split("k", 4, Tail.CLAMP),
                new Step.Reorder(List.of("m.o", "n.o", "m.i", "n.i")),
                new Step.Split("m.i", 2, Tail.PEEL),
                new Step.Sink("n.i"),
                new Step.Sink("m.i.i"),
                new Step.Sink("m.i.o"),
                new Step.Sink("m.i.t"),
                new Step.Reorder(List.of("m.i.o", "m.i.i", "n.i")),
                new Step.Reorder(List.of("m.i.o", "k.i", "m.i.i", "n.i")),
                new Step.Reorder(List.of("m.i.t", "n.i")),
                new Step.Reorder(List.of("m.i.t", "k.i", "n.i")),
                new Step.Hold("acc", "k.i"),
                new Step.Vectorise("acc.h0"),
                new Step.Unroll("acc.h1"),
                new Step.Vectorise("n.i"),
                new Step.Unroll("m.i.i"),
                new Step.Outline("m.i.o"),
                new Step.Outline("m.i.t")));
        check("reduction_in_blocks", kernel, schedule);
        Kernel scheduled = Scheduler.apply(kernel, schedule, ContractionScheduleTest.WIDE);
        KernelVerifier.verify(scheduled);
        for (long rows : List.of(0L, 1L, 2L, 5L, 6L, 13L)) {
            Runs.compare(kernel, scheduled, Map.of("M", rows), 25, new Random(rows));
        }
    }

    @Test
    void softmax() throws IOException {
        Kernel kernel = UnscheduledKernels.softmax(Dim.symbol("R"), Dim.symbol("C"));
        check("softmax", kernel, RowScheduleTest.rows(List.of("c", "e"), List.of("d"), 32, 16));
    }

    /** Pixels of a row are the rows of the tile, output channels its columns. */
    @Test
    void convolution() throws IOException {
        Kernel kernel = UnscheduledKernels.convolution(Dim.symbol("N"), 9, 11, 3, Dim.symbol("M"));
        Schedule schedule = new Schedule(List.of(
                new Step.Pack("w", Layout.panels(kernel.parameter("w").shape(), 8)),
                new Step.Split("m", 8, Tail.PAD),
                new Step.Split("m.i", 4, Tail.EXACT),
                new Step.Reorder(List.of("n", "oh", "m.o", "ow", "m.i.o", "m.i.i")),
                new Step.Fuse("n", "oh", "q"),
                new Step.Fuse("q", "m.o", "p"),
                new Step.Bind("p", LoopKind.PARALLEL),
                new Step.Split("ow", 4, Tail.PEEL),
                new Step.Outline("ow.o"),
                new Step.Outline("ow.t"),
                new Step.Sink("m.i.i"),
                new Step.Sink("m.i.o"),
                new Step.Sink("ow.i"),
                new Step.Reorder(List.of("m.i.o", "m.i.i")),
                new Step.Reorder(List.of("ow.i", "m.i.o", "m.i.i")),
                new Step.Vectorise("m.i.i"),
                new Step.Unroll("m.i.o"),
                new Step.Unroll("ow.i")));
        check("convolution", kernel, schedule);
        Kernel scheduled = Scheduler.apply(kernel, schedule, ContractionScheduleTest.WIDE);
        Runs.compare(kernel, scheduled, Map.of("N", 2L, "M", 13L), 0, new Random(3));
    }
}
