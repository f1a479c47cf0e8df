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
import java.util.Random;
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
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            Future<Map<String, Tensor>> run = executor.submit(() -> model.run(inputs));
            inside.await();
            Future<?> close = executor.submit(() -> {
                model.close();
                closed.set(true);
            });
            assertFalse(close.isDone());
            go.countDown();
            assertEquals(5, run.get().get("y").toFloatArray()[0]);
            close.get();
        }
        assertThrows(ModelException.class, () -> model.run(inputs));
    }

    @Test
    void aListenerIsToldOfEveryStep() {
        try (CompiledModel model = HandMade.model(HandMade.chain())) {
            List<Integer> indices = new ArrayList<>();
            model.run(Map.of("x", Tensor.of(new float[3], 3)), (index, step, nanoseconds) -> {
                assertEquals(model.program().steps().get(index), step);
                assertTrue(nanoseconds >= 0);
                indices.add(index);
            });
            assertEquals(List.of(0, 1, 2), indices);
        }
    }
}
