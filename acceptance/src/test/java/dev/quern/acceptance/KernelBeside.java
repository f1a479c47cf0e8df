package dev.quern.acceptance;

import dev.quern.DType;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.DeviceExecutable;
import dev.quern.ir.backend.DeviceQueue;
import dev.quern.ir.interpret.FloatTables;
import dev.quern.ir.interpret.kernel.KernelInterpreter;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.math.ExpandMath;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One scheduled kernel on a device beside the kernel interpreter: the same random operands, results poisoned on both sides, every element of the results compared.
 *
 * @param kernel as scheduled
 * @param symbols a value for each of its symbols
 */
record KernelBeside(Kernel kernel, Map<String, Long> symbols) {
    private static final byte POISON = (byte) 0xFF;
    private static final int SMALL = 4;

    /** By how much floats may differ where a device adds in an order of its own: of the element and of the greatest. */
    private static final double RELATIVE = 1e-3;

    private static final double ABSOLUTE = 1e-4;

    /** How alike results are. */
    enum Likeness {
        SAME_BITS,
        WITHIN_THE_RULE,
        DIFFERENT
    }

    /** Bytes of all parameters. */
    long bytes() {
        return kernel.parameters().stream().mapToLong(this::bytes).sum();
    }

    private long bytes(Buffer parameter) {
        return parameter.dtype().byteSize(elements(parameter));
    }

    private long elements(Buffer parameter) {
        return Math.max(0, parameter.layout().span().evaluate(symbols::get));
    }

    /** Runs both. */
    Likeness compare(Backend backend, DeviceExecutable executable, long seed) {
        try (Arena arena = Arena.ofConfined();
                DeviceQueue queue = backend.openQueue().orElseThrow()) {
            Random random = new Random(seed);
            List<Buffer> parameters = kernel.parameters();
            int reads = parameters.size() - kernel.results();
            MemorySegment[] host = new MemorySegment[parameters.size()];
            long[] addresses = new long[parameters.size()];
            for (int i = 0; i < host.length; i++) {
                host[i] = arena.allocate(Math.max(1, bytes(parameters.get(i))), 64);
                if (i < reads) {
                    fill(host[i], parameters.get(i).dtype(), elements(parameters.get(i)), random);
                } else {
                    host[i].fill(POISON);
                }
                addresses[i] = queue.allocate(host[i].byteSize());
                queue.copyIn(host[i], addresses[i]);
            }
            long[] values = kernel.symbols().stream().mapToLong(symbols::get).toArray();
            executable.launch(queue, addresses, values);
            queue.await();
            Kernel inSegments = ExpandMath.expand(kernel.withParameters(parameters.stream()
                    .map(parameter -> parameter.withStorage(Buffer.Storage.SEGMENT))
                    .toList()));
            new KernelInterpreter(inSegments).run(host, new long[host.length], values);
            Likeness likeness = Likeness.SAME_BITS;
            for (int i = reads; i < host.length; i++) {
                MemorySegment found = arena.allocate(host[i].byteSize(), 64);
                queue.copyOut(addresses[i], found);
                Likeness one = likeness(parameters.get(i).dtype(), host[i], found);
                likeness = one.compareTo(likeness) > 0 ? one : likeness;
            }
            return likeness;
        }
    }

    private static void fill(MemorySegment memory, DType dtype, long elements, Random random) {
        int width = dtype.bits() / 8;
        for (long i = 0; i < elements; i++) {
            long bits = dtype.isFloat()
                    ? FloatTables.encode(dtype, random.nextDouble() * 2 - 1)
                    : dtype == DType.BOOL ? random.nextInt(2) : random.nextInt(SMALL);
            for (int b = 0; b < width; b++) {
                memory.set(ValueLayout.JAVA_BYTE, i * width + b, (byte) (bits >> Byte.SIZE * b));
            }
        }
    }

    private static Likeness likeness(DType dtype, MemorySegment expected, MemorySegment found) {
        if (expected.mismatch(found) < 0) {
            return Likeness.SAME_BITS;
        }
        if (!dtype.isFloat()) {
            return Likeness.DIFFERENT;
        }
        int width = dtype.bits() / 8;
        long elements = expected.byteSize() / width;
        double greatest = 0;
        for (long i = 0; i < elements; i++) {
            double value = Math.abs(number(expected, dtype, width, i));
            greatest = Double.isFinite(value) ? Math.max(greatest, value) : greatest;
        }
        for (long i = 0; i < elements; i++) {
            double want = number(expected, dtype, width, i);
            double have = number(found, dtype, width, i);
            boolean alike = want == have
                    || Double.isNaN(want) && Double.isNaN(have)
                    || Math.abs(want - have) <= RELATIVE * Math.abs(want) + ABSOLUTE * greatest;
            if (!alike) {
                return Likeness.DIFFERENT;
            }
        }
        return Likeness.WITHIN_THE_RULE;
    }

    private static double number(MemorySegment memory, DType dtype, int width, long element) {
        long bits = 0;
        for (int b = 0; b < width; b++) {
            bits |= (memory.get(ValueLayout.JAVA_BYTE, element * width + b) & 0xFFL) << Byte.SIZE * b;
        }
        return FloatTables.decode(dtype, bits);
    }
}
