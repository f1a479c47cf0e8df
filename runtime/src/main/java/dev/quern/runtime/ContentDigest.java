package dev.quern.runtime;

import dev.quern.runtime.archive.Digests;
import dev.quern.runtime.archive.ModelFiles;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * A digest of large contents, as SHA-256 of the SHA-256 of each piece of {@value #PIECE} bytes, so that pieces are digested at once on several
 * threads. It has to be a cryptographic one: if somebody could make a model that has the digest of another's, what was compiled of his would
 * be run as the other's.
 */
final class ContentDigest {
    private static final int PIECE = 4 << 20;

    /** Arrays digest faster than buffers, which are copied by a few kilobytes. */
    private static final int AT_ONCE = 1 << 16;

    private ContentDigest() {}

    /** The digest of a model in hexadecimal, with that of its files of external data and their locations if it has any. */
    static String of(ModelFiles model, ResidentPool pool, int threads) {
        String digest = of(model.model(), pool, threads);
        if (model.external().isEmpty()) {
            return digest;
        }
        MessageDigest sha = Digests.sha();
        sha.update(digest.getBytes(StandardCharsets.US_ASCII));
        model.external().forEach((location, bytes) -> {
            byte[] name = location.getBytes(StandardCharsets.UTF_8);
            sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(name.length).array());
            sha.update(name);
            sha.update(of(bytes, pool, threads).getBytes(StandardCharsets.US_ASCII));
        });
        return HexFormat.of().formatHex(sha.digest());
    }

    /** The digest of {@code bytes} in hexadecimal, found by at most {@code threads} threads. */
    static String of(MemorySegment bytes, ResidentPool pool, int threads) {
        int pieces = Math.toIntExact(Math.ceilDiv(bytes.byteSize(), PIECE));
        byte[][] digests = new byte[pieces][];
        if (pieces > 0) {
            pool.run((from, to) -> digest(bytes, (int) from, (int) to, digests), pieces, 1, threads);
        }
        MessageDigest sha = Digests.sha();
        sha.update(ByteBuffer.allocate(Long.BYTES).putLong(bytes.byteSize()).array());
        for (byte[] digest : digests) {
            sha.update(digest);
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    private static void digest(MemorySegment bytes, int from, int to, byte[][] digests) {
        MessageDigest sha = Digests.sha();
        byte[] some = new byte[AT_ONCE];
        for (int piece = from; piece < to; piece++) {
            long end = Math.min(bytes.byteSize(), (piece + 1L) * PIECE);
            for (long at = (long) piece * PIECE; at < end; at += AT_ONCE) {
                int length = (int) Math.min(AT_ONCE, end - at);
                MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, some, 0, length);
                sha.update(some, 0, length);
            }
            digests[piece] = sha.digest();
            if (bytes.isMapped()) {
                // Else all of the file would be in the process's memory, of which a load may need little.
                bytes.asSlice((long) piece * PIECE, end - (long) piece * PIECE).unload();
            }
        }
    }
}
