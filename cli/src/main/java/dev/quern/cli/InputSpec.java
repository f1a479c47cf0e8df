package dev.quern.cli;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Tensor;
import dev.quern.cli.tensor.ElementText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;

/**
 * A tensor as the command line spells it.
 *
 * <pre>
 * 2x3xf32=1,2,3,4,5,6     the elements, row by row
 * 1x16xi64=1              one value fills
 * i64=16000               a scalar
 * 1x3x8x8xf32=random:7    random, by a seed: floats in [-1, 1), integers and booleans 0 or 1
 * 1x16xi64=random:7:1000  integers from 0 to 999
 * &#64;x.npy                  a file: .npy or .pb
 * </pre>
 */
final class InputSpec {
    private static final long MAX_BYTES = 1L << 31;
    private static final String RANDOM = "random";

    private InputSpec() {}

    /** The tensor that {@code spec} spells; {@code name} is the input, for messages. */
    static Tensor parse(Session session, String name, String spec) {
        if (spec.startsWith("@")) {
            return TensorFiles.read(session.path(spec.substring(1)));
        }
        int equals = spec.indexOf('=');
        if (equals < 0) {
            throw invalid(name, "expected SHAPExTYPE=VALUES such as 2x3xf32=0.5, or @FILE, found '" + spec + "'");
        }
        String[] head = spec.substring(0, equals).split("x", -1);
        String values = spec.substring(equals + 1);
        DType dtype = DType.of(head[head.length - 1]);
        long[] shape = new long[head.length - 1];
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = extent(name, head[axis]);
        }
        return dtype == DType.STRING ? strings(name, values, shape) : numbers(name, dtype, values, shape);
    }

    private static long extent(String name, String text) {
        try {
            long extent = Long.parseLong(text);
            if (extent >= 0) {
                return extent;
            }
        } catch (NumberFormatException notOne) {
            // Reported below with the text found.
        }
        throw invalid(name, "expected an extent of at least 0, found '" + text + "'");
    }

    private static Tensor strings(String name, String values, long[] shape) {
        long elements = Tensor.count(shape);
        String[] given = elements == 0 ? new String[0] : values.split(",", -1);
        if (given.length == 1 && elements > 1) {
            String[] filled = new String[Math.toIntExact(Math.min(elements, MAX_BYTES >> 3))];
            Arrays.fill(filled, given[0]);
            given = filled;
        }
        requireCount(name, given.length, elements, shape);
        return Tensor.of(given, shape);
    }

    private static Tensor numbers(String name, DType dtype, String values, long[] shape) {
        if (!ElementText.numeric(dtype)) {
            throw new ModelException(
                    Code.UNSUPPORTED, name, "values of " + dtype + " cannot be spelt; give a file: @FILE.pb");
        }
        long elements = Tensor.count(shape);
        MemorySegment data = allocate(name, dtype, elements);
        if (values.equals(RANDOM) || values.startsWith(RANDOM + ":")) {
            random(name, data, dtype, elements, values);
            return Tensor.of(data, dtype, shape);
        }
        String[] given = values.isEmpty() ? new String[0] : values.split(",", -1);
        if (given.length != 1) {
            requireCount(name, given.length, elements, shape);
        }
        for (long index = 0; index < elements; index++) {
            ElementText.put(data, dtype, index, given[given.length == 1 ? 0 : (int) index].strip(), name);
        }
        return Tensor.of(data, dtype, shape);
    }

    private static void requireCount(String name, long found, long elements, long[] shape) {
        if (found != elements) {
            throw invalid(
                    name,
                    "expected " + elements + " values for " + Arrays.toString(shape) + ", or one that fills, found "
                            + found);
        }
    }

    private static void random(String name, MemorySegment data, DType dtype, long elements, String values) {
        String[] parts = values.split(":", -1);
        if (parts.length > 3) {
            throw invalid(name, "expected random:SEED or random:SEED:BOUND, found '" + values + "'");
        }
        long seed = parts.length > 1 ? extent(name, parts[1]) : 0;
        long bound = parts.length > 2 ? extent(name, parts[2]) : 2;
        if (bound < 1) {
            throw invalid(name, "expected a bound of at least 1, found " + bound);
        }
        fill(data, dtype, elements, new Random(seed), bound);
    }

    /** Random elements: floats in [-1, 1), integers from 0 to below {@code bound}. */
    static void fill(MemorySegment data, DType dtype, long elements, Random random, long bound) {
        for (long index = 0; index < elements; index++) {
            if (dtype.isFloat()) {
                ElementText.put(data, dtype, index, random.nextDouble() * 2 - 1);
            } else {
                ElementText.put(data, dtype, index, random.nextLong(bound));
            }
        }
    }

    /** Memory for {@code elements} elements, checked first. */
    static MemorySegment allocate(String name, DType dtype, long elements) {
        if (elements > MAX_BYTES || dtype.byteSize(elements) > MAX_BYTES) {
            throw new ModelException(
                    Code.LIMIT,
                    name,
                    "expected at most " + MAX_BYTES + " bytes of input, found " + elements + " elements of " + dtype);
        }
        return Arena.ofAuto().allocate(dtype.byteSize(elements), Long.BYTES);
    }

    private static ModelException invalid(String name, String message) {
        return new ModelException(Code.INVALID_INPUT, name, message);
    }
}
