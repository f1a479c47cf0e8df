package dev.quern.ir.graph;

import dev.quern.DType;
import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A constant tensor. Equality compares element type, shape and the bits of the elements; text names them by a SHA-256 digest,
 * computed when first asked for. The elements stay where they are: a mapped file, native memory or an array.
 */
public final class Literal {
    /** Most elements that the text form spells out. */
    public static final int INLINE_ELEMENTS = 64;

    private static final int DIGEST_CHUNK = 1 << 20;

    /** Bytes, evenly spread, that the hash code looks at. */
    private static final int HASHED_BYTES = 64;

    private final Tensor tensor;
    private volatile String digest;

    /** A constant with the elements of {@code tensor}. */
    public Literal(Tensor tensor) {
        this.tensor = tensor;
    }

    /** The elements. */
    public Tensor tensor() {
        return tensor;
    }

    /** Whether the text form spells the elements out. */
    public boolean isInline() {
        return tensor.elements() <= INLINE_ELEMENTS;
    }

    /** The first 32 hexadecimal digits of the SHA-256 digest of the elements. */
    public String digest() {
        String known = digest;
        if (known == null) {
            known = compute();
            digest = known;
        }
        return known;
    }

    private String compute() {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            if (tensor.dtype() == DType.STRING) {
                for (String text : tensor.strings()) {
                    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                    sha.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
                    sha.update(bytes);
                }
            } else {
                long size = tensor.segment().byteSize();
                byte[] chunk = new byte[(int) Math.min(DIGEST_CHUNK, size)];
                for (long at = 0; at < size; at += chunk.length) {
                    int length = (int) Math.min(chunk.length, size - at);
                    MemorySegment.copy(tensor.segment(), ValueLayout.JAVA_BYTE, at, chunk, 0, length);
                    sha.update(chunk, 0, length);
                }
            }
            return HexFormat.of().formatHex(sha.digest(), 0, 16);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java platform has SHA-256", missing);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Literal that
                && (tensor == that.tensor
                        || tensor.dtype() == that.tensor.dtype()
                                && Arrays.equals(tensor.shape(), that.tensor.shape())
                                && sameElements(that));
    }

    private boolean sameElements(Literal that) {
        if (tensor.dtype() == DType.STRING) {
            return tensor.strings().equals(that.tensor.strings());
        }
        return tensor.segment().mismatch(that.tensor.segment()) < 0;
    }

    @Override
    public int hashCode() {
        int hash = Arrays.hashCode(tensor.shape()) * 31 + tensor.dtype().hashCode();
        if (tensor.dtype() == DType.STRING) {
            return 31 * hash + tensor.strings().hashCode();
        }
        long size = tensor.segment().byteSize();
        long step = Math.max(1, size / HASHED_BYTES);
        for (long at = 0; at < size; at += step) {
            hash = 31 * hash + tensor.segment().get(ValueLayout.JAVA_BYTE, at);
        }
        return hash;
    }

    @Override
    public String toString() {
        return tensor + "#" + digest();
    }
}
