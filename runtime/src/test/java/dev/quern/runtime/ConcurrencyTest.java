package dev.quern.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.passes.program.MemoryPlan;
import dev.quern.passes.program.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConcurrencyTest {
    @Test
    void eightThreadsGetWhatOneGets() throws Exception {
        Options options = Options.builder().threads(3).poison(true).build();
        try (CompiledModel model = HandMade.model(HandMade.chain(), options);
                ExecutorService executor = Executors.newFixedThreadPool(8)) {
            List<Future<Boolean>> futures = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                long seed = thread;
                futures.add(executor.submit(() -> {
                    Random random = new Random(seed);
                    for (int round = 0; round < 300; round++) {
                        float[] x = HandMade.ramp(random.nextInt(50));
                        float[] y = HandMade.run(model, "y", Map.of("x", Tensor.of(x, x.length)));
                        assertArrayEquals(HandMade.affineOf(x, 4, 2), y, "seed " + seed + ", round " + round);
                    }
                    return true;
                }));
            }
            for (Future<Boolean> future : futures) {
                assertTrue(future.get());
            }
            assertEquals(1, model.compilations());
        }
    }

    @Test
    void closeWaitsForRunsInFlight() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean closed = new AtomicBoolean();
        Value x = HandMade.value("x", DType.F32, Dim.of(1));
        Value y = HandMade.value("y", DType.F32, Dim.of(1));
        Program program = new HandMade("slow")
                .input(x)
                .host(new Node(new Op.Host("Wait", Map.of()), List.of(x), List.of(y), "wait"))
                .place("y", new MemoryPlan.Late())
                .output(y)
                .build();
        CompiledModel model = HandMade.model(program, (node, operands, symbols, budget) -> {
            inside.countDown();
            try {
                go.await();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
            assertFalse(closed.get(), "closed under a run");
            return operands;
        });
        Map<String, Tensor> inputs = Map.of("x", Tensor.of(new float[] {5}, 1));
        Thread closer = new Thread(() -> {
            model.close();
            closed.set(true);
        });
        try (ExecutorService executor = Executors.newFixedThreadPool(1)) {
            Future<Map<String, Tensor>> run = executor.submit(() -> model.run(inputs));
            inside.await();
            closer.start();
            while (closer.getState() != Thread.State.WAITING) {
                assertTrue(closer.isAlive(), "close() came back while a run was in flight");
                Thread.onSpinWait();
            }
            go.countDown();
            assertEquals(5, run.get().get("y").toFloatArray()[0]);
            closer.join();
        } finally {
            go.countDown();
        }
        assertTrue(closed.get());
        assertThrows(ModelException.class, () -> model.run(inputs));
    }

    @Test
    void aListenerIsToldOfEveryStep() {
        try (CompiledModel model = HandMade.model(HandMade.chain())) {
            List<StepRun> steps = new ArrayList<>();
            long before = System.nanoTime();
            model.run(Map.of("x", Tensor.of(new float[3], 3)), steps::add);
            long after = System.nanoTime();
            assertEquals(List.of(0, 1, 2), steps.stream().map(StepRun::index).toList());
            for (StepRun run : steps) {
                assertEquals(model.program().steps().get(run.index()), run.step());
                assertTrue(run.begin() >= before && run.nanoseconds() >= 0);
                before = run.begin() + run.nanoseconds();
                KernelRun kernel = run.kernel().orElseThrow();
                assertEquals(3, kernel.extent());
                assertEquals(1, kernel.participants());
                assertArrayEquals(new long[] {3}, kernel.symbols());
                assertTrue(model.executables().contains(kernel.executable()));
            }
            assertTrue(before <= after);
        }
    }

    @Test
    void aListenerIsToldOfEveryPartOfAKernel() {
        int elements = 1 << 17;
        Queue<PartRun> parts = new ConcurrentLinkedQueue<>();
        List<StepRun> steps = new ArrayList<>();
        try (CompiledModel model = HandMade.model(HandMade.chain())) {
            model.run(Map.of("x", Tensor.of(new float[elements], elements)), new StepListener() {
                @Override
                public void done(StepRun step) {
                    long[] done = new long[1];
                    List<PartRun> own = new ArrayList<>();
                    for (PartRun part = parts.poll(); part != null; part = parts.poll()) {
                        done[0] += part.to() - part.from();
                        own.add(part);
                    }
                    assertEquals(elements, done[0]);
                    own.forEach(part -> assertTrue(part.begin() >= step.begin()
                            && part.begin() + part.nanoseconds() <= step.begin() + step.nanoseconds()));
                    steps.add(step);
                }

                @Override
                public void done(PartRun part) {
                    parts.add(part);
                }
            });
        }
        assertEquals(3, steps.size());
        steps.forEach(step -> assertEquals(2, step.kernel().orElseThrow().participants()));
    }
}
