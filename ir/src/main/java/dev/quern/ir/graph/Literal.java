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
import java.util.List;
import java.util.Optional;

/**
 * A constant tensor. Equality compares element type, shape and the bits of the elements; text names them by a SHA-256 digest,
 * computed when first asked for. The elements stay where they are: a mapped file, native memory or an array. Those of a
 * {@linkplain #view view} are put into the order of their shape when they are first asked for.
 */
public final class Literal {
    /** Most elements that the text form spells out. */
    public static final int INLINE_ELEMENTS = 64;

    private static final int DIGEST_CHUNK = 1 << 20;

    /** Bytes, evenly spread, that the hash code looks at. */
    private static final int HASHED_BYTES = 64;

    private final DType dtype;
    private final long[] shape;
    private final Optional<TensorView> view;
    private volatile Tensor tensor;
    private volatile String digest;

    /** A constant with the elements of {@code tensor}. */
    public Literal(Tensor tensor) {
        this.dtype = tensor.dtype();
        this.shape = tensor.shape();
        this.view = Optional.empty();
        this.tensor = tensor;
    }

    /** A constant with the elements of {@code view}. */
    public Literal(TensorView view) {
        this.dtype = view.dtype();
        this.shape = view.extents();
        this.view = Optional.of(view);
    }

    /** Element type. */
    public DType dtype() {
        return dtype;
    }

    /** Extents, outermost first; a copy. */
    public long[] shape() {
        return shape.clone();
    }

    /** Number of elements. */
    public long elements() {
        return Tensor.count(shape);
    }

    /** Where the elements lie, if not in the order of the shape. */
    public Optional<TensorView> view() {
        return view;
    }

    /** The elements, row-major. */
    public Tensor tensor() {
        Tensor known = tensor;
        if (known == null) {
            synchronized (this) {
                known = tensor;
                if (known == null) {
                    known = view.orElseThrow().copy();
                    tensor = known;
                }
            }
        }
        return known;
    }

    /** This with its axes in the order of {@code permutation}, elements staying where they are; none of types that have no {@link TensorView}. */
    public Optional<Literal> transposed(List<Integer> permutation) {
        return asView().map(all -> all.transposed(permutation)).map(Literal::of);
    }

    /** This under another shape of as many elements, which stay where they are; none if no strides say where. */
    public Optional<Literal> reshaped(long... extents) {
        return asView().flatMap(
                        all -> all.reshaped(Arrays.stream(extents).boxed().toList()))
                .map(Literal::of);
    }

    private Optional<TensorView> asView() {
        return view.isPresent() ? view : TensorView.of(tensor);
    }

    private static Literal of(TensorView view) {
        return view.isRowMajor() ? new Literal(view.source().reshape(view.extents())) : new Literal(view);
    }

    /** Whether the text form spells the elements out. */
    public boolean isInline() {
        return elements() <= INLINE_ELEMENTS;
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
        Tensor tensor = tensor();
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
        return this == other
                || other instanceof Literal that
                        && dtype == that.dtype
                        && Arrays.equals(shape, that.shape)
                        && sameElements(tensor(), that.tensor());
    }

    private static boolean sameElements(Tensor one, Tensor other) {
        if (one == other) {
            return true;
        }
        return one.dtype() == DType.STRING
                ? one.strings().equals(other.strings())
                : one.segment().mismatch(other.segment()) < 0;
    }

    @Override
    public int hashCode() {
        int hash = Arrays.hashCode(shape) * 31 + dtype.hashCode();
        if (dtype == DType.STRING) {
            return 31 * hash + tensor().strings().hashCode();
        }
        long size = dtype.byteSize(elements());
        long step = Math.max(1, size / HASHED_BYTES);
        for (long at = 0; at < size; at += step) {
            hash = 31 * hash + octet(at);
        }
        return hash;
    }

    private byte octet(long at) {
        return view.isPresent() ? view.get().octet(at) : tensor.segment().get(ValueLayout.JAVA_BYTE, at);
    }

    @Override
    public String toString() {
        return dtype + Arrays.toString(shape) + "#" + digest();
    }
}
