package dev.quern.runtime;

import static dev.quern.runtime.HandMade.N;
import static dev.quern.runtime.HandMade.add;
import static dev.quern.runtime.HandMade.affine;
import static dev.quern.runtime.HandMade.affineOf;
import static dev.quern.runtime.HandMade.value;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.LoadWarmUp;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.ir.schedule.Schedule;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.ModelBytes;
import dev.quern.onnx.signature.DeclaredInput;
import dev.quern.onnx.signature.KnownSizes;
import dev.quern.onnx.signature.Overrides;
import dev.quern.passes.CompilationPart;
import dev.quern.passes.program.ConstantData;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What models have of a device is given back, whatever fails there; and what a device is given cannot be cut. */
class DeviceFaultsTest {
    private static final Backend NEAR = BackendChoice.forDevice("near");

    @BeforeEach
    @AfterEach
    void mend() {
        NearDevice.FAILING.clear();
        NearDevice.before = () -> {};
        NearDevice.refused = kernel -> false;
    }

    /** {@code y = x + w}, the constant in native memory of its own. */
    private static Program sum() {
        return new HandMade("sum")
                .input(value("x", DType.F32, Dim.of(4)))
                .constant(
                        "w",
                        new ConstantData(
                                new Literal(Tensor.of(new float[] {1, 2, 3, 4}, 4)),
                                Optional.empty(),
                                Buffer.Storage.SEGMENT))
                .kernel(add(Dim.of(4), Buffer.Storage.SEGMENT), "x", "w", "y")
                .result(value("y", DType.F32, Dim.of(4)))
                .build();
    }

    private static CompiledModel model(ProgramSource source, Options options) {
        return HandMade.model(
                source,
                options,
                (node, operands, symbols, budget) -> {
                    throw new AssertionError("no host step is expected");
                },
                NEAR);
    }

    private static CompiledModel model(Program program, Options options) {
        return model(HandMade.source(program), options);
    }

    /** The same source, telling when it is closed. */
    private record Watched(ProgramSource source, AtomicBoolean closed) implements ProgramSource {
        @Override
        public List<DeclaredInput> inputs() {
            return source.inputs();
        }

        @Override
        public Compilation compile(Overrides overrides, KnownSizes sizes, Target target) {
            return source.compile(overrides, sizes, target);
        }

        @Override
        public Optional<Compilation> compile(Overrides overrides, KnownSizes sizes, String body, Target target) {
            return source.compile(overrides, sizes, body, target);
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }

    private static final Map<String, Tensor> FOUR = Map.of("x", Tensor.of(new float[] {1, 2, 3, 4}, 4));

    @Test
    void closingGivesBackAllThoughTheDeviceFails() {
        AtomicBoolean closed = new AtomicBoolean();
        int loaded = NearDevice.LOADED.get();
        CompiledModel model = model(new Watched(HandMade.source(sum()), closed), Options.defaults());
        assertArrayEquals(new float[] {2, 4, 6, 8}, HandMade.run(model, "y", FOUR));
        NearDevice.FAILING.add("free");
        NearDevice.FAILING.add("close");
        ModelException failure = assertThrows(ModelException.class, model::close);
        assertEquals("device 'near': free failed", failure.getMessage());
        assertEquals("device 'near': close failed", failure.getSuppressed()[0].getMessage());
        assertTrue(closed.get(), "the source is closed");
        assertEquals(0, model.constantBytes());
        assertEquals(loaded, NearDevice.LOADED.get(), "kernels left loaded");
        assertEquals(0, NearDevice.OPEN.get(), "queues left open");
        assertEquals(0, NearDevice.allocations());
        model.close();
    }

    @Test
    void aModelIsReplacedThoughTheOneBeforeFailsToClose() {
        CompiledModel loaded = model(sum(), Options.defaults());
        loaded.run(FOUR);
        try (CompiledModel better = model(sum(), Options.defaults())) {
            NearDevice.FAILING.add("close");
            assertSame(better, ModelCompiler.inPlaceOf(loaded, better, "sum"));
            NearDevice.FAILING.clear();
            assertTrue(loaded.isClosed());
            assertArrayEquals(new float[] {2, 4, 6, 8}, HandMade.run(better, "y", FOUR));
        }
    }

    @Test
    void theFirstFailureOfAWarmUpIsSaid() {
        NearDevice.FAILING.addAll(List.of("await", "close"));
        ModelException failure = assertThrows(
                ModelException.class,
                () -> ModelCompiler.of(Options.builder()
                                .device("near")
                                .warmUp(new LoadWarmUp(List.of(Map.of("x", List.of(2L, 3L))), true))
                                .build())
                        .compile(softmax()));
        assertEquals("device 'near': await failed", failure.getMessage());
        assertEquals(0, NearDevice.OPEN.get(), "queues left open");
    }

    @Test
    void codeIsUnloadedThoughWhoeverIsShownItFails() {
        int before = NearDevice.LOADED.get();
        IllegalStateException unshown = new IllegalStateException("not shown");
        List<StageSink> sinks = List.of(
                new StageSink() {
                    @Override
                    public void executable(Executable executable) {
                        throw unshown;
                    }
                },
                new StageSink() {
                    @Override
                    public void part(CompilationPart part, String name, long nanoseconds) {
                        if (part == CompilationPart.CODE) {
                            throw unshown;
                        }
                    }
                });
        for (StageSink sink : sinks) {
            ModelCompiler compiler =
                    ModelCompiler.of(Options.builder().device("near").build()).withStages(sink);
            assertThrows(RuntimeException.class, () -> compiler.compile(softmax()));
            assertEquals(before, NearDevice.LOADED.get(), "kernels left loaded");
        }
    }

    @Test
    void aModelIsClosedThoughWhoeverIsToldOfItsImportFails(@TempDir Path folder) throws IOException {
        ModelBytes bytes = ModelBytes.map(Files.write(folder.resolve("softmax.onnx"), softmax()));
        ModelCompiler compiler = ModelCompiler.of(
                        Options.builder().device("near").build())
                .withStages(new StageSink() {
                    @Override
                    public void part(CompilationPart part, String name, long nanoseconds) {
                        if (part == CompilationPart.IMPORT) {
                            throw new IllegalStateException("not told");
                        }
                    }
                });
        assertThrows(RuntimeException.class, () -> compiler.compile("softmax", () -> bytes));
        assertFalse(bytes.bytes().scope().isAlive(), "the model is left mapped");
    }

    @Test
    void aConstantWhoseFillingFailsKeepsNoMemory() {
        Arena arena = Arena.ofShared();
        assertThrows(
                IllegalStateException.class,
                () -> ConstantStore.filled(arena, "constant 'w'", 8, memory -> {
                    throw new IllegalStateException("not filled");
                }));
        assertFalse(arena.scope().isAlive());
    }

    @Test
    void constantsOfWhichOneCannotBePackedAreAllGivenBack() {
        List<Arena> arenas = new CopyOnWriteArrayList<>();
        Layout layout = Layout.rowMajor(Shape.of(4));
        List<ConstantData> constants = Stream.of(0L, 2L)
                .map(offset -> new ConstantData(
                        new Literal(Tensor.of(new float[] {1, 2, 3, 4}, 4)),
                        Optional.of(new ConstantData.Packing(List.of(4L), List.of(1L), offset, layout)),
                        Buffer.Storage.SEGMENT))
                .toList();
        try (ConstantStore store = new ConstantStore(ResidentPool.shared(), 1, () -> {
            arenas.add(Arena.ofShared());
            return arenas.getLast();
        })) {
            assertThrows(IndexOutOfBoundsException.class, () -> store.lease(constants, constant -> "w", () -> {}));
            assertEquals(2, arenas.size());
            assertTrue(arenas.stream().noneMatch(arena -> arena.scope().isAlive()), "memory is left");
            assertEquals(0, store.ownBytes());
        }
    }

    @Test
    void noOtherProgramAnswersWhereOneDoesNotGiveBackWhatItHad() {
        SymbolValues symbols = SymbolValues.of(N.symbols());
        N.symbols().forEach(name -> symbols.bind(name, 3));
        ShapeGuard guard = new ShapeGuard(N, ShapeGuard.Relation.EQUAL, Dim.of(4), "for a test");
        UnmetGuard unmet = new UnmetGuard("p", guard, symbols);
        assertSame(unmet, unmet.through(symbols));
        ModelException failure = new ModelException(ModelException.Code.DEVICE, "device 'near'", "close failed");
        assertThrows(UnmetGuard.class, () -> {
            try (AutoCloseable _ = () -> {
                throw failure;
            }) {
                throw unmet;
            }
        });
        assertSame(failure, unmet.through(symbols));
        UnmetGuard other = new UnmetGuard("p", guard, symbols);
        AssertionError error = new AssertionError("a fault");
        other.addSuppressed(error);
        assertSame(error, assertThrows(AssertionError.class, () -> other.through(symbols)));
    }

    @Test
    void autoAsksOnlyTheDevicesThatItMayTake() {
        int asked = NearDevice.ASKED.get();
        assertThrows(ModelException.class, () -> BackendChoice.forDevice("auto"), "there is neither cuda nor cpu here");
        assertEquals(asked, NearDevice.ASKED.get());
    }

    private static byte[] softmax() {
        return new OnnxBuilder()
                .input("x", DType.F32, "n", 3)
                .initializer("w", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2))
                .node("MatMul", List.of("x", "w"), List.of("a"))
                .node("Softmax", List.of("a"), List.of("y"))
                .output("y", DType.F32, "n", 2)
                .build();
    }

    @Test
    void aConstantWhoseCopyFailsIsGivenBackAtOnce() {
        try (CompiledModel model = model(sum(), Options.defaults())) {
            NearDevice.FAILING.add("await");
            assertThrows(ModelException.class, () -> model.run(FOUR));
            assertEquals(0, NearDevice.allocations());
            NearDevice.FAILING.clear();
            assertArrayEquals(new float[] {2, 4, 6, 8}, HandMade.run(model, "y", FOUR));
        }
    }

    @Test
    void codeIsUnloadedWithTheLastModelThatHasIt() {
        byte[] bytes = softmax();
        int before = NearDevice.LOADED.get();
        ModelCompiler compiler =
                ModelCompiler.of(Options.builder().device("near").threads(1).build());
        for (int i = 0; i < 3; i++) {
            Model one = compiler.compile(bytes);
            try (Model other = compiler.compile(bytes)) {
                one.run(Map.of("x", Tensor.of(new float[6], 2, 3)));
                one.close();
                other.run(Map.of("x", Tensor.of(new float[6], 2, 3)));
                assertTrue(NearDevice.LOADED.get() > before, "kernels are loaded");
            }
            assertEquals(before, NearDevice.LOADED.get(), "kernels left loaded");
        }
    }

    /** At the speed of a processor's thread, each of these kernels takes hours. */
    private static Program large() {
        HandMade program = new HandMade("large")
                .input(value("x", DType.F32, N))
                .slot("a", Dim.ZERO)
                .arena(DType.F32, N);
        for (List<String> arguments : List.of(List.of("x", "a"), List.of("a", "y"))) {
            Kernel kernel = affine(N, 2, 0);
            program.step(new ProgramStep.RunKernel(
                    kernel, KernelForms.of(Schedule.NONE, kernel), arguments, List.of(), N.times(1L << 45), "large"));
        }
        return program.result(value("y", DType.F32, N)).build();
    }

    private static Options limit(Duration limit) {
        return Options.builder().timeLimit(limit).build();
    }

    @Test
    void theTimeOfAKernelOnADeviceIsNotGuessedByTheProcessors() {
        try (CompiledModel model = model(large(), limit(Duration.ofMinutes(5)))) {
            assertArrayEquals(new float[] {4, 8, 12, 16}, HandMade.run(model, "y", FOUR));
        }
    }

    @Test
    void aRunThatIsLateEndsAfterTheKernelThatTheDeviceHas() {
        Duration limit = Duration.ofMillis(200);
        NearDevice.before = () -> {
            for (long end = System.nanoTime() + limit.toNanos(); System.nanoTime() - end < 0; ) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        };
        try (CompiledModel model = model(large(), limit(limit))) {
            NearDevice.LAUNCHES.set(0);
            ModelException late = assertThrows(ModelException.class, () -> model.run(FOUR));
            assertEquals(ModelException.Code.LIMIT, late.code());
            assertEquals(1, NearDevice.LAUNCHES.get());
        }
        try (CompiledModel last = model(sum(), limit(limit))) {
            assertEquals(
                    ModelException.Code.LIMIT,
                    assertThrows(ModelException.class, () -> last.run(FOUR)).code());
        }
        assertEquals(0, NearDevice.OPEN.get(), "queues left open");
    }

    /** Forms of one kernel may be of two back ends. */
    @Test
    void aFormForTheDeviceRunsThereThoughTheUsualOneIsInterpreted() {
        Kernel usual = affine(N, 2, 1);
        Kernel small = new Kernel("small", "small", usual.symbols(), usual.parameters(), usual.results(), usual.body());
        NearDevice.refused = kernel -> kernel.name().equals(usual.name());
        Schedule few = Schedule.NONE.where(List.of(Dim.of(3).minus(N)));
        Program program = new HandMade("forms")
                .input(value("x", DType.F32, N))
                .step(new ProgramStep.RunKernel(
                        usual,
                        new KernelForms(
                                List.of(new KernelForms.Form(few, small), new KernelForms.Form(Schedule.NONE, usual))),
                        List.of("x", "y"),
                        List.of(),
                        N,
                        "forms"))
                .result(value("y", DType.F32, N))
                .build();
        try (CompiledModel model = model(program, Options.defaults())) {
            NearDevice.LAUNCHES.set(0);
            for (int size : new int[] {5, 3, 1, 4}) {
                float[] x = HandMade.ramp(size);
                assertArrayEquals(affineOf(x, 2, 1), HandMade.run(model, "y", Map.of("x", Tensor.of(x, size))));
            }
            assertEquals(2, NearDevice.LAUNCHES.get());
        }
        assertFalse(NearDevice.OPEN.get() > 0, "queues left open");
    }
}
