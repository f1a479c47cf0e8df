package dev.quern.ir.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.ir.text.Parser;
import dev.quern.ir.verify.KernelVerifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever schedule is accepted, the kernel computes what it did. */
class RandomScheduleTest {
    private static final Target TARGET = Hosts.vectors(128, 16, 2);
    private static final long SEED = Long.getLong("quern.seed", 20251122L);
    private static final int COUNT = Boolean.getBoolean("quern.campaign") ? 2000 : 200;

    /** A kernel and the symbol values to run it with. */
    private record KernelSample(Kernel kernel, Map<String, Long> symbols) {}

    private static KernelSample sample(String name, Random random) {
        Map<String, Long> symbols = new LinkedHashMap<>();
        Map<String, Dim> dims = new HashMap<>();
        for (String symbol : List.of("A", "B", "C")) {
            long value = random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(random.nextInt(3) == 0 ? 30 : 9);
            symbols.put(symbol, value);
            dims.put(symbol, random.nextInt(3) == 0 ? Dim.of(value) : Dim.symbol(symbol));
        }
        Dim a = dims.get("A");
        Dim b = dims.get("B");
        Dim c = dims.get("C");
        Kernel kernel = switch (name) {
            case "contraction" -> UnscheduledKernels.contraction(a, b, c);
            case "batched" -> UnscheduledKernels.batched(Dim.of(2), Dim.of(3), a, b, c);
            case "traversal" -> UnscheduledKernels.traversal(a, b, c);
            case "reshaped" -> UnscheduledKernels.reshaped(a, 1 + random.nextInt(9));
            case "gather" -> UnscheduledKernels.gather(a, b, c.plus(1));
            case "softmax" -> UnscheduledKernels.softmax(a, b);
            case "layerNorm" -> UnscheduledKernels.layerNorm(a, b);
            case "rowMax" -> UnscheduledKernels.rowMax(a, b);
            case "columnSum" -> UnscheduledKernels.columnSum(a, b);
            case "convolution" -> UnscheduledKernels.convolution(Dim.of(2), 5, 4, 3, a);
            case "depthwise" -> UnscheduledKernels.depthwise(Dim.of(2), 5, a);
            case "maxPool" -> UnscheduledKernels.maxPool(a, 6, b);
            case "recurrent" -> UnscheduledKernels.recurrent(Dim.of(3), a, b);
            default -> throw new AssertionError(name);
        };
        return new KernelSample(kernel, symbols);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "contraction",
                "batched",
                "traversal",
                "reshaped",
                "gather",
                "softmax",
                "layerNorm",
                "rowMax",
                "columnSum",
                "convolution",
                "depthwise",
                "maxPool",
                "recurrent"
            })
    void keepsTheMeaning(String name) {
        int accepted = 0;
        Map<String, Integer> kinds = new LinkedHashMap<>();
        long only = Long.getLong("quern.round", -1);
        for (int round = 0; round < COUNT; round++) {
            if (only >= 0 && round != only) {
                continue;
            }
            Random random = new Random(SEED * 1_000_003 + round * 31L + name.hashCode());
            KernelSample sample = sample(name, random);
            String where = name + ", seed " + SEED + ", round " + round + ", " + sample.symbols();
            List<Step> steps = new ArrayList<>();
            DimRanges ranges = DimRanges.remembering();
            Kernel kernel = Simplify.simplify(sample.kernel(), ranges);
            try {
                Set<String> known = new LinkedHashSet<>();
                int wanted = 1 + random.nextInt(10);
                for (int attempt = 0; attempt < 40 && steps.size() < wanted; attempt++) {
                    Step step = randomStep(kernel, random);
                    steps.add(step);
                    try {
                        kernel = Scheduler.step(kernel, step, TARGET, known, ranges);
                        kinds.merge(step.getClass().getSimpleName(), 1, Integer::sum);
                        accepted++;
                    } catch (ScheduleRefusal refusal) {
                        steps.removeLast();
                        assertTrue(refusal.getMessage().length() > 10, refusal.getMessage());
                    }
                }
                Kernel finished = Scheduler.apply(sample.kernel(), new Schedule(steps), TARGET);
                Runs.compare(
                        sample.kernel(),
                        finished,
                        sample.symbols(),
                        sample.symbols().get("C") + 1,
                        random);
                KernelVerifier.verify(finished);
                Kernel named = finished.withBody(IndexNames.inline(finished.body()));
                Runs.compare(named, finished, sample.symbols(), sample.symbols().get("C") + 1, random);
                assertEquals(finished, Parser.parseKernel(KernelPrinter.print(finished)));
            } catch (AssertionError | RuntimeException failure) {
                fail(
                        where + "\n" + steps.stream().map(StepText::of).toList() + "\n"
                                + KernelPrinter.print(sample.kernel()) + "\n" + KernelPrinter.print(kernel),
                        failure);
            }
        }
        assertTrue(only >= 0 || accepted > COUNT, accepted + " steps accepted");
        if (Boolean.getBoolean("quern.verbose")) {
            System.out.println(name + " " + kinds);
        }
    }

    private static Step randomStep(Kernel kernel, Random random) {
        List<String> loops = new ArrayList<>(LoopNames.of(kernel).loops());
        if (loops.isEmpty()) {
            loops.add("none");
        }
        String loop = name(loops, random);
        long factor = List.of(1L, 2L, 3L, 4L, 5L, 8L, 16L).get(random.nextInt(7));
        Step.Tail tail = Step.Tail.values()[random.nextInt(5)];
        List<String> buffers = new ArrayList<>();
        kernel.parameters().forEach(parameter -> buffers.add(parameter.name()));
        return switch (random.nextInt(18)) {
            case 0, 1, 2 -> new Step.Split(loop, factor, tail);
            case 3, 4 -> {
                List<String> order = new ArrayList<>(List.of(loop));
                int size = 2 + random.nextInt(2);
                for (int i = 1; i < size; i++) {
                    order.add(name(loops, random));
                }
                yield new Step.Reorder(order);
            }
            case 5 -> new Step.Fuse(loop, name(loops, random), "f" + random.nextInt(100));
            case 6, 7 -> new Step.Sink(loop);
            case 8 -> new Step.Spill(loop);
            case 9 -> new Step.Bind(loop, random.nextBoolean() ? LoopKind.PARALLEL : LoopKind.UNROLL);
            case 10, 11 -> new Step.Vectorise(loop);
            case 12 -> new Step.Unroll(loop);
            case 13 -> new Step.SplitReduction(loop, factor, tail);
            case 14 ->
                random.nextBoolean()
                        ? new Step.Pack(buffers.get(random.nextInt(buffers.size())), layout(kernel, random))
                        : new Step.Stage(buffers.get(random.nextInt(buffers.size())), loop, MemorySpace.SHARED);
            case 15, 16 -> new Step.Hold(allocated(kernel, random), loop);
            default -> new Step.Outline(loop);
        };
    }

    private static String allocated(Kernel kernel, Random random) {
        List<String> buffers = new ArrayList<>(List.of("none"));
        kernel.body().walk(statement -> {
            if (statement instanceof Stmt.Allocate allocate) {
                buffers.add(allocate.buffer().name());
            }
        });
        return buffers.get(random.nextInt(buffers.size()));
    }

    /** Axes cut into digits, which follow one another in any order: panels, blocks and interleaved rows are among them. */
    private static Layout layout(Kernel kernel, Random random) {
        Shape shape = kernel.parameters()
                .get(random.nextInt(kernel.parameters().size()))
                .shape();
        List<List<Dim>> radices = new ArrayList<>();
        List<int[]> digits = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            List<Dim> radix = new ArrayList<>();
            Dim left = shape.dim(axis);
            for (int cuts = random.nextInt(3); cuts > 0; cuts--) {
                Dim factor = Dim.of(1L + random.nextInt(4));
                radix.add(factor);
                left = left.ceilDiv(factor);
            }
            radix.add(left);
            radices.add(radix);
            for (int digit = 0; digit < radix.size(); digit++) {
                digits.add(new int[] {axis, digit});
            }
        }
        Collections.shuffle(digits, random);
        Map<List<Integer>, Dim> strides = new HashMap<>();
        Dim stride = Dim.ONE;
        for (int[] digit : digits) {
            strides.put(List.of(digit[0], digit[1]), stride);
            stride = stride.times(radices.get(digit[0]).get(digit[1]));
        }
        List<List<Layout.Mode>> axes = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            List<Layout.Mode> modes = new ArrayList<>();
            for (int digit = 0; digit < radices.get(axis).size(); digit++) {
                modes.add(new Layout.Mode(radices.get(axis).get(digit), strides.get(List.of(axis, digit))));
            }
            axes.add(modes);
        }
        return new Layout(axes, Optional.empty());
    }

    private static String name(List<String> loops, Random random) {
        String loop = loops.get(random.nextInt(loops.size()));
        return random.nextInt(3) == 0 ? loop : LoopNames.base(loop);
    }
}
