package dev.quern.runtime.archive;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Numbers and texts as bytes, as {@link ByteReader} reads them. */
final class ByteWriter {
    private byte[] bytes = new byte[1 << 16];
    private int size;

    private void reserve(int count) {
        if (count > bytes.length - size) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, count), (int)
                    Math.min(2L * size, Integer.MAX_VALUE - 8)));
        }
    }

    /** A number of 0 or more in 7 bits a byte, the lowest first; negative ones take ten bytes. */
    void number(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** A number of either sign; small ones are short. */
    void signed(long value) {
        number(value << 1 ^ value >> 63);
    }

    /** Eight bytes. */
    void bits(long value) {
        reserve(8);
        for (int shift = 0; shift < 64; shift += 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    /** A text and its length. */
    void text(String text) {
        block(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes and their number. */
    void block(byte[] block) {
        number(block.length);
        reserve(block.length);
        System.arraycopy(block, 0, bytes, size, block.length);
        size += block.length;
    }

    /** What was written. */
    byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }
}
