package dev.quern.runtime.archive;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * An archive in memory. What it says of itself is checked against its bytes when it is asked for; whether it was made by the holder of a key
 * is another question ({@link #isMarkedBy}), and only its answer makes code of it more than bytes.
 */
public final class Archive {
    private static final int MARK_BYTES = 64;

    /** A line for each of half a million kernels or files; what is more would be read before anybody is trusted. */
    private static final int MOST_MANIFEST_BYTES = 1 << 26;

    /** A Java array has no more. */
    private static final int MOST_CODE_BYTES = Integer.MAX_VALUE - 8;

    private final MemorySegment bytes;
    private final Manifest manifest;
    private final byte[] text;
    private final byte[] mark;

    private Archive(MemorySegment bytes, Trailer trailer) {
        if (trailer.length() > MOST_MANIFEST_BYTES) {
            throw new DamagedException(
                    "its manifest has " + trailer.length() + " bytes, expected at most " + MOST_MANIFEST_BYTES);
        }
        this.bytes = bytes;
        this.text = part(trailer.manifest(), trailer.length()).toArray(ValueLayout.JAVA_BYTE);
        this.mark = part(trailer.mark(), MARK_BYTES).toArray(ValueLayout.JAVA_BYTE);
        this.manifest = Manifest.parse(text);
    }

    /**
     * The archive that {@code file} holds; empty if it is none.
     *
     * @throws DamagedException if it says that it is one, and is not
     */
    public static Optional<Archive> of(MemorySegment file) {
        if (file.byteSize() < Trailer.BYTES) {
            return Optional.empty();
        }
        byte[] end = file.asSlice(file.byteSize() - Trailer.BYTES).toArray(ValueLayout.JAVA_BYTE);
        return Trailer.of(end).map(trailer -> new Archive(file, trailer));
    }

    private MemorySegment part(long offset, long length) {
        if (offset < 0 || length < 0 || offset > bytes.byteSize() - length) {
            throw new DamagedException(
                    "bytes " + offset + " to " + (offset + length) + " are not in a file of " + bytes.byteSize());
        }
        return bytes.asSlice(offset, length);
    }

    /** What it says of itself. */
    public Manifest manifest() {
        return manifest;
    }

    /** Whether a holder of {@code key} made the manifest; entries are the maker's as far as their digests are those of the manifest. */
    public boolean isMarkedBy(ArchiveKey key) {
        return key.made(text, mark);
    }

    private Manifest.Entry entry(String name) {
        return manifest.entry(name).orElseThrow(() -> new DamagedException("it has no entry " + Manifest.quoted(name)));
    }

    /** The bytes of an entry, whose checksum against accidents is right. */
    public MemorySegment segment(String name) {
        return segment(entry(name));
    }

    /** The same of an entry of the manifest. */
    public MemorySegment segment(Manifest.Entry entry) {
        MemorySegment part = part(entry.offset(), entry.length());
        if (!Digests.crc(part).equals(entry.crc())) {
            throw new DamagedException("entry " + Manifest.quoted(entry.name()) + " is not what was written");
        }
        return part;
    }

    /** A copy of the bytes of an entry, whose cryptographic digest is right. */
    public byte[] code(String name) {
        Manifest.Entry entry = entry(name);
        if (entry.length() > MOST_CODE_BYTES) {
            throw new DamagedException("entry " + Manifest.quoted(name) + " has " + entry.length()
                    + " bytes, expected at most " + MOST_CODE_BYTES);
        }
        byte[] part = part(entry.offset(), entry.length()).toArray(ValueLayout.JAVA_BYTE);
        if (!Digests.sha(MemorySegment.ofArray(part)).equals(entry.sha())) {
            throw new DamagedException("entry " + Manifest.quoted(name) + " is not what was written");
        }
        return part;
    }

    /**
     * Checks all entries by their cryptographic digests.
     *
     * @throws DamagedException if one is not what was written
     */
    public void verify() {
        for (Manifest.Entry entry : manifest.entries()) {
            if (!Digests.sha(part(entry.offset(), entry.length())).equals(entry.sha())) {
                throw new DamagedException("entry " + Manifest.quoted(entry.name()) + " is not what was written");
            }
        }
    }
}
