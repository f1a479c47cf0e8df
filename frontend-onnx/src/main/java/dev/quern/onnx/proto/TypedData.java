package dev.quern.onnx.proto;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Decodes elements that lie in typed fields. Those of at most 16 bits, and {@code i32}, are entries of
 * {@code int32_data}: as bits for floating point, as numbers otherwise; sub-byte elements are packed into bytes first,
 * the first element in the lowest bits. Complex elements are two entries.
 */
final class TypedData {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final WireMessage message;
    private final TypedField field;
    private final DType dtype;
    private final int entryBytes;
    private final long entries;
    private final MemorySegment target;
    private long found;

    private TypedData(WireMessage message, TypedField field, DType dtype, long elements) {
        this.message = message;
        this.field = field;
        this.dtype = dtype;
        this.entryBytes = field.width() > 0 ? field.width() : Math.max(1, dtype.bits() / 8);
        this.entries = dtype.byteSize(elements) / entryBytes;
        if (entries > message.size() / Math.max(1, field.width())) {
            throw wrongCount(entries, "a message of " + message.size() + " bytes");
        }
        this.target = message.source().allocate(dtype.byteSize(elements));
    }

    static Tensor decode(WireMessage message, TypedField field, DType dtype, long elements, long[] shape) {
        if (dtype == DType.STRING) {
            return strings(message, elements, shape);
        }
        TypedData data = new TypedData(message, field, dtype, elements);
        while (message.next()) {
            if (message.field() == field.field()) {
                data.take();
            }
        }
        if (data.found != data.entries) {
            throw data.wrongCount(data.entries, Long.toString(data.found));
        }
        return Tensor.of(data.target, dtype, shape);
    }

    private void take() {
        if (field.width() == 0) {
            message.eachInteger(field.label(), this::put);
            return;
        }
        MemorySegment values = message.fixed(field.label(), field.width());
        long count = values.byteSize() / field.width();
        if (count > entries - found) {
            throw wrongCount(entries, "more");
        }
        MemorySegment.copy(values, 0, target, found * entryBytes, values.byteSize());
        found += count;
    }

    private void put(long value) {
        if (found == entries) {
            throw wrongCount(entries, "more");
        }
        long at = found++ * entryBytes;
        switch (entryBytes) {
            case 8 -> target.set(LONG, at, value);
            case 4 -> target.set(INT, at, (int) ranged(value, 32));
            case 2 -> target.set(SHORT, at, (short) ranged(value, 16));
            default ->
                target.set(
                        ValueLayout.JAVA_BYTE,
                        at,
                        dtype == DType.BOOL ? (byte) (value == 0 ? 0 : 1) : (byte) ranged(value, 8));
        }
    }

    /** Writers disagree on the sign of bits, so either reading of {@code bits} bits is taken. */
    private long ranged(long value, int bits) {
        if (value < -(1L << (bits - 1)) || value >= 1L << bits) {
            throw message.malformed(field.label(), "expected a value that fits " + dtype + ", found " + value);
        }
        return value;
    }

    private ModelException wrongCount(long expected, String what) {
        return message.failWhole(
                Code.MALFORMED_MODEL,
                "expected " + expected + " entries of " + field.label() + " for " + dtype + ", found " + what
                        + WireSource.DAMAGED);
    }

    private static Tensor strings(WireMessage message, long elements, long[] shape) {
        List<String> strings = new ArrayList<>();
        while (message.next()) {
            if (message.field() == TypedField.STRING_DATA.field()) {
                strings.add(message.text(TypedField.STRING_DATA.label()));
            }
        }
        if (strings.size() != elements) {
            throw message.failWhole(
                    Code.MALFORMED_MODEL,
                    "expected " + elements + " entries of string_data for " + Arrays.toString(shape) + ", found "
                            + strings.size() + WireSource.DAMAGED);
        }
        return Tensor.of(strings.toArray(String[]::new), shape);
    }

    /** {@code raw} itself where every byte is 0 or 1, or a copy in which every other byte is 1. */
    static MemorySegment zeroOrOne(WireSource source, MemorySegment raw) {
        long size = raw.byteSize();
        long first = 0;
        while (first < size && (raw.get(ValueLayout.JAVA_BYTE, first) & ~1) == 0) {
            first++;
        }
        if (first == size) {
            return raw;
        }
        MemorySegment copy = source.allocate(size);
        for (long at = 0; at < size; at++) {
            copy.set(ValueLayout.JAVA_BYTE, at, raw.get(ValueLayout.JAVA_BYTE, at) == 0 ? (byte) 0 : (byte) 1);
        }
        return copy;
    }
}
