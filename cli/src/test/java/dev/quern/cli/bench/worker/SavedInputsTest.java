package dev.quern.cli.bench.worker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedInputsTest {
    @TempDir
    Path folder;

    @Test
    void everyTypeIsReadAsItWasWritten() throws IOException {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (DType dtype : DType.values()) {
            if (dtype != DType.STRING) {
                byte[] bytes = new byte[(int) dtype.byteSize(6)];
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) (dtype == DType.BOOL ? i % 2 : 7 * i);
                }
                inputs.put("of " + dtype, Tensor.of(MemorySegment.ofArray(bytes), dtype, 2, 3));
            }
        }
        inputs.put("words", Tensor.of(new String[] {"", "ä", "a b"}, 3));
        inputs.put("nothing", Tensor.of(new float[0], 0, 5));
        inputs.put("scalar", Tensor.of(new long[] {-1}));
        Path file = folder.resolve("inputs");
        SavedInputs.write(file, inputs);
        Map<String, Tensor> read = SavedInputs.read(file);
        assertEquals(new ArrayList<>(inputs.keySet()), new ArrayList<>(read.keySet()));
        inputs.forEach((name, tensor) -> {
            Tensor same = read.get(name);
            assertEquals(tensor.dtype(), same.dtype(), name);
            assertArrayEquals(tensor.shape(), same.shape(), name);
            if (tensor.dtype() == DType.STRING) {
                assertEquals(tensor.strings(), same.strings());
            } else {
                assertEquals(-1, tensor.segment().mismatch(same.segment()), name);
            }
        });
    }

    @Test
    void moreThanAChunkIsReadWhole() throws IOException {
        float[] data = new float[400_001];
        data[262_144] = 3;
        data[400_000] = 4;
        Path file = folder.resolve("inputs");
        SavedInputs.write(file, Map.of("x", Tensor.of(data, data.length)));
        assertArrayEquals(data, SavedInputs.read(file).get("x").toFloatArray());
        assertEquals(List.of("x"), List.copyOf(SavedInputs.read(file).keySet()));
    }
}
