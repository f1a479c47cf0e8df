package dev.quern.cli.bench.worker;

import dev.quern.DType;
import dev.quern.Tensor;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model's inputs in a file, so that every contender's JVM reads the same ones. */
public final class SavedInputs {
    private static final int CHUNK = 1 << 20;

    private SavedInputs() {}

    /** Writes {@code inputs}. */
    public static void write(Path file, Map<String, Tensor> inputs) throws IOException {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            out.writeInt(inputs.size());
            for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
                Tensor tensor = input.getValue();
                out.writeUTF(input.getKey());
                out.writeUTF(tensor.dtype().name());
                long[] shape = tensor.shape();
                out.writeInt(shape.length);
                for (long extent : shape) {
                    out.writeLong(extent);
                }
                if (tensor.dtype() == DType.STRING) {
                    for (String text : tensor.strings()) {
                        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                        out.writeInt(bytes.length);
                        out.write(bytes);
                    }
                } else {
                    write(out, tensor.segment());
                }
            }
        }
    }

    private static void write(DataOutputStream out, MemorySegment data) throws IOException {
        out.writeLong(data.byteSize());
        byte[] chunk = new byte[CHUNK];
        for (long done = 0; done < data.byteSize(); done += CHUNK) {
            int length = (int) Math.min(CHUNK, data.byteSize() - done);
            MemorySegment.copy(data, ValueLayout.JAVA_BYTE, done, chunk, 0, length);
            out.write(chunk, 0, length);
        }
    }

    /** Reads what {@link #write} wrote. */
    public static Map<String, Tensor> read(Path file) throws IOException {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            int count = in.readInt();
            for (int input = 0; input < count; input++) {
                String name = in.readUTF();
                DType dtype = DType.valueOf(in.readUTF());
                long[] shape = new long[in.readInt()];
                for (int axis = 0; axis < shape.length; axis++) {
                    shape[axis] = in.readLong();
                }
                inputs.put(name, dtype == DType.STRING ? strings(in, shape) : Tensor.of(data(in), dtype, shape));
            }
        }
        return inputs;
    }

    private static Tensor strings(DataInputStream in, long[] shape) throws IOException {
        String[] strings = new String[Math.toIntExact(Tensor.count(shape))];
        for (int i = 0; i < strings.length; i++) {
            strings[i] = new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
        }
        return Tensor.of(strings, shape);
    }

    private static MemorySegment data(DataInputStream in) throws IOException {
        long size = in.readLong();
        MemorySegment data = Arena.ofAuto().allocate(Math.max(1, size), 64).asSlice(0, size);
        byte[] chunk = new byte[CHUNK];
        for (long done = 0; done < size; done += CHUNK) {
            int length = (int) Math.min(CHUNK, size - done);
            in.readFully(chunk, 0, length);
            MemorySegment.copy(chunk, 0, data, ValueLayout.JAVA_BYTE, done, length);
        }
        return data;
    }
}
