package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.acceptance.bits.BitsDigest;
import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.acceptance.generate.RandomModels;
import dev.quern.onnx.OnnxModels;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.ModelBytes;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.ModelCompiler;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one process compiled and another takes over gives what it gave, bit for bit; what is not what was kept is not taken over. */
class KeptModelsTest {
    private static final long SEED = 20261126;
    private static final boolean CAMPAIGN = Boolean.getBoolean("quern.campaign");
    private static final int MODELS = CAMPAIGN ? 3_000 : 150;
    private static final int FLIPS = CAMPAIGN ? 10_000 : 300;

    /** Held, because loggers that nobody holds forget their level. */
    private static final Logger LOGGER = Logger.getLogger("dev.quern.runtime");

    @TempDir
    Path folder;

    private CompiledModel compile(byte[] model, String build) {
        return ModelCompiler.of(Options.builder().threads(1).build())
                .keepingIn(folder, build)
                .compile(model);
    }

    private List<Path> archives() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".qar")).toList();
        }
    }

    /** What the model gives for each run, or how it refuses. */
    private static String results(CompiledModel model, List<Map<String, Tensor>> runs) {
        StringBuilder results = new StringBuilder();
        for (Map<String, Tensor> inputs : runs) {
            try {
                results.append(BitsDigest.of(model.run(inputs)));
            } catch (ModelException refused) {
                results.append(refused.code());
            }
            results.append('\n');
        }
        return results.toString();
    }

    @Test
    void randomModelsGiveTheSameBits() {
        int kept = 0;
        for (int i = 0; i < MODELS; i++) {
            GeneratedModel model = new RandomModels().model(SEED + i);
            try (CompiledModel first = compile(model.bytes(), "one")) {
                String expected = results(first, model.runs());
                try (CompiledModel second = compile(model.bytes(), "one")) {
                    if (second.compilations() == 0) {
                        kept++;
                        assertEquals(first.program(), second.program(), "seed " + (SEED + i));
                        assertEquals(first.inputs(), second.inputs(), "seed " + (SEED + i));
                    }
                    assertEquals(expected, results(second, model.runs()), "seed " + (SEED + i));
                }
            } catch (ModelException refused) {
                assertNotEquals(ModelException.Code.INTERNAL, refused.code(), () -> "seed " + refused.getMessage());
            }
        }
        assertTrue(kept > MODELS * 4 / 5, kept + " of " + MODELS + " were kept");
    }

    private static GeneratedModel small() {
        return Stream.iterate(SEED, seed -> seed + 1)
                .map(seed -> new RandomModels().model(seed))
                .filter(model -> model.bytes().length < 2_000)
                .filter(model -> model.runs().size() > 0)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aFlippedByteChangesNoResult() throws IOException {
        GeneratedModel model = small();
        String expected;
        try (CompiledModel compiled = compile(model.bytes(), "one")) {
            expected = results(compiled, model.runs());
        }
        Path archive = archives().getFirst();
        byte[] whole = Files.readAllBytes(archive);
        Random random = new Random(SEED);
        LOGGER.setLevel(Level.SEVERE);
        for (int flip = 0; flip < FLIPS; flip++) {
            byte[] bytes = whole.clone();
            int at = random.nextInt(bytes.length);
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(archive, bytes);
            try (CompiledModel compiled = compile(model.bytes(), "one")) {
                assertEquals(expected, results(compiled, model.runs()), "byte " + at + ", seed " + SEED);
            }
        }
        LOGGER.setLevel(null);
    }

    @Test
    void anotherBuildAnotherModelAndAnotherKeyCompileAnew() throws IOException {
        GeneratedModel model = small();
        compile(model.bytes(), "one").close();
        assertEquals(0, compilations(model, "one"));
        assertNotEquals(0, compilations(model, "two"));
        assertEquals(2, archives().size());
        Files.delete(folder.resolve("key"));
        assertNotEquals(0, compilations(model, "one"));
        assertEquals(0, compilations(model, "one"));
    }

    private int compilations(GeneratedModel model, String build) {
        try (CompiledModel compiled = compile(model.bytes(), build)) {
            return compiled.compilations();
        }
    }

    /** A model with a constant in its file, one that lies elsewhere, and one that is computed of both. */
    private static byte[] apart() {
        return ExternalTensor.add(
                "w",
                "weights.bin",
                new OnnxBuilder()
                        .opset(18)
                        .input("x", DType.F32, "rows", 16)
                        .initializer("a", Fault.ramp(DType.F32, 24, 16))
                        .node("Transpose", List.of("w"), List.of("v"))
                        .node("Mul", List.of("v", "a"), List.of("u"))
                        .node("Gemm", List.of("x", "u"), List.of("h"), Map.of("transB", OnnxAttribute.of(1L)))
                        .node("MatMul", List.of("x", "w"), List.of("i"))
                        .node("Add", List.of("h", "i"), List.of("y"))
                        .output("y", DType.F32, "rows", 24)
                        .build(),
                16,
                24);
    }

    /** What the model in {@code file} gives, if it took so many compilations. */
    private String results(Path file, int compilations) {
        ModelCompiler compiler =
                ModelCompiler.of(Options.builder().threads(1).build()).keepingIn(folder, "one");
        try (CompiledModel compiled = compiler.compile(file)) {
            assertEquals(compilations, compiled.compilations());
            return BitsDigest.of(compiled.run(Map.of("x", Fault.ramp(DType.F32, 5, 16))));
        }
    }

    @Test
    void modelsWithExternalDataAreKeptEachWithItsOwn() throws IOException {
        Path home = Files.createDirectory(folder.resolve("home"));
        Path model = Files.write(home.resolve("model.onnx"), apart());
        Path weights = home.resolve("weights.bin");
        byte[] elements = Fault.ramp(DType.F32, 16, 24).toByteArray();
        byte[] changed = elements.clone();
        changed[4 * 7 + 2] ^= 2;
        Files.write(weights, elements);
        String expected = results(model, 1);
        assertEquals(expected, results(model, 0));
        Files.write(weights, changed);
        String other = results(model, 1);
        assertNotEquals(expected, other);
        assertEquals(other, results(model, 0));
        Files.write(weights, elements);
        assertEquals(expected, results(model, 0));
        assertEquals(2, archives().size());
        Files.delete(weights);
        ModelException missing = assertThrows(ModelException.class, () -> results(model, 0));
        assertEquals(ModelException.Code.IO, missing.code());
    }

    @Test
    void theTimeLimitIsOneForWhatIsTakenOver() {
        GeneratedModel model = small();
        compile(model.bytes(), "one").close();
        assertEquals(0, compilations(model, "one"));
        ModelCompiler hurried = ModelCompiler.of(Options.builder()
                        .threads(1)
                        .timeLimit(Duration.ofNanos(1))
                        .build())
                .keepingIn(folder, "one");
        ModelException refused = assertThrows(ModelException.class, () -> hurried.compile(model.bytes()));
        assertEquals(ModelException.Code.LIMIT, refused.code(), refused.getMessage());
        assertTrue(refused.getMessage().contains("time limit"), refused.getMessage());
    }

    @Test
    void aKeyThatOthersCanReadIsNotUsed() throws IOException {
        GeneratedModel model = small();
        compile(model.bytes(), "one").close();
        Path key = folder.resolve("key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertNotEquals(0, compilations(model, "one"));
        assertNotEquals(0, compilations(model, "one"));
    }

    @Test
    void aFolderThatOthersMayWriteIsNotUsed() throws IOException {
        GeneratedModel model = small();
        compile(model.bytes(), "one").close();
        for (String permissions : List.of("rwxrwx---", "rwx----w-")) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
            assertNotEquals(0, compilations(model, "one"), permissions);
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertEquals(0, compilations(model, "one"));
    }

    @Test
    void aLinkIsNoKey() throws IOException {
        GeneratedModel model = small();
        compile(model.bytes(), "one").close();
        Path key = folder.resolve("key");
        Path elsewhere = folder.resolve("elsewhere");
        Files.move(key, elsewhere);
        Files.createSymbolicLink(key, elsewhere);
        assertNotEquals(0, compilations(model, "one"));
    }

    @Test
    void aFolderThatIsMadeIsOnlyItsOwners() throws IOException {
        folder = folder.resolve("of").resolve("programs");
        compile(small().bytes(), "one").close();
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
    }

    @Test
    void whatIsKeptWhereNobodyMayWriteIsTakenOver() throws IOException {
        GeneratedModel model = small();
        compile(model.bytes(), "one").close();
        Path zip = folder.resolve("kept.zip");
        try (FileSystem written = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            Files.copy(folder.resolve("key"), written.getPath("/key"));
            for (Path archive : archives()) {
                Files.copy(archive, written.getPath("/" + archive.getFileName()));
            }
        }
        try (FileSystem read = FileSystems.newFileSystem(zip, Map.of("accessMode", "readOnly"))) {
            folder = read.getPath("/");
            assertEquals(0, compilations(model, "one"));
            assertNotEquals(0, compilations(model, "two"));
        }
    }

    @Test
    void filesOfOthersStay() throws IOException {
        List<String> names = List.of("film.part", "mine.qar", "my.new");
        for (String name : names) {
            Files.writeString(folder.resolve(name), name);
            Files.setLastModifiedTime(folder.resolve(name), FileTime.fromMillis(0));
        }
        try (FileChannel large =
                FileChannel.open(folder.resolve("large.qar"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            // A hole: it takes no room.
            large.write(ByteBuffer.allocate(1), 2L << 30);
        }
        Path left = Files.createTempFile(folder, ".quern", ".part");
        Files.setLastModifiedTime(left, FileTime.fromMillis(0));
        compile(small().bytes(), "one").close();
        for (String name : names) {
            assertTrue(Files.exists(folder.resolve(name)), name);
        }
        assertTrue(Files.notExists(left));
        assertTrue(Files.exists(folder.resolve("large.qar")));
    }

    @Test
    void thoseUsedLongestAgoGoWhereTheyAreTooMany() throws IOException {
        for (int i = 0; i < 1_005; i++) {
            Path file = Files.writeString(folder.resolve(String.format("%064x.qar", i)), "");
            Files.setLastModifiedTime(file, FileTime.fromMillis(i * 1_000L));
        }
        GeneratedModel model = small();
        compile(model.bytes(), "one").close();
        assertEquals(1_000, archives().size());
        assertTrue(Files.notExists(folder.resolve(String.format("%064x.qar", 5))));
        assertTrue(Files.exists(folder.resolve(String.format("%064x.qar", 6))));
        assertEquals(0, compilations(model, "one"));
    }

    @Test
    void bytesThatAreLentStayOpenWhereTheyAreNoModel() throws IOException {
        Path file = Files.writeString(folder.resolve("no.onnx"), "no model");
        try (ModelBytes bytes = ModelBytes.map(file)) {
            assertThrows(ModelException.class, () -> OnnxModels.read(bytes.lent(), model -> {}));
            assertEquals('n', bytes.bytes().get(ValueLayout.JAVA_BYTE, 0));
        }
    }

    @Test
    void whatCannotBeKeptIsCompiled() throws IOException {
        GeneratedModel model = small();
        Files.delete(folder);
        Files.writeString(folder, "no folder");
        assertNotEquals(0, compilations(model, "one"));
    }
}
