package dev.quern.runtime.archive;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** Checksums of memory, in hexadecimal. */
public final class Digests {
    private static final long AT_ONCE = 1 << 24;

    private Digests() {}

    /** A new SHA-256. */
    public static MessageDigest sha() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java platform has SHA-256", missing);
        }
    }

    /** SHA-256. */
    static String sha(MemorySegment bytes) {
        MessageDigest sha = sha();
        update(sha, bytes);
        return HexFormat.of().formatHex(sha.digest());
    }

    static void update(MessageDigest digest, MemorySegment bytes) {
        for (long at = 0; at < bytes.byteSize(); at += AT_ONCE) {
            digest.update(part(bytes, at).asByteBuffer());
        }
    }

    /** CRC-32C. */
    static String crc(MemorySegment bytes) {
        return Long.toHexString(sum(new CRC32C(), bytes));
    }

    /** CRC-32, as zip has it. */
    static long zip(MemorySegment bytes) {
        return sum(new CRC32(), bytes);
    }

    private static long sum(Checksum sum, MemorySegment bytes) {
        for (long at = 0; at < bytes.byteSize(); at += AT_ONCE) {
            sum.update(part(bytes, at).asByteBuffer());
        }
        return sum.getValue();
    }

    private static MemorySegment part(MemorySegment bytes, long at) {
        return bytes.asSlice(at, Math.min(AT_ONCE, bytes.byteSize() - at));
    }
}
