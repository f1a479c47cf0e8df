package dev.quern.onnx.proto;

import dev.quern.Limits;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/** The bytes of one file while it is read, with what its messages share: where decoded data goes, and the entry budget. */
final class WireSource {
    /** Decoded constants up to this many bytes lie on the heap, larger ones in native memory. */
    private static final long HEAP_BYTES = 1 << 16;

    static final String DAMAGED = "; the file is damaged or cut short: fetch or export it again";

    private final MemorySegment bytes;
    private final String label;
    private final Arena arena;
    private final ExternalFiles external;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private int entriesLeft = Limits.FILE_ENTRIES;

    /**
     * @param bytes the whole file
     * @param label what messages call it
     * @param arena owns large decoded constants
     * @param external finds external data; null where that is refused
     */
    WireSource(MemorySegment bytes, String label, Arena arena, ExternalFiles external) {
        this.bytes = bytes.asReadOnly();
        this.label = label;
        this.arena = arena;
        this.external = external;
    }

    MemorySegment bytes() {
        return bytes;
    }

    String label() {
        return label;
    }

    ExternalFiles external() {
        return external;
    }

    WireMessage root() {
        return new WireMessage(this, FieldPath.ROOT, 0, bytes.byteSize(), 0);
    }

    /** Zeroed memory for decoded elements, aligned to 8 bytes. The caller has checked {@code size} against the bytes present. */
    MemorySegment allocate(long size) {
        return size <= HEAP_BYTES
                ? MemorySegment.ofArray(new long[(int) Math.ceilDiv(size, Long.BYTES)])
                        .asSlice(0, size)
                : arena.allocate(size, Long.BYTES);
    }

    /** Takes one entry from the budget. */
    void spend(FieldPath path, long offset) {
        if (--entriesLeft < 0) {
            throw fail(
                    Code.LIMIT,
                    path,
                    offset,
                    "the model has more than " + Limits.FILE_ENTRIES
                            + " nodes, names and listed numbers; keep large data in tensors, or split the model");
        }
    }

    /** The text of {@code length} bytes at {@code offset}. */
    String text(FieldPath path, long offset, long length, int limit) {
        if (length > limit) {
            throw fail(Code.LIMIT, path, offset, "expected a text of at most " + limit + " bytes, found " + length);
        }
        try {
            ByteBuffer slice = bytes.asSlice(offset, length).asByteBuffer();
            return decoder.decode(slice).toString();
        } catch (CharacterCodingException invalid) {
            throw fail(Code.MALFORMED_MODEL, path, offset, "expected text in UTF-8, found other bytes" + DAMAGED);
        }
    }

    /** What to throw for a failure at a field. */
    ModelException fail(Code code, FieldPath path, long offset, String message) {
        String field = path.toString();
        return new ModelException(
                code, label, (field.isEmpty() ? "" : field + " ") + "at byte " + offset + ": " + message);
    }
}
