package dev.quern.onnx.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Limits;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.build.OnnxWriter;
import dev.quern.onnx.build.WireWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are broken, or made to break a reader. Each ends in one exception that says where and why. */
class HostileModelTest {
    @TempDir
    Path folder;

    private static void refused(Code code, String message, byte[] model) {
        ModelException thrown = assertThrows(ModelException.class, () -> OnnxReader.read(model));
        assertTrue(thrown.getMessage().contains(message), thrown.getMessage());
        assertEquals(code, thrown.code(), thrown.getMessage());
    }

    private static byte[] inGraph(int field, WireWriter message) {
        return new WireWriter()
                .message(7, new WireWriter().message(field, message))
                .toBytes();
    }

    /** A message of {@code levels} messages inside each other, in the given fields by turns, without recursion. */
    private static byte[] nested(int levels, int... fields) {
        Deque<byte[]> headers = new ArrayDeque<>();
        long size = 0;
        for (int level = levels - 1; level >= 0; level--) {
            byte[] header = tagAndLength(fields[level % fields.length], size);
            headers.push(header);
            size += header.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        headers.forEach(out::writeBytes);
        return out.toByteArray();
    }

    private static byte[] tagAndLength(int field, long length) {
        byte[] numbers =
                new WireWriter().packed(1, (long) field << 3 | 2, length).toBytes();
        return Arrays.copyOfRange(numbers, 2, numbers.length);
    }

    @Test
    void filesOfOtherKindsAreNamed() {
        refused(Code.MALFORMED_MODEL, "found no bytes", new byte[0]);
        refused(
                Code.MALFORMED_MODEL,
                "Git LFS pointer",
                "version https://git-lfs.github.com".getBytes(StandardCharsets.UTF_8));
        refused(Code.MALFORMED_MODEL, "zip archive", new byte[] {'P', 'K', 3, 4, 0, 0});
        String end = "quern-archive 0000000000579009 00001394 000000000057a3c8";
        refused(Code.MALFORMED_MODEL, "compiled ahead of time", ("PK\3\4" + end).getBytes(StandardCharsets.US_ASCII));
        refused(Code.MALFORMED_MODEL, "ONNX Runtime's own format", new byte[] {1, 2, 3, 4, 'O', 'R', 'T', 'M'});
        refused(
                Code.MALFORMED_MODEL,
                "at byte",
                "Dear reader, this is a letter.\n".repeat(100).getBytes(StandardCharsets.UTF_8));
        refused(
                Code.MALFORMED_MODEL,
                "found no graph",
                new WireWriter().integer(1, 8).toBytes());
    }

    @Test
    void filesThatCannotBeReadAreNamed() {
        Path missing = folder.resolve("none.onnx");
        ModelException absent = assertThrows(ModelException.class, () -> OnnxReader.read(missing));
        assertEquals(Code.IO, absent.code());
        assertEquals(missing + ": cannot be read (there is no such file); check the path", absent.getMessage());
        ModelException notFile = assertThrows(ModelException.class, () -> OnnxReader.read(folder));
        assertEquals(folder + ": cannot be read (it is a folder); check the path", notFile.getMessage());
    }

    @Test
    void aFailureSaysWhere() throws IOException {
        Path path = folder.resolve("m.onnx");
        WireWriter tensor = new WireWriter().packed(1, 2, 2).integer(2, 1).bytes(9, new byte[12]);
        WireWriter node =
                new WireWriter().message(5, new WireWriter().text(1, "value").message(5, tensor));
        Files.write(path, inGraph(1, node));
        ModelException thrown = assertThrows(ModelException.class, () -> OnnxReader.read(path));
        assertEquals(
                path
                        + ": graph.node[0].attribute[0].t at byte 15: expected raw_data of 16 bytes for f32[2, 2], found 12;"
                        + " the file is damaged or cut short: fetch or export it again",
                thrown.getMessage());
    }

    @Test
    void deepNestingIsRefusedNotFollowed() {
        for (int levels : new int[] {1_000, 1_000_000}) {
            refused(
                    Code.LIMIT,
                    "nested more than 200 deep",
                    new WireWriter().bytes(7, nested(levels, 1, 5, 6)).toBytes());
            OnnxType sequence = new OnnxType.SequenceType(OnnxBuilder.tensorType(dev.quern.DType.F32));
            assertEquals(
                    Code.LIMIT,
                    assertThrows(ModelException.class, () -> TensorProtos.read(nested(levels, 5), sequence))
                            .code());
            refused(Code.LIMIT, "nested", inGraph(11, new WireWriter().bytes(2, nested(levels, 4, 1))));
        }
    }

    @Test
    void graphsNestAsDeepAsRealOnesDo() {
        OnnxGraph graph = new OnnxBuilder().graph();
        for (int level = 0; level < 60; level++) {
            graph = new OnnxBuilder()
                    .node("If", List.of("c"), List.of("y"), java.util.Map.of("then_branch", OnnxAttribute.of(graph)))
                    .graph();
        }
        OnnxModel deep = new OnnxModel(8, "", java.util.Map.of(), graph, List.of(), java.util.Map.of());
        try (OnnxFile file = OnnxReader.read(OnnxWriter.toBytes(deep))) {
            assertEquals(graph, file.model().graph());
        }
    }

    @Test
    void claimsBeyondTheBytesPresentTakeNoMemory() {
        WireWriter huge = new WireWriter().packed(1, 1L << 40).integer(2, 1);
        refused(Code.MALFORMED_MODEL, "expected 1099511627776 entries", inGraph(5, huge));
        refused(
                Code.MALFORMED_MODEL,
                "expected raw_data of 4398046511104 bytes",
                inGraph(5, huge.bytes(9, new byte[4])));
        WireWriter overflow =
                new WireWriter().packed(1, 1L << 32, 1L << 32).integer(2, 11).bytes(9, new byte[0]);
        refused(Code.LIMIT, "has more than 2^55 elements", inGraph(5, overflow));
        WireWriter negative = new WireWriter().packed(1, 2, -2).integer(2, 1);
        refused(Code.MALFORMED_MODEL, "expected an extent of at least 0, found -2", inGraph(5, negative));
        refused(Code.LIMIT, "at most 64 axes", inGraph(5, new WireWriter().packed(1, new long[65])));
        refused(Code.MALFORMED_MODEL, "in field 7, found 0 before the end", tagAndLength(7, 1L << 40));
        refused(Code.MALFORMED_MODEL, "in field 7, found 0 before the end", tagAndLength(7, -1));
    }

    @Test
    void brokenWireIsRefused() {
        refused(Code.MALFORMED_MODEL, "cut off", new byte[] {(byte) 0x80});
        refused(Code.MALFORMED_MODEL, "at most 10 bytes", new byte[] {8, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1
        });
        refused(Code.MALFORMED_MODEL, "expected a field, found tag 0", new byte[] {0, 0});
        refused(Code.MALFORMED_MODEL, "expected a field, found tag 11", new byte[] {11, 12});
        refused(Code.MALFORMED_MODEL, "graph at byte 0: expected bytes, found an integer", new byte[] {7 << 3, 1});
        refused(
                Code.MALFORMED_MODEL,
                "expected one graph",
                new WireWriter().bytes(7, new byte[0]).bytes(7, new byte[0]).toBytes());
        refused(
                Code.MALFORMED_MODEL,
                "graph.name at byte 4: expected text in UTF-8",
                new WireWriter()
                        .message(7, new WireWriter().bytes(2, new byte[] {(byte) 0xc0}))
                        .toBytes());
    }

    @Test
    void namesAndListsAreBounded() {
        refused(
                Code.LIMIT,
                "expected a text of at most 65536 bytes",
                inGraph(1, new WireWriter().text(3, "n".repeat(65_537))));
        WireWriter numbers = new WireWriter().bytes(8, new byte[Limits.FILE_ENTRIES + 1]);
        refused(Code.LIMIT, "more than 10000000", inGraph(1, new WireWriter().message(5, numbers)));
    }

    @Test
    void attributesAreWhatTheySay() {
        WireWriter twice = new WireWriter().text(1, "a").integer(3, 1).integer(20, 2);
        refused(
                Code.MALFORMED_MODEL,
                "expected one attribute 'a', found a second",
                inGraph(1, new WireWriter().message(5, twice).message(5, twice)));
        refused(
                Code.MALFORMED_MODEL,
                "attribute 'a' of type TENSOR has no such value",
                inGraph(
                        1,
                        new WireWriter()
                                .message(5, new WireWriter().text(1, "a").integer(20, 4))));
        refused(
                Code.MALFORMED_MODEL,
                "attribute 'a' has neither a type nor a value",
                inGraph(1, new WireWriter().message(5, new WireWriter().text(1, "a"))));
        refused(
                Code.UNSUPPORTED,
                "expected an attribute type up to 14, found 15",
                inGraph(1, new WireWriter().message(5, new WireWriter().integer(20, 15))));
    }

    @Test
    void noiseIsRefused() {
        long seed = 20260101;
        Random random = new Random(seed);
        byte[] noise = new byte[1 << 20];
        for (int round = 0; round < 50; round++) {
            random.nextBytes(noise);
            // A field that is the graph, so that noise is read as one.
            noise[0] = 7 << 3 | 2;
            assertThrows(ModelException.class, () -> OnnxReader.read(noise), () -> "seed " + seed);
        }
    }

    @Test
    void everyDamageEndsInAModelOrAModelException() {
        byte[] valid = SampleModel.builder().build();
        int refused = 0;
        for (int seed = 0; seed < 20_000; seed++) {
            byte[] damaged = damage(valid, new Random(seed));
            try (OnnxFile file = OnnxReader.read(damaged)) {
                OnnxWriter.toBytes(file.model());
            } catch (ModelException expected) {
                refused++;
            } catch (Throwable unexpected) {
                throw new AssertionError("seed " + seed, unexpected);
            }
        }
        assertTrue(refused > 5_000, "only " + refused + " of 20000 damaged models were refused");
    }

    private static byte[] damage(byte[] valid, Random random) {
        int length = random.nextInt(4) == 0 ? random.nextInt(valid.length) : valid.length;
        byte[] damaged = Arrays.copyOf(valid, length);
        for (int flips = random.nextInt(4); flips > 0 && length > 0; flips--) {
            int at = random.nextInt(length);
            damaged[at] =
                    random.nextBoolean() ? (byte) random.nextInt() : (byte) (damaged[at] ^ 1 << random.nextInt(8));
        }
        return damaged;
    }
}
