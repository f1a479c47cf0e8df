package dev.quern.runtime.archive;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.security.SecureRandom;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes archives: zip files of entries that are not deflated and begin at multiples of {@value #ALIGNMENT} bytes if they are large, so that
 * they can be mapped. The last two entries are the {@linkplain Manifest manifest} and its mark; the zip comment tells where they are.
 */
public final class ArchiveWriter {
    /** A page of most machines. */
    static final int ALIGNMENT = 4096;

    static final String MANIFEST = "MANIFEST";
    static final String MARK = "MARK";

    private static final int LOCAL_HEADER = 30;
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    /** A stream that knows how far it is. */
    private static final class Counting extends FilterOutputStream {
        private long count;

        Counting(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            count++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            count += length;
        }
    }

    private final Map<String, String> properties = new LinkedHashMap<>();
    private final Map<String, List<MemorySegment>> parts = new LinkedHashMap<>();

    /** States {@code name}, without blanks, as a property. */
    public ArchiveWriter property(String name, String value) {
        properties.put(name, value);
        return this;
    }

    /** Adds an entry, which is read when the archive is written. */
    public ArchiveWriter entry(String name, MemorySegment bytes) {
        return entry(name, List.of(bytes));
    }

    /** Adds an entry of several parts, one behind the other, which are read when the archive is written. */
    public ArchiveWriter entry(String name, List<MemorySegment> bytes) {
        parts.put(name, List.copyOf(bytes));
        return this;
    }

    /** Adds an entry. */
    public ArchiveWriter entry(String name, byte[] bytes) {
        return entry(name, MemorySegment.ofArray(bytes));
    }

    /** Adds an entry of text. */
    public ArchiveWriter entry(String name, String text) {
        return entry(name, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes {@code file}, marked by {@code key}; it is there whole or not at all.
     *
     * @param attributes of the file; as of any that the process makes if there are none
     */
    public void write(Path file, ArchiveKey key, FileAttribute<?>... attributes) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new FileSystemException(file.toString(), null, "it is a folder");
        }
        Path fresh = folder.resolve(".quern" + Long.toUnsignedString(new SecureRandom().nextLong()) + ".part");
        Files.createFile(fresh, attributes);
        try {
            try (OutputStream out = Files.newOutputStream(fresh)) {
                write(out, key);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private void write(OutputStream out, ArchiveKey key) throws IOException {
        Counting counting = new Counting(new BufferedOutputStream(out, 1 << 16));
        try (ZipOutputStream zip = new ZipOutputStream(counting)) {
            List<Manifest.Entry> entries = new ArrayList<>();
            for (Map.Entry<String, List<MemorySegment>> part : parts.entrySet()) {
                List<MemorySegment> bytes = part.getValue();
                long offset = add(zip, counting, part.getKey(), bytes);
                entries.add(new Manifest.Entry(
                        part.getKey(), offset, Digests.size(bytes), Digests.crc(bytes), Digests.sha(bytes)));
            }
            byte[] manifest = new Manifest(properties, entries).text();
            long offset = add(zip, counting, MANIFEST, List.of(MemorySegment.ofArray(manifest)));
            byte[] mark = key.mark(manifest).getBytes(StandardCharsets.US_ASCII);
            long markOffset = add(zip, counting, MARK, List.of(MemorySegment.ofArray(mark)));
            zip.setComment(Trailer.text(offset, manifest.length, markOffset));
        }
    }

    private static long add(ZipOutputStream zip, Counting counting, String name, List<MemorySegment> bytes)
            throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(Digests.size(bytes));
        entry.setCrc(Digests.zip(bytes));
        entry.setTimeLocal(NO_TIME);
        if (entry.getSize() >= ALIGNMENT) {
            entry.setExtra(padding(counting.count + LOCAL_HEADER + name.getBytes(StandardCharsets.UTF_8).length));
        }
        zip.putNextEntry(entry);
        long offset = counting.count;
        byte[] chunk = new byte[(int) Math.min(1 << 16, entry.getSize())];
        for (MemorySegment part : bytes) {
            for (long at = 0; at < part.byteSize(); at += chunk.length) {
                int length = (int) Math.min(chunk.length, part.byteSize() - at);
                MemorySegment.copy(part, at, MemorySegment.ofArray(chunk), 0, length);
                zip.write(chunk, 0, length);
            }
        }
        zip.closeEntry();
        return offset;
    }

    /** An extra field, of a kind that nobody uses, after which the next multiple of the alignment begins. */
    private static byte[] padding(long position) {
        int length = (int) Math.floorMod(-(position + 4), (long) ALIGNMENT);
        byte[] extra = new byte[4 + length];
        extra[0] = 'Q';
        extra[1] = 'n';
        extra[2] = (byte) length;
        extra[3] = (byte) (length >> 8);
        return extra;
    }
}
