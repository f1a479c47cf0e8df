package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.acceptance.bits.BitsDigest;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.InterpretedModel;
import dev.quern.runtime.ModelCompiler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model compiled ahead of time gives what it gives compiled when it is loaded, runs no code that may not run, and is refused where it is damaged. */
class ModelArchiveTest {
    private static final long SEED = 20261126;
    private static final boolean CAMPAIGN = Boolean.getBoolean("quern.campaign");
    private static final int FLIPS = CAMPAIGN ? 10_000 : 400;

    /** Held, because loggers that nobody holds forget their level. */
    private static final Logger LOGGER = Logger.getLogger("dev.quern.runtime");

    @TempDir
    Path folder;

    private final Map<String, Tensor> inputs = Map.of("x", Fault.ramp(DType.F32, 5, 16));
    private Path model;
    private Path archive;

    @BeforeEach
    void write() throws IOException {
        model = folder.resolve("model.onnx");
        archive = folder.resolve("model.qar");
        Files.write(
                model,
                new OnnxBuilder()
                        .opset(18)
                        .input("x", DType.F32, "rows", 16)
                        .initializer("w", Fault.ramp(DType.F32, 16, 24))
                        .node("MatMul", List.of("x", "w"), List.of("h"))
                        .node("Relu", List.of("h"), List.of("y"))
                        .output("y", DType.F32, "rows", 24)
                        .build());
        compiler("mine", Options.builder()).archive(model, archive);
    }

    private ModelCompiler compiler(String user, Options.Builder options) {
        Path cache = folder.resolve(user);
        return ModelCompiler.of(options.threads(1).cache(cache).build()).keepingIn(cache, "build");
    }

    private CompiledModel load(String user, Options.Builder options, Path file) {
        return compiler(user, options).compile(file);
    }

    private String results(CompiledModel loaded) {
        return BitsDigest.of(loaded.run(inputs));
    }

    private String expected() {
        try (CompiledModel compiled = load("nobody", Options.builder(), model)) {
            return results(compiled);
        }
    }

    @Test
    void whoMadeItCompilesNothing() {
        try (CompiledModel loaded = load("mine", Options.builder(), archive)) {
            assertEquals(0, loaded.compilations());
            assertEquals(expected(), results(loaded));
        }
    }

    @Test
    void theTimeLimitIsOneForIt() {
        ModelException refused = assertThrows(
                ModelException.class, () -> load("mine", Options.builder().timeLimit(Duration.ofNanos(1)), archive));
        assertEquals(ModelException.Code.LIMIT, refused.code(), refused.getMessage());
    }

    /** The product reads them from the model's own bytes, where they lie as the model has them. */
    @Test
    void turnedWeightsAreNotInItTwice() throws IOException {
        Files.write(
                model,
                new OnnxBuilder()
                        .opset(18)
                        .input("x", DType.F32, "rows", 16)
                        .initializer("w", Fault.ramp(DType.F32, 20_000, 16))
                        .node("Gemm", List.of("x", "w"), List.of("y"), Map.of("transB", OnnxAttribute.of(1)))
                        .output("y", DType.F32, "rows", 20_000)
                        .build());
        compiler("mine", Options.builder()).archive(model, archive);
        assertTrue(Files.size(archive) < Files.size(model) + 300_000, Files.size(archive) + " bytes");
        try (CompiledModel loaded = load("mine", Options.builder(), archive)) {
            assertEquals(0, loaded.compilations());
            assertEquals(expected(), results(loaded));
        }
    }

    /** Of sizes that are assumed to be one, and are not, and of few rows, for which the kernel has a form of its own. */
    @Test
    void whatSizesNeedIsInItIfTheyWereRun() throws IOException {
        Files.write(
                model,
                new OnnxBuilder()
                        .opset(18)
                        .input("x", DType.F32, "rows", 16)
                        .input("z", DType.F32, "n", 24)
                        .initializer("w", Fault.ramp(DType.F32, 16, 24))
                        .node("MatMul", List.of("x", "w"), List.of("h"))
                        .node("Add", List.of("h", "z"), List.of("y"))
                        .output("y", DType.F32, "rows", 24)
                        .build());
        Map<String, Tensor> broadcast = Map.of("x", Fault.ramp(DType.F32, 5, 16), "z", Fault.ramp(DType.F32, 1, 24));
        Map<String, Tensor> one = Map.of("x", Fault.ramp(DType.F32, 1, 16), "z", Fault.ramp(DType.F32, 1, 24));
        ModelCompiler mine = compiler("mine", Options.builder());
        mine.archive(model, archive);
        long without = kernels(archive);
        try (CompiledModel loaded = load("mine", Options.builder(), archive)) {
            loaded.run(broadcast);
            assertEquals(1, loaded.compilations(), "the program in it does not take these sizes");
        }
        mine.archive(model, archive, compiled -> {
            compiled.run(broadcast);
            compiled.run(one);
        });
        assertTrue(kernels(archive) >= without + 2, kernels(archive) + " kernels, " + without + " without runs");
        try (CompiledModel loaded = load("mine", Options.builder(), archive);
                CompiledModel compiled = load("nobody", Options.builder(), model)) {
            for (Map<String, Tensor> given : List.of(broadcast, one)) {
                assertEquals(BitsDigest.of(compiled.run(given)), BitsDigest.of(loaded.run(given)));
            }
            assertEquals(0, loaded.compilations());
            assertEquals(1 + 1, compiled.compilations());
        }
    }

    private static long kernels(Path archive) throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            return zip.stream()
                    .filter(entry -> entry.getName().startsWith("kernels/"))
                    .count();
        }
    }

    @Test
    void othersCompileTheModelInIt() {
        LOGGER.setLevel(Level.WARNING);
        try (CompiledModel loaded = load("another", Options.builder(), archive)) {
            assertEquals(1, loaded.compilations());
            assertEquals(expected(), results(loaded));
        } finally {
            LOGGER.setLevel(null);
        }
    }

    @Test
    void othersMayTrustIt() {
        try (CompiledModel loaded = load("another", Options.builder().trustArchive(true), archive)) {
            assertEquals(0, loaded.compilations());
            assertEquals(expected(), results(loaded));
        }
    }

    @Test
    void anotherTargetCompilesTheModelInIt() {
        LOGGER.setLevel(Level.WARNING);
        Path cache = folder.resolve("mine");
        ModelCompiler twice = ModelCompiler.of(
                        Options.builder().threads(2).cache(cache).build())
                .keepingIn(cache, "build");
        try (CompiledModel loaded = twice.compile(archive)) {
            assertEquals(1, loaded.compilations());
            assertEquals(expected(), results(loaded));
        } finally {
            LOGGER.setLevel(null);
        }
    }

    @Test
    void itIsAZipOfTheModelAndItsTexts() throws IOException {
        List<String> names = new ArrayList<>();
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
                names.add(all.nextElement().getName());
            }
            byte[] inside = zip.getInputStream(zip.getEntry("model.onnx")).readAllBytes();
            assertEquals(-1, Arrays.mismatch(Files.readAllBytes(model), inside));
        }
        for (String name : List.of("graph.qir", "program.txt", "kernels.qir", "program.bin", "MANIFEST")) {
            assertTrue(names.contains(name), name + " is not among " + names);
        }
        assertTrue(names.stream().anyMatch(name -> name.endsWith(".class")), names.toString());
    }

    @Test
    void aFlippedByteGivesTheSameAnswerOrARefusal() throws IOException {
        String expected = expected();
        byte[] whole = Files.readAllBytes(archive);
        Random random = new Random(SEED);
        int refused = 0;
        LOGGER.setLevel(Level.SEVERE);
        try {
            for (int flip = 0; flip < FLIPS; flip++) {
                byte[] bytes = whole.clone();
                int at = random.nextInt(bytes.length);
                bytes[at] ^= (byte) (1 << random.nextInt(8));
                Path flipped = folder.resolve("flipped.qar");
                Files.write(flipped, bytes);
                try (CompiledModel loaded = load("mine", Options.builder(), flipped)) {
                    assertEquals(expected, results(loaded), "byte " + at + ", seed " + SEED);
                } catch (ModelException damaged) {
                    assertEquals(ModelException.Code.MALFORMED_MODEL, damaged.code(), "byte " + at + ": " + damaged);
                    refused++;
                }
            }
        } finally {
            LOGGER.setLevel(null);
        }
        assertNotEquals(0, refused);
    }

    @Test
    void itIsAModelToTheInterpreterAndToTheCompilerToo() throws IOException {
        try (InterpretedModel interpreted = compiler("mine", Options.builder()).interpret(archive)) {
            assertArrayEquals(
                    new long[] {5, 24}, interpreted.run(inputs).get("y").shape());
        }
        Path again = folder.resolve("again.qar");
        compiler("another", Options.builder()).archive(archive, again);
        try (CompiledModel loaded = load("another", Options.builder(), again)) {
            assertEquals(0, loaded.compilations());
            assertEquals(expected(), results(loaded));
        }
    }

    @Test
    void whereNoneCanBeWrittenIsSaid() {
        for (Path file :
                List.of(folder.getRoot(), folder, folder.resolve("none").resolve("model.qar"))) {
            ModelException refused = assertThrows(
                    ModelException.class,
                    () -> compiler("mine", Options.builder()).archive(model, file));
            assertEquals(ModelException.Code.IO, refused.code(), refused.toString());
        }
    }

    @Test
    void aTruncatedOneIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(archive);
        Path cut = folder.resolve("cut.qar");
        for (int length : new int[] {whole.length - 1, whole.length / 2, 5}) {
            Files.write(cut, Arrays.copyOf(whole, length));
            ModelException refused = assertThrows(ModelException.class, () -> load("mine", Options.builder(), cut));
            assertEquals(
                    length > 5,
                    refused.getMessage().contains("a model compiled ahead of time that is cut short"),
                    refused.getMessage());
        }
    }

    @Test
    void whoMayReadItIsAsForAnyFile() throws IOException {
        assertEquals(Files.getPosixFilePermissions(model), Files.getPosixFilePermissions(archive));
    }

    @Test
    void modelsWithExternalDataAreWhole() throws IOException {
        Path apart = Files.createDirectory(folder.resolve("apart"));
        Path large = apart.resolve("large.onnx");
        Tensor weights = Fault.ramp(DType.F32, 16, 24);
        Files.write(apart.resolve("large.bin"), weights.toByteArray());
        Files.write(
                large,
                ExternalTensor.add(
                        "w",
                        "large.bin",
                        new OnnxBuilder()
                                .opset(18)
                                .input("x", DType.F32, "rows", 16)
                                .node("MatMul", List.of("x", "w"), List.of("h"))
                                .node("Relu", List.of("h"), List.of("y"))
                                .output("y", DType.F32, "rows", 24)
                                .build(),
                        16,
                        24));
        Path moved = folder.resolve("large.qar");
        compiler("mine", Options.builder()).archive(large, moved);
        Files.delete(apart.resolve("large.bin"));
        LOGGER.setLevel(Level.WARNING);
        try (CompiledModel mine = load("mine", Options.builder(), moved);
                CompiledModel other = load("another", Options.builder(), moved)) {
            assertEquals(0, mine.compilations());
            assertEquals(expected(), results(mine));
            assertEquals(1, other.compilations());
            assertEquals(expected(), results(other));
        } finally {
            LOGGER.setLevel(null);
        }
    }

    @Test
    void aLocationOfExternalDataAddsNoLineToTheManifest() throws IOException {
        Path apart = Files.createDirectory(folder.resolve("apart"));
        Path large = apart.resolve("large.onnx");
        String location = "large\nmodel another";
        Files.write(apart.resolve(location), Fault.ramp(DType.F32, 16).toByteArray());
        Files.write(
                large,
                ExternalTensor.add(
                        "w",
                        location,
                        new OnnxBuilder()
                                .opset(18)
                                .input("x", DType.F32, "rows", 16)
                                .node("Add", List.of("x", "w"), List.of("y"))
                                .output("y", DType.F32, "rows", 16)
                                .build(),
                        16));
        Path moved = folder.resolve("large.qar");
        ModelException refused = assertThrows(
                ModelException.class, () -> compiler("mine", Options.builder()).archive(large, moved));
        assertEquals(ModelException.Code.UNSUPPORTED, refused.code(), refused.toString());
        assertTrue(Files.notExists(moved));
    }

    /** Else a small file could have any of its bytes looked at any number of times. */
    @Test
    void entriesThatShareBytesOrNamesAreRefused() throws IOException {
        String whole = Files.readString(archive, StandardCharsets.ISO_8859_1);
        int from = whole.lastIndexOf("\nentry ");
        String entry = whole.substring(from, whole.indexOf('\n', from + 1));
        for (String another : List.of(entry, entry.replace("model.onnx", "data/model"))) {
            int trailer = whole.lastIndexOf("quern-archive ");
            int manifest = whole.lastIndexOf("quern-archive 1\n");
            int end = whole.indexOf('\n', from + 1);
            String text = whole.substring(manifest, end) + another + "\n";
            String mark = "0".repeat(64);
            String forged = whole.substring(0, trailer)
                    + text
                    + mark
                    + String.format("quern-archive %016x %08x %016x", trailer, text.length(), trailer + text.length());
            Path file = folder.resolve("forged.qar");
            Files.writeString(file, forged, StandardCharsets.ISO_8859_1);
            ModelException refused = assertThrows(ModelException.class, () -> load("mine", Options.builder(), file));
            assertEquals(ModelException.Code.MALFORMED_MODEL, refused.code());
            assertTrue(refused.getMessage().contains("before the one before it ends"), refused.getMessage());
        }
    }
}
