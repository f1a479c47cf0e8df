package dev.quern.acceptance;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Adds an initializer of 32-bit floats, whose elements lie in another file, to the bytes of a model. */
final class ExternalTensor {
    private static final int GRAPH = 7;
    private static final int INITIALIZER = 5;

    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint(field << 3);
            varint(value);
            return this;
        }

        Message bytes(int field, byte[] bytes) {
            varint(field << 3 | 2);
            varint(bytes.length);
            out.writeBytes(bytes);
            return this;
        }

        Message text(int field, String text) {
            return bytes(field, text.getBytes(StandardCharsets.UTF_8));
        }

        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) (rest & 0x7F | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }

        byte[] toBytes() {
            return out.toByteArray();
        }
    }

    private ExternalTensor() {}

    /** {@code model} with the initializer {@code name}, of {@code extents}, in the file {@code location}. */
    static byte[] add(String name, String location, byte[] model, long... extents) {
        Message tensor = new Message();
        for (long extent : extents) {
            tensor.number(1, extent);
        }
        tensor.number(2, 1).text(8, name);
        tensor.bytes(13, new Message().text(1, "location").text(2, location).toBytes());
        tensor.number(14, 1);
        byte[] initializer = new Message().bytes(INITIALIZER, tensor.toBytes()).toBytes();
        Message changed = new Message();
        for (int at = 0; at < model.length; ) {
            int start = at;
            long key = varint(model, at);
            at += length(model, at);
            long value = varint(model, at);
            at += length(model, at);
            if ((key & 7) == 2) {
                byte[] content = Arrays.copyOfRange(model, at, at + (int) value);
                at += (int) value;
                if (key >> 3 == GRAPH) {
                    byte[] longer = Arrays.copyOf(content, content.length + initializer.length);
                    System.arraycopy(initializer, 0, longer, content.length, initializer.length);
                    changed.bytes(GRAPH, longer);
                    continue;
                }
            }
            changed.out.write(model, start, at - start);
        }
        return changed.toBytes();
    }

    private static long varint(byte[] bytes, int at) {
        long value = 0;
        for (int i = 0; i < length(bytes, at); i++) {
            value |= (bytes[at + i] & 0x7FL) << 7 * i;
        }
        return value;
    }

    private static int length(byte[] bytes, int at) {
        int length = 1;
        while (bytes[at + length - 1] < 0) {
            length++;
        }
        return length;
    }
}
