package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NumpyFileTest {
    @TempDir
    Path folder;

    private Tensor again(Tensor tensor) throws IOException {
        Path file = folder.resolve("x.npy");
        NumpyFile.write(file, tensor);
        return NumpyFile.read(file);
    }

    @Test
    void whatIsWrittenIsReadTheSame() throws IOException {
        long seed = 11;
        Random random = new Random(seed);
        for (DType dtype : DType.values()) {
            boolean unknownToNumpy = dtype == DType.BF16 || dtype.isFloat() && dtype.bits() < 16;
            if (unknownToNumpy || dtype.bits() < 8) {
                continue;
            }
            for (long[] shape : new long[][] {{}, {0}, {5}, {2, 3}, {1, 0, 4}, {2, 2, 2, 2}}) {
                byte[] bytes = new byte[(int) dtype.byteSize(Tensor.count(shape))];
                random.nextBytes(bytes);
                Tensor read = again(Tensor.of(MemorySegment.ofArray(bytes), dtype, shape));
                assertEquals(dtype, read.dtype(), "seed " + seed);
                assertArrayEquals(shape, read.shape(), "seed " + seed);
                assertArrayEquals(bytes, read.toByteArray(), "seed " + seed);
            }
        }
    }

    @Test
    void headersOfOtherWritersAreRead() throws IOException {
        for (int version : new int[] {1, 2, 3}) {
            String header = "{'fortran_order':False,'shape':(2,),\n 'descr':'<i2'}\n";
            assertArrayEquals(
                    new short[] {1, 2},
                    NumpyFile.read(write(version, header, 1, 0, 2, 0)).toShortArray());
        }
    }

    private Path write(int version, String header, int... data) throws IOException {
        byte[] head = header.getBytes(StandardCharsets.ISO_8859_1);
        int start = version == 1 ? 10 : 12;
        byte[] bytes = new byte[start + head.length + data.length];
        bytes[0] = (byte) 0x93;
        System.arraycopy("NUMPY".getBytes(StandardCharsets.ISO_8859_1), 0, bytes, 1, 5);
        bytes[6] = (byte) version;
        bytes[8] = (byte) head.length;
        System.arraycopy(head, 0, bytes, start, head.length);
        for (int i = 0; i < data.length; i++) {
            bytes[start + head.length + i] = (byte) data[i];
        }
        return Files.write(folder.resolve("v" + version + ".npy"), bytes);
    }

    private static void refused(String message, Path file) {
        ModelException thrown = assertThrows(ModelException.class, () -> NumpyFile.read(file));
        assertTrue(thrown.getMessage().contains(message), thrown.getMessage());
    }

    @Test
    void whatCannotBeReadIsRefused() throws IOException {
        String good = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }";
        refused("expected 2 elements of u8, found 3 bytes", write(1, good, 1, 2, 3));
        refused("elements of '>i2' are not supported", write(1, good.replace("|u1", ">i2"), 1, 2, 3, 4));
        refused("elements of '|O' are not supported", write(1, good.replace("|u1", "|O")));
        refused("Fortran order", write(1, good.replace("False", "True").replace("(2,)", "(2, 1)"), 1, 2));
        refused("expected a plain 'shape'", write(1, good.replace("shape", "form"), 1, 2));
        refused("shape has more than 2^63 elements", write(1, good.replace("2,", "9223372036854775807, 9"), 1, 2));
        refused("found (99999999999999999999)", write(1, good.replace("2,", "99999999999999999999"), 1, 2));
        refused("expected a NumPy array file", Files.writeString(folder.resolve("t.npy"), "not an array, a text"));
        refused("expected a NumPy array file", Files.write(folder.resolve("e.npy"), new byte[0]));
        refused("expected a regular file", folder);
    }
}
