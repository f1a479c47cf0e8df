package dev.quern.ir.testing;

import dev.quern.DType;
import dev.quern.ir.interpret.KernelInterpreter;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Runs kernels on seeded data. */
public final class KernelRuns {
    private static final int ELEMENTS = 512;

    private KernelRuns() {}

    /** The bytes of all parameters after a run with random contents and every symbol 1 to 3. */
    public static List<byte[]> run(Kernel kernel, long seed) {
        Random random = new Random(seed);
        List<Object> buffers = new ArrayList<>();
        List<MemorySegment> views = new ArrayList<>();
        for (Buffer buffer : kernel.parameters()) {
            Object array = array(buffer.dtype());
            MemorySegment view = segment(array);
            for (long i = 0; i < view.byteSize(); i++) {
                view.set(ValueLayout.JAVA_BYTE, i, (byte)
                        (buffer.dtype() == DType.BOOL ? random.nextInt(2) : random.nextInt()));
            }
            views.add(view);
            buffers.add(buffer.storage() == Buffer.Storage.ARRAY ? array : view);
        }
        long[] symbols = random.longs(kernel.symbols().size(), 1, 4).toArray();
        long[] offsets = random.longs(buffers.size(), 0, 4).toArray();
        KernelInterpreter.run(kernel, buffers.toArray(), offsets, symbols);
        return views.stream().map(view -> view.toArray(ValueLayout.JAVA_BYTE)).toList();
    }

    private static Object array(DType type) {
        return switch (type) {
            case F32 -> new float[ELEMENTS];
            case F64 -> new double[ELEMENTS];
            case I64, U64 -> new long[ELEMENTS];
            case I32, U32 -> new int[ELEMENTS];
            case F16, BF16, I16, U16 -> new short[ELEMENTS];
            default -> new byte[ELEMENTS];
        };
    }

    private static MemorySegment segment(Object array) {
        return switch (array) {
            case float[] floats -> MemorySegment.ofArray(floats);
            case double[] doubles -> MemorySegment.ofArray(doubles);
            case long[] longs -> MemorySegment.ofArray(longs);
            case int[] ints -> MemorySegment.ofArray(ints);
            case short[] shorts -> MemorySegment.ofArray(shorts);
            default -> MemorySegment.ofArray((byte[]) array);
        };
    }
}
