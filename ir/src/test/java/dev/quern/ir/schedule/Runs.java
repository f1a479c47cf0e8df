package dev.quern.ir.schedule;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.interpret.kernel.KernelInterpreter;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.testing.Tolerance;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Runs a kernel before and after scheduling on the same random arguments. */
final class Runs {
    /** The longest sums of the kernels: three steps of a recurrence over 32 numbers. */
    private static final long TERMS = 3 * 32;

    private static final long BITS = -1;

    private Runs() {}

    /**
     * Fails unless both kernels give the same results, sums within rounding. Loops of the scheduled kernel whose
     * iterations may run in any order run backwards. Integer parameters hold indices below {@code table}.
     */
    static void compare(Kernel kernel, Kernel scheduled, Map<String, Long> symbols, long table, Random random) {
        compare(kernel, scheduled, symbols, table, random, TERMS);
    }

    /** The same for schedules that leave the order of sums: the results are the same bits. */
    static void compareBits(Kernel kernel, Kernel scheduled, Map<String, Long> symbols, Random random) {
        compare(kernel, scheduled, symbols, 0, random, BITS);
    }

    private static void compare(
            Kernel kernel, Kernel scheduled, Map<String, Long> symbols, long table, Random random, long terms) {
        List<Object> arguments = new ArrayList<>();
        for (Buffer parameter : kernel.parameters()) {
            int size = (int) parameter.shape().elements().evaluate(symbols::get);
            arguments.add(
                    parameter.dtype() == DType.I64
                            ? random.longs(size, 0, Math.max(1, table)).toArray()
                            : floats(size, random));
        }
        List<float[]> expected = results(kernel, symbols, arguments);
        List<float[]> actual = results(scheduled.withBody(backwards(scheduled.body())), symbols, arguments);
        for (int result = 0; result < expected.size(); result++) {
            for (int i = 0; i < expected.get(result).length; i++) {
                float value = expected.get(result)[i];
                float found = actual.get(result)[i];
                if (Float.compare(value, found) != 0) {
                    assertTrue(
                            terms != BITS && Tolerance.agree(DType.F32, value, found, terms),
                            "element " + i + " for " + symbols + ": expected " + value + ", found " + found);
                }
            }
        }
    }

    private static float[] floats(int size, Random random) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static List<float[]> results(Kernel kernel, Map<String, Long> symbols, List<Object> arguments) {
        int count = kernel.parameters().size();
        Object[] buffers = new Object[count];
        for (int i = 0; i < count; i++) {
            buffers[i] = laidOut(kernel.parameters().get(i), arguments.get(i), symbols);
        }
        long[] values = kernel.symbols().stream().mapToLong(symbols::get).toArray();
        KernelInterpreter.run(kernel, buffers, new long[count], values);
        List<float[]> results = new ArrayList<>();
        for (int i = count - kernel.results(); i < count; i++) {
            results.add((float[]) buffers[i]);
        }
        return results;
    }

    /** Row-major values, an array, in the layout of {@code buffer}; padding is NaN, or an index that nothing has. */
    private static Object laidOut(Buffer buffer, Object rowMajor, Map<String, Long> symbols) {
        int count = Array.getLength(rowMajor);
        boolean plain = buffer.layout().isRowMajor(buffer.shape());
        int span = plain ? count : (int) Math.max(0, buffer.layout().span().evaluate(symbols::get));
        Object values = Array.newInstance(rowMajor.getClass().getComponentType(), span);
        switch (values) {
            case float[] floats -> Arrays.fill(floats, Float.NaN);
            case long[] indices -> Arrays.fill(indices, Long.MIN_VALUE);
            default -> throw new AssertionError(values.getClass());
        }
        for (int flat = 0; flat < count; flat++) {
            int place = plain ? flat : place(buffer, flat, symbols);
            System.arraycopy(rowMajor, flat, values, place, 1);
        }
        return values;
    }

    private static int place(Buffer buffer, int flat, Map<String, Long> symbols) {
        List<Dim> index = new ArrayList<>();
        long rest = flat;
        for (Dim extent : buffer.shape().dims().reversed()) {
            long size = extent.evaluate(symbols::get);
            index.addFirst(Dim.of(rest % size));
            rest /= size;
        }
        return (int) buffer.layout().address(index).evaluate(symbols::get);
    }

    private static Stmt backwards(Stmt statement) {
        Stmt inner = Statements.withParts(statement, Runs::backwards);
        if (inner instanceof Stmt.For loop && loop.kind() != LoopKind.SERIAL && loop.kind() != LoopKind.UNROLL) {
            Dim reversed = loop.extent().minus(1).minus(Dim.symbol(loop.variable()));
            Stmt body = Substitution.of(loop.variable(), reversed).in(loop.body());
            return new Stmt.For(loop.variable(), loop.extent(), loop.kind(), body);
        }
        return inner;
    }
}
