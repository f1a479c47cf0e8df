package dev.quern.runtime;

import static dev.quern.runtime.HandMade.N;
import static dev.quern.runtime.HandMade.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.signature.DeclaredInput;
import dev.quern.onnx.signature.KnownSizes;
import dev.quern.onnx.signature.Overrides;
import dev.quern.passes.program.Program;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundaryTest {
    @TempDir
    private Path folder;

    private String before;

    @BeforeEach
    void redirect() {
        before = System.getProperty(FaultFolders.PROPERTY);
        System.setProperty(FaultFolders.PROPERTY, folder.toString());
    }

    @AfterEach
    void restore() {
        if (before == null) {
            System.clearProperty(FaultFolders.PROPERTY);
        } else {
            System.setProperty(FaultFolders.PROPERTY, before);
        }
    }

    private static ModelException crossed(Throwable thrown) {
        return assertThrows(
                ModelException.class,
                () -> Boundary.cross("m.onnx", new Reproducer(), () -> BoundaryTest.<RuntimeException>raise(thrown)));
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> Object raise(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private List<Path> folders() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }

    @Test
    void refusalsPassAsTheyAre() throws IOException {
        ModelException refused = new ModelException(ModelException.Code.UNSUPPORTED, "Add", "strings");
        assertSame(refused, crossed(refused));
        assertEquals(List.of(), folders());
    }

    @Test
    void faultsBecomeModelExceptionsThatNameAFolder() throws IOException {
        List<Throwable> faults = List.of(
                new IllegalStateException("one"),
                new AssertionError("two"),
                new NoClassDefFoundError("three"),
                new VerifyError("four"),
                new IOException("five"));
        for (Throwable fault : faults) {
            ModelException told = crossed(fault);
            assertEquals(ModelException.Code.INTERNAL, told.code());
            assertSame(fault, told.getCause());
            assertTrue(told.getMessage().startsWith("m.onnx: "), told.getMessage());
            assertTrue(told.getMessage().contains(fault.getMessage()), told.getMessage());
            Path named = Path.of(told.getMessage().substring(told.getMessage().indexOf(folder.toString())));
            assertTrue(Files.readString(named.resolve("fault.txt")).contains(fault.toString()));
        }
        assertEquals(faults.size(), folders().size());
    }

    @Test
    void exhaustionIsALimit() {
        ModelException heap = crossed(new OutOfMemoryError("Java heap space"));
        assertEquals(ModelException.Code.LIMIT, heap.code());
        assertTrue(heap.getMessage().contains("-Xmx"), heap.getMessage());
        ModelException stack = crossed(new StackOverflowError());
        assertEquals(ModelException.Code.LIMIT, stack.code());
        assertTrue(stack.getMessage().contains(folder.toString()), stack.getMessage());
    }

    @Test
    void mappedFilesThatShrinkAreTheFilesFault() throws IOException {
        ModelException told = crossed(new IllegalStateException(new InternalError(
                "a fault occurred in a recent unsafe memory access operation in compiled Java code")));
        assertEquals(ModelException.Code.IO, told.code());
        assertEquals(List.of(), folders());
    }

    @Test
    void sameFaultSameFolderAndNotMoreThanAFew() throws IOException {
        IllegalStateException again = new IllegalStateException("again");
        crossed(again);
        crossed(again);
        assertEquals(1, folders().size());
        for (int i = 0; i < 2 * FaultFolders.MOST; i++) {
            IllegalStateException other = new IllegalStateException("another");
            other.setStackTrace(new StackTraceElement[] {new StackTraceElement("C", "m", "C.java", i)});
            ModelException told = crossed(other);
            assertEquals(i >= FaultFolders.MOST - 1, told.getMessage().contains("no reproducer"), told.getMessage());
        }
        assertEquals(FaultFolders.MOST, folders().size());
    }

    @Test
    void reproducersHoldTheGraphAndShapesButNoWeights() throws IOException {
        byte[] model = new OnnxBuilder()
                .input("x", DType.F32, 2)
                .initializer("w", Tensor.of(new float[] {123.25f, 7}, 2))
                .node("Add", List.of("x", "w"), List.of("y"))
                .output("y", DType.F32, 2)
                .build();
        StageSink failing = new StageSink() {
            @Override
            public void graph(String stage, Graph graph) {
                throw new IllegalStateException("no good");
            }

            @Override
            public void program(String stage, Program program) {}

            @Override
            public void executable(Executable executable) {}
        };
        ModelCompiler compiler = ModelCompiler.of(Options.defaults()).withStages(failing);
        System.setProperty(BackendChoice.PROPERTY, "interpreter");
        try {
            assertEquals(
                    ModelException.Code.INTERNAL,
                    assertThrows(ModelException.class, () -> compiler.compile(model))
                            .code());
        } finally {
            System.clearProperty(BackendChoice.PROPERTY);
        }
        Path written = folders().getFirst();
        String graph = Files.readString(written.resolve("graph.qir"));
        assertTrue(graph.contains("%y: f32[2] = add("), graph);
        assertFalse(graph.contains("123.25"), graph);
        String outline = Files.readString(written.resolve("model.txt"));
        assertTrue(outline.contains("Add[x, w] -> [y]"), outline);
        assertFalse(outline.contains("123.25"), outline);
    }

    @Test
    void failingStepsAreFaultsWithTheStepAndTheShapes() throws IOException {
        Program program = new HandMade("failing")
                .input(value("x", DType.F32, N))
                .host(new Node(
                        new Op.Host("NonZero", Map.of()),
                        List.of(value("x", DType.F32, N)),
                        List.of(value("y", DType.I64, N)),
                        "NonZero"))
                .result(value("y", DType.I64, N))
                .build();
        HostEvaluator host = (node, operands, symbols, budget) -> {
            throw new IndexOutOfBoundsException("three of two");
        };
        try (CompiledModel model = HandMade.model(HandMade.source(program), Options.defaults(), host)) {
            ModelException told = assertThrows(
                    ModelException.class, () -> model.run(Map.of("x", Tensor.of(new float[] {42.5f, 2}, 2))));
            assertEquals(ModelException.Code.INTERNAL, told.code());
            assertTrue(told.getMessage().contains("step 0 of failing"), told.getMessage());
            assertTrue(told.getMessage().contains("three of two"), told.getMessage());
        }
        assertEquals("x: f32[2]\n", Files.readString(folders().getFirst().resolve("inputs.txt")));
    }

    @Test
    void loadingFailsBehindTheBoundaryToo() {
        assertEquals(
                ModelException.Code.INVALID_INPUT,
                assertThrows(
                                ModelException.class,
                                () -> new QuernModelProvider().load((byte[]) null, Options.defaults()))
                        .code());
    }

    @Test
    void memoryThatCannotBeReadIsTheCallersFault() {
        Program program = new HandMade("id")
                .input(value("x", DType.F32, N))
                .kernel(HandMade.affine(N, 1, 0), "x", "y")
                .result(value("y", DType.F32, N))
                .build();
        try (CompiledModel model = HandMade.model(program);
                Arena confined = Arena.ofConfined()) {
            Supplier<MemorySegment> two = () -> confined.allocate(ValueLayout.JAVA_FLOAT, 2);
            MemorySegment own = two.get();
            own.setAtIndex(ValueLayout.JAVA_FLOAT, 1, 3);
            assertEquals(3, HandMade.run(model, "y", Map.of("x", Tensor.of(own, DType.F32, 2)))[1]);
            Arena freed = Arena.ofShared();
            Tensor gone = Tensor.of(freed.allocate(8), DType.F32, 2);
            freed.close();
            ModelException told = assertThrows(ModelException.class, () -> model.run(Map.of("x", gone)));
            assertEquals(ModelException.Code.INVALID_INPUT, told.code());
        }
    }

    @Test
    void targetsThatFailToCompileAreFaults() {
        ModelException told = assertThrows(
                ModelException.class,
                () -> Boundary.cross(
                        "m",
                        new Reproducer(),
                        () -> HandMade.model(
                                new ProgramSource() {
                                    @Override
                                    public List<DeclaredInput> inputs() {
                                        return List.of();
                                    }

                                    @Override
                                    public Compilation compile(Overrides overrides, KnownSizes sizes, Target target) {
                                        throw new LinkageError("class");
                                    }

                                    @Override
                                    public Optional<Compilation> compile(
                                            Overrides overrides, KnownSizes sizes, String body, Target target) {
                                        throw new LinkageError("class");
                                    }

                                    @Override
                                    public void close() {}
                                },
                                Options.defaults(),
                                null)));
        assertEquals(ModelException.Code.INTERNAL, told.code());
    }
}
