package dev.quern.runtime.archive;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** Checksums of memory, in hexadecimal. */
public final class Digests {
    private static final long AT_ONCE = 1 << 20;

    private Digests() {}

    /** A new SHA-256. */
    public static MessageDigest sha() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java platform has SHA-256", missing);
        }
    }

    /** Bytes in all. */
    static long size(List<MemorySegment> parts) {
        return parts.stream().mapToLong(MemorySegment::byteSize).sum();
    }

    /** SHA-256. */
    static String sha(MemorySegment bytes) {
        return sha(List.of(bytes));
    }

    /** SHA-256 of parts, one behind the other. */
    static String sha(List<MemorySegment> parts) {
        MessageDigest sha = sha();
        eachBuffer(parts, sha::update);
        return HexFormat.of().formatHex(sha.digest());
    }

    /** CRC-32C. */
    static String crc(MemorySegment bytes) {
        return crc(List.of(bytes));
    }

    /** CRC-32C of parts, one behind the other. */
    static String crc(List<MemorySegment> parts) {
        return Long.toHexString(sum(new CRC32C(), parts));
    }

    /** CRC-32, as zip has it, of parts, one behind the other. */
    static long zip(List<MemorySegment> parts) {
        return sum(new CRC32(), parts);
    }

    private static long sum(Checksum sum, List<MemorySegment> parts) {
        eachBuffer(parts, sum::update);
        return sum.getValue();
    }

    private static void eachBuffer(List<MemorySegment> parts, Consumer<ByteBuffer> seen) {
        for (MemorySegment part : parts) {
            for (long at = 0; at < part.byteSize(); at += AT_ONCE) {
                seen.accept(buffer(part.asSlice(at, Math.min(AT_ONCE, part.byteSize() - at))));
            }
        }
    }

    /** The memory itself where it can be had as bytes, which arrays of other elements cannot; else a copy. */
    private static ByteBuffer buffer(MemorySegment bytes) {
        return bytes.isNative() || bytes.heapBase().orElse(null) instanceof byte[]
                ? bytes.asByteBuffer()
                : ByteBuffer.wrap(bytes.toArray(ValueLayout.JAVA_BYTE));
    }
}
