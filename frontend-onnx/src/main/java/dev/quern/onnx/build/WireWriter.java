package dev.quern.onnx.build;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes the fields of one protobuf message, in the order they are given. */
public final class WireWriter {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** An empty message. */
    public WireWriter() {}

    /** An integer. */
    public WireWriter integer(int field, long value) {
        varint((long) field << 3 | VARINT);
        varint(value);
        return this;
    }

    /** A float. */
    public WireWriter real(int field, float value) {
        varint((long) field << 3 | FIXED32);
        out.writeBytes(little(Float.BYTES).putFloat(value).array());
        return this;
    }

    /** A double. */
    public WireWriter real(int field, double value) {
        varint((long) field << 3 | FIXED64);
        out.writeBytes(little(Double.BYTES).putDouble(value).array());
        return this;
    }

    /** Bytes. */
    public WireWriter bytes(int field, byte[] value) {
        varint((long) field << 3 | BYTES);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    /** Text in UTF-8. */
    public WireWriter text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Text in UTF-8, or nothing if it is empty. */
    public WireWriter textIfAny(int field, String value) {
        return value.isEmpty() ? this : text(field, value);
    }

    /** A message inside this one, complete. */
    public WireWriter message(int field, WireWriter value) {
        return bytes(field, value.toBytes());
    }

    /** A repeated field of integers, packed. */
    public WireWriter packed(int field, long... values) {
        WireWriter content = new WireWriter();
        for (long value : values) {
            content.varint(value);
        }
        return message(field, content);
    }

    /** A repeated field of floats, packed. */
    public WireWriter packed(int field, float... values) {
        ByteBuffer content = little(Float.BYTES * values.length);
        content.asFloatBuffer().put(values);
        return bytes(field, content.array());
    }

    /** A repeated field of doubles, packed. */
    public WireWriter packed(int field, double... values) {
        ByteBuffer content = little(Double.BYTES * values.length);
        content.asDoubleBuffer().put(values);
        return bytes(field, content.array());
    }

    /** The message so far. */
    public byte[] toBytes() {
        return out.toByteArray();
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
