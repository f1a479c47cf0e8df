package dev.quern.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.onnx.signature.DeclaredInput;
import dev.quern.onnx.signature.KnownSizes;
import dev.quern.onnx.signature.Overrides;
import dev.quern.passes.program.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SpecialisationsTest {
    private static final long SLOW = 7;

    /** A model that is compiled for each size but 4, which takes as long as the latches say for {@link #SLOW}. */
    private record SlowSource(CountDownLatch compiling, CountDownLatch go) implements ProgramSource {
        @Override
        public List<DeclaredInput> inputs() {
            return List.of();
        }

        @Override
        public Compilation compile(Overrides overrides, KnownSizes sizes, Target target) {
            return new Compilation(
                    sizes.inputs()
                            .map(shapes -> exact(shapes.getFirst().getFirst()))
                            .orElseGet(() -> scaled("general", HandMade.N, 1)),
                    Map.of());
        }

        private Program exact(long size) {
            if (size == SLOW) {
                compiling.countDown();
                try {
                    go.await();
                } catch (InterruptedException interrupted) {
                    throw new IllegalStateException(interrupted);
                }
            }
            return scaled("exact", Dim.of(size), size);
        }

        private static Program scaled(String name, Dim extent, float factor) {
            return new HandMade(name)
                    .input(HandMade.value("x", DType.F32, extent))
                    .guard(new ShapeGuard(HandMade.N, ShapeGuard.Relation.EQUAL, Dim.of(4), "broadcast"))
                    .kernel(HandMade.affine(extent, factor, 0), "x", "y")
                    .result(HandMade.value("y", DType.F32, extent))
                    .build();
        }

        @Override
        public Optional<Compilation> compile(Overrides overrides, KnownSizes sizes, String body, Target target) {
            throw new AssertionError("no body to specialise is expected");
        }

        @Override
        public void close() {}
    }

    private static float run(CompiledModel model, long size) {
        float[] x = new float[(int) size];
        x[0] = 1;
        return HandMade.run(model, "y", Map.of("x", Tensor.of(x, size)))[0];
    }

    @Test
    void whileOneSizeIsCompiledOthersAreAnswered() throws Exception {
        CountDownLatch compiling = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (CompiledModel model = HandMade.model(new SlowSource(compiling, go), Options.defaults(), null);
                ExecutorService executor = Executors.newFixedThreadPool(3)) {
            List<Future<Float>> slow = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                slow.add(executor.submit(() -> run(model, SLOW)));
            }
            compiling.await();
            assertEquals(1, run(model, 4));
            assertEquals(5, run(model, 5));
            go.countDown();
            for (Future<Float> run : slow) {
                assertEquals(SLOW, run.get());
            }
            assertEquals(3, model.compilations());
        } finally {
            go.countDown();
        }
    }

    @Test
    void kernelsOfForgottenSizesAreForgotten() {
        int most = 33;
        try (CompiledModel model = HandMade.model(new SlowSource(null, null), Options.defaults(), null)) {
            for (long size = 10; size < 100; size++) {
                assertEquals(size, run(model, size));
                assertEquals(Math.min(most, size - 8), model.executables().size());
            }
            assertEquals(99, run(model, 99));
            assertEquals(91, model.compilations());
            assertEquals(10, run(model, 10));
            assertEquals(92, model.compilations());
        }
    }
}
