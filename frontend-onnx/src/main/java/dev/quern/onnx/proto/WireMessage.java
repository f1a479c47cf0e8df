package dev.quern.onnx.proto;

import dev.quern.Limits;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A cursor over the fields of one protobuf message, a range of the file. {@link #next} steps to a field and reads it
 * whole, so that fields nobody asks about are skipped; every length is checked against the range before it is used.
 */
final class WireMessage {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;
    private static final List<String> WIRE_NAMES =
            List.of("an integer", "8 bytes", "bytes", "a group", "the end of a group", "4 bytes");
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final WireSource source;
    private final FieldPath path;
    private final long start;
    private final long end;
    private final int depth;
    private long at;

    private int field;
    private int wire;
    private long fieldAt;
    private long valueAt;
    private long value;

    WireMessage(WireSource source, FieldPath path, long start, long end, int depth) {
        this.source = source;
        this.path = path;
        this.start = start;
        this.end = end;
        this.depth = depth;
        this.at = start;
    }

    WireSource source() {
        return source;
    }

    /** Bytes of the message. */
    long size() {
        return end - start;
    }

    /** A second cursor over the same message, at its beginning. */
    WireMessage again() {
        return new WireMessage(source, path, start, end, depth);
    }

    /** Steps to the next field; false at the end of the message. */
    boolean next() {
        if (at == end) {
            return false;
        }
        fieldAt = at;
        long tag = varint();
        wire = (int) (tag & 7);
        if (tag >>> 3 == 0 || tag >>> 32 != 0 || wire == 3 || wire == 4 || wire > FIXED32) {
            throw malformed("expected a field, found tag " + Long.toUnsignedString(tag) + WireSource.DAMAGED);
        }
        field = (int) (tag >>> 3);
        valueAt = at;
        switch (wire) {
            case VARINT -> value = varint();
            case FIXED64 -> {
                require(Long.BYTES);
                value = source.bytes().get(LONG, at);
                at += Long.BYTES;
            }
            case FIXED32 -> {
                require(Integer.BYTES);
                value = source.bytes().get(INT, at);
                at += Integer.BYTES;
            }
            default -> {
                value = varint();
                valueAt = at;
                require(value);
                at += value;
            }
        }
        return true;
    }

    /** Number of the field that {@link #next} stepped to. */
    int field() {
        return field;
    }

    /** An integer field. */
    long integer(String name) {
        expect(VARINT, name);
        return value;
    }

    /** A float field. */
    float real(String name) {
        expect(FIXED32, name);
        return Float.intBitsToFloat((int) value);
    }

    /** A name: at most {@link Limits#NAME_BYTES}. */
    String name(String name) {
        return text(name, Limits.NAME_BYTES);
    }

    /** Any other text: at most {@link Limits#TEXT_BYTES}. */
    String text(String name) {
        return text(name, Limits.TEXT_BYTES);
    }

    private String text(String name, int limit) {
        expect(BYTES, name);
        spend();
        return source.text(path.then(name), valueAt, value, limit);
    }

    /** Bytes, not copied. */
    MemorySegment bytes(String name) {
        expect(BYTES, name);
        return source.bytes().asSlice(valueAt, value);
    }

    /** Bytes, copied; at most {@link Limits#TEXT_BYTES}. */
    byte[] shortBytes(String name) {
        MemorySegment slice = bytes(name);
        spend();
        if (value > Limits.TEXT_BYTES) {
            throw fail(Code.LIMIT, name, "expected at most " + Limits.TEXT_BYTES + " bytes, found " + value);
        }
        return slice.toArray(ValueLayout.JAVA_BYTE);
    }

    /** The message in a field that occurs once. */
    WireMessage message(String name) {
        return message(path.then(name), name);
    }

    /** The message in a repeated field. */
    WireMessage message(String name, int index) {
        return message(path.then(name, index), name);
    }

    private WireMessage message(FieldPath inner, String name) {
        expect(BYTES, name);
        spend();
        if (depth == Limits.MESSAGE_DEPTH) {
            throw new ModelException(
                    Code.LIMIT,
                    source.label(),
                    "at byte " + fieldAt + ": messages are nested more than " + Limits.MESSAGE_DEPTH
                            + " deep; a model nests its graphs a few deep");
        }
        return new WireMessage(source, inner, valueAt, valueAt + value, depth + 1);
    }

    /** Takes an entry from the file's budget. */
    void spend() {
        source.spend(path, fieldAt);
    }

    /** Gives each integer of a repeated field, packed or not, to {@code sink}; list entries count as entries. */
    void integers(String name, LongConsumer sink) {
        eachInteger(name, element -> {
            spend();
            sink.accept(element);
        });
    }

    /** The same for elements of a tensor, which are bounded by the tensor's shape. */
    void eachInteger(String name, LongConsumer sink) {
        if (wire == VARINT) {
            sink.accept(value);
            return;
        }
        expect(BYTES, name);
        WireMessage packed = new WireMessage(source, path.then(name), valueAt, valueAt + value, depth);
        while (packed.at < packed.end) {
            packed.fieldAt = packed.at;
            sink.accept(packed.varint());
        }
    }

    /** Elements of {@code width} bytes in a repeated field, packed or not: the bytes, not copied. */
    MemorySegment fixed(String name, int width) {
        if (wire == (width == Integer.BYTES ? FIXED32 : FIXED64)) {
            return source.bytes().asSlice(valueAt, width);
        }
        MemorySegment packed = bytes(name);
        if (packed.byteSize() % width != 0) {
            throw malformed(
                    name,
                    "expected a multiple of " + width + " bytes, found " + packed.byteSize() + WireSource.DAMAGED);
        }
        return packed;
    }

    /** What to throw where the current field is not well-formed. */
    ModelException malformed(String name, String message) {
        return fail(Code.MALFORMED_MODEL, name, message);
    }

    /** What to throw for a failure at the current field. */
    ModelException fail(Code code, String name, String message) {
        return source.fail(code, name.isEmpty() ? path : path.then(name), fieldAt, message);
    }

    /** What to throw for a failure of the message as a whole. */
    ModelException failWhole(Code code, String message) {
        return source.fail(code, path, start, message);
    }

    private ModelException malformed(String message) {
        return malformed("", message);
    }

    private void expect(int expected, String name) {
        if (wire != expected) {
            throw malformed(
                    name,
                    "expected " + WIRE_NAMES.get(expected) + ", found " + WIRE_NAMES.get(wire) + WireSource.DAMAGED);
        }
    }

    private void require(long length) {
        if (length < 0 || length > end - at) {
            throw malformed("expected " + Long.toUnsignedString(length) + " bytes in field " + field + ", found "
                    + (end - at) + " before the end" + WireSource.DAMAGED);
        }
    }

    private long varint() {
        long result = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at == end) {
                throw malformed("an integer is cut off by the end" + WireSource.DAMAGED);
            }
            byte next = source.bytes().get(ValueLayout.JAVA_BYTE, at++);
            result |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return result;
            }
        }
        throw malformed("expected an integer of at most 10 bytes, found a longer one" + WireSource.DAMAGED);
    }
}
