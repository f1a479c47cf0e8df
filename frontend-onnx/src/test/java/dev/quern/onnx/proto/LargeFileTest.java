package dev.quern.onnx.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.Tensor;
import dev.quern.onnx.build.WireWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files beyond 2 GiB. They are sparse, and take no room on common file systems. */
class LargeFileTest {
    private static final long SIZE = (1L << 31) + 1000;

    @TempDir
    Path folder;

    private static void sparse(Path path, byte[] head, long size, byte last) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.write(head);
            file.seek(size - 1);
            file.write(last);
        }
    }

    private static byte last(OnnxFile file) {
        Tensor tensor = file.model().graph().initializers().getFirst().data();
        assertEquals(SIZE, tensor.elements());
        return tensor.segment().get(ValueLayout.JAVA_BYTE, SIZE - 1);
    }

    private static byte[] tagAndLength(int field, long length) {
        byte[] numbers =
                new WireWriter().packed(1, (long) field << 3 | 2, length).toBytes();
        return Arrays.copyOfRange(numbers, 2, numbers.length);
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }

    @Test
    void weightsInTheModel() throws IOException {
        byte[] head = new WireWriter().packed(1, SIZE).integer(2, 2).toBytes();
        head = join(head, tagAndLength(9, SIZE));
        for (int field : new int[] {5, 7}) {
            head = join(tagAndLength(field, head.length + SIZE), head);
        }
        Path path = folder.resolve("large.onnx");
        sparse(path, head, head.length + SIZE, (byte) 42);
        try (OnnxFile file = OnnxReader.read(path)) {
            assertEquals(42, last(file));
        }
    }

    @Test
    void weightsBesideTheModel() throws IOException {
        WireWriter tensor = new WireWriter()
                .packed(1, SIZE)
                .integer(2, 2)
                .integer(14, 1)
                .message(13, new WireWriter().text(1, "location").text(2, "large.bin"))
                .message(13, new WireWriter().text(1, "offset").text(2, "8"));
        Path path = folder.resolve("m.onnx");
        Files.write(
                path,
                new WireWriter().message(7, new WireWriter().message(5, tensor)).toBytes());
        sparse(folder.resolve("large.bin"), new byte[8], SIZE + 8, (byte) 43);
        try (OnnxFile file = OnnxReader.read(path)) {
            assertEquals(43, last(file));
        }
    }
}
