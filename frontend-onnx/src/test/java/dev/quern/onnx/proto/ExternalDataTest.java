package dev.quern.onnx.proto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Tensor;
import dev.quern.onnx.build.WireWriter;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExternalDataTest {
    @TempDir
    Path root;

    private Path folder;

    @BeforeEach
    void putData() throws IOException {
        folder = Files.createDirectories(root.resolve("model/data")).getParent();
        Files.write(folder.resolve("weights.bin"), new byte[] {9, 9, 1, 2, 3, 4, 9});
        Files.write(folder.resolve("data/weights.bin"), new byte[] {5, 6, 7, 8});
        Files.write(root.resolve("secret"), new byte[] {1, 1, 1, 1});
    }

    /** A model with a constant of four bytes that lies outside. */
    private static byte[] model(Map<String, String> entries) {
        WireWriter tensor = new WireWriter().packed(1, 4).integer(2, 2).text(8, "w");
        entries.forEach(
                (key, value) -> tensor.message(13, new WireWriter().text(1, key).text(2, value)));
        tensor.integer(14, 1);
        return new WireWriter().message(7, new WireWriter().message(5, tensor)).toBytes();
    }

    private OnnxFile read(Map<String, String> entries) throws IOException {
        Path path = folder.resolve("m.onnx");
        Files.write(path, model(entries));
        return OnnxReader.read(path);
    }

    private static Tensor only(OnnxFile file) {
        return file.model().graph().initializers().getFirst().data();
    }

    private void refused(Code code, String message, Map<String, String> entries) {
        ModelException thrown =
                assertThrows(ModelException.class, () -> read(entries).close());
        assertEquals(code, thrown.code(), thrown.getMessage());
        assertTrue(thrown.getMessage().contains(message), thrown.getMessage());
    }

    @Test
    void aRangeOfAFileBesideTheModel() throws IOException {
        try (OnnxFile file = read(Map.of("location", "weights.bin", "offset", "2", "length", "4", "checksum", "?"))) {
            assertArrayEquals(new byte[] {1, 2, 3, 4}, only(file).toByteArray());
            assertTrue(only(file).segment().isMapped());
        }
    }

    @Test
    void aWholeFileBelowTheModel() throws IOException {
        try (OnnxFile file = read(Map.of("location", "./data/../data/weights.bin"))) {
            assertArrayEquals(new byte[] {5, 6, 7, 8}, only(file).toByteArray());
        }
    }

    @Test
    void rangesOutsideTheFileAreRefused() {
        refused(Code.IO, "expected 4 bytes at 4 of 'weights.bin'", Map.of("location", "weights.bin", "offset", "4"));
        refused(
                Code.IO,
                "found a file of 7 bytes",
                Map.of("location", "weights.bin", "offset", Long.toString(Long.MAX_VALUE)));
        refused(
                Code.MALFORMED_MODEL,
                "expected external data of 4 bytes, found a length of 3",
                Map.of("location", "weights.bin", "length", "3"));
        refused(
                Code.MALFORMED_MODEL,
                "expected a number of bytes as offset, found '-1'",
                Map.of("location", "weights.bin", "offset", "-1"));
        refused(
                Code.MALFORMED_MODEL,
                "expected a number of bytes as length, found '99999999999999999999'",
                Map.of("location", "weights.bin", "length", "99999999999999999999"));
    }

    @Test
    void filesOutsideTheFolderAreRefused() throws IOException {
        refused(Code.MALFORMED_MODEL, "must lie in the model's folder", Map.of("location", "../secret"));
        refused(Code.MALFORMED_MODEL, "must lie in the model's folder", Map.of("location", "data/../../secret"));
        refused(
                Code.MALFORMED_MODEL,
                "must lie in the model's folder",
                Map.of("location", root.resolve("secret").toString()));
        Files.createSymbolicLink(folder.resolve("link.bin"), root.resolve("secret"));
        refused(Code.MALFORMED_MODEL, "is a link out of it", Map.of("location", "link.bin"));
        Files.createSymbolicLink(folder.resolve("up"), root);
        refused(Code.MALFORMED_MODEL, "is a link out of it", Map.of("location", "up/secret"));
    }

    @Test
    void aModelThatIsALinkReachesTheFolderItLeadsTo() throws IOException {
        Path store = Files.createDirectories(root.resolve("store"));
        Files.write(store.resolve("blob1"), model(Map.of("location", "model.data")));
        Files.write(store.resolve("blob2"), new byte[] {4, 3, 2, 1});
        Path snapshot = Files.createDirectories(root.resolve("snapshot"));
        Files.createSymbolicLink(snapshot.resolve("model.onnx"), store.resolve("blob1"));
        Files.createSymbolicLink(snapshot.resolve("model.data"), store.resolve("blob2"));
        try (OnnxFile file = OnnxReader.read(snapshot.resolve("model.onnx"))) {
            assertArrayEquals(new byte[] {4, 3, 2, 1}, only(file).toByteArray());
        }
    }

    @Test
    void whatIsNotThereOrNotAFileIsRefused() {
        refused(Code.IO, "the external data 'none.bin' is missing", Map.of("location", "none.bin"));
        refused(Code.IO, "it is a folder", Map.of("location", "data"));
        refused(Code.MALFORMED_MODEL, "expected a relative path", Map.of("location", "a\0b"));
        refused(Code.MALFORMED_MODEL, "without a location", Map.of());
    }

    @Test
    void aModelInMemoryHasNoFolder() {
        byte[] model = model(Map.of("location", "weights.bin"));
        ModelException thrown = assertThrows(ModelException.class, () -> OnnxReader.read(model));
        assertEquals(Code.UNSUPPORTED, thrown.code());
    }

    @Test
    void hardLinksAreRefused() throws IOException {
        Files.createLink(folder.resolve("hard.bin"), root.resolve("secret"));
        refused(Code.MALFORMED_MODEL, "hard link", Map.of("location", "hard.bin"));
    }

    @Test
    void linksInsideTheFolderAreFollowed() throws IOException {
        Files.createSymbolicLink(folder.resolve("inner.bin"), folder.resolve("data/weights.bin"));
        try (OnnxFile file = read(Map.of("location", "inner.bin"))) {
            assertArrayEquals(new byte[] {5, 6, 7, 8}, only(file).toByteArray());
        }
    }

    @Test
    void booleansAreZeroOrOne() throws IOException {
        WireWriter tensor = new WireWriter().packed(1, 4).integer(2, 9).text(8, "w");
        tensor.message(13, new WireWriter().text(1, "location").text(2, "data/weights.bin"));
        tensor.integer(14, 1);
        Path path = folder.resolve("bools.onnx");
        Files.write(folder.resolve("data/weights.bin"), new byte[] {0, 2, 1, -1});
        Files.write(
                path,
                new WireWriter().message(7, new WireWriter().message(5, tensor)).toBytes());
        try (OnnxFile file = OnnxReader.read(path)) {
            assertArrayEquals(new byte[] {0, 1, 1, 1}, only(file).toByteArray());
        }
    }

    @Test
    void stringsAreRefused() throws IOException {
        WireWriter tensor = new WireWriter().packed(1, 1).integer(2, 8).text(8, "w");
        tensor.message(13, new WireWriter().text(1, "location").text(2, "weights.bin"));
        tensor.integer(14, 1);
        Path path = folder.resolve("strings.onnx");
        Files.write(
                path,
                new WireWriter().message(7, new WireWriter().message(5, tensor)).toBytes());
        ModelException thrown = assertThrows(ModelException.class, () -> OnnxReader.read(path));
        assertEquals(Code.MALFORMED_MODEL, thrown.code());
    }

    @Test
    void sparseConstantsMayLieOutside() throws IOException {
        WireWriter values = new WireWriter().packed(1, 2).integer(2, 2).text(8, "w");
        values.message(13, new WireWriter().text(1, "location").text(2, "weights.bin"));
        values.message(13, new WireWriter().text(1, "offset").text(2, "2"));
        values.integer(14, 1);
        WireWriter indices = new WireWriter().packed(1, 2).integer(2, 7).packed(7, 1, 3);
        WireWriter sparse =
                new WireWriter().message(1, values).message(2, indices).packed(3, 5);
        Path path = folder.resolve("sparse.onnx");
        Files.write(
                path,
                new WireWriter()
                        .message(7, new WireWriter().message(15, sparse))
                        .toBytes());
        try (OnnxFile file = OnnxReader.read(path)) {
            assertArrayEquals(
                    new byte[] {1, 2},
                    file.model()
                            .graph()
                            .sparseInitializers()
                            .getFirst()
                            .values()
                            .data()
                            .toByteArray());
        }
    }

    /** Such a file system maps no files. */
    @Test
    void liesInAZipFile() throws IOException {
        Map<String, String> entries = Map.of("location", "data/weights.bin", "offset", "1", "length", "4");
        try (FileSystem zip = FileSystems.newFileSystem(root.resolve("m.zip"), Map.of("create", "true"))) {
            Path inside = Files.createDirectories(zip.getPath("model/data"));
            Files.write(inside.resolve("weights.bin"), new byte[] {0, 5, 6, 7, 8});
            Files.write(inside.resolveSibling("m.onnx"), model(entries));
            try (OnnxFile file = OnnxReader.read(zip.getPath("model/m.onnx"))) {
                assertArrayEquals(new byte[] {5, 6, 7, 8}, only(file).toByteArray());
            }
            Files.delete(inside.resolve("weights.bin"));
            ModelException thrown = assertThrows(
                    ModelException.class,
                    () -> OnnxReader.read(zip.getPath("model/m.onnx")).close());
            assertEquals(Code.IO, thrown.code(), thrown.getMessage());
            assertTrue(thrown.getMessage().contains("put it beside the model"), thrown.getMessage());
        }
    }
}
