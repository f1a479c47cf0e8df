package dev.quern.runtime.archive;

import java.nio.charset.StandardCharsets;

/** Reads what a {@link ByteWriter} wrote; anything else ends in a {@link DamagedException}, and takes no more memory than it has bytes. */
final class ByteReader {
    private final byte[] bytes;
    private int at;

    ByteReader(byte[] bytes) {
        this.bytes = bytes;
    }

    private byte next() {
        if (at == bytes.length) {
            throw new DamagedException("it ends in the middle of a number");
        }
        return bytes[at++];
    }

    /** Whether all is read. */
    boolean isAtEnd() {
        return at == bytes.length;
    }

    /** A number of 0 or more. */
    long number() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte part = next();
            value |= (part & 0x7FL) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw new DamagedException("a number has more than 64 bits");
    }

    /** A number of things that follow, of which each takes a byte at least. */
    int count() {
        long count = number();
        if (count < 0 || count > bytes.length - at) {
            throw new DamagedException(count + " things are to follow in " + (bytes.length - at) + " bytes");
        }
        return (int) count;
    }

    /** A number of either sign. */
    long signed() {
        long value = number();
        return value >>> 1 ^ -(value & 1);
    }

    /** Eight bytes. */
    long bits() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 8) {
            value |= (next() & 0xFFL) << shift;
        }
        return value;
    }

    /** A text. */
    String text() {
        int length = count();
        at += length;
        return new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }
}
