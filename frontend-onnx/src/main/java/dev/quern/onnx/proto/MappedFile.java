package dev.quern.onnx.proto;

import dev.quern.ModelException;
import dev.quern.ir.backend.GiveBack;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A whole file, mapped; read instead where its file system maps none, as that of a zip file. It stays open as long as it is used,
 * because it must not shrink meanwhile: the system answers a read behind the end with a fault, which the JVM tells late, or which
 * ends it where a vector instruction reads. So its length is looked at before and after it is relied on.
 *
 * @param file for messages
 * @param channel the file
 * @param bytes as long as the file was
 */
record MappedFile(Path file, SeekableByteChannel channel, MemorySegment bytes) {
    private static final long MOST_AT_ONCE = 1L << 30;

    /** The bytes of {@code file}, of any size, valid as long as {@code arena}. */
    static MappedFile map(Path file, Arena arena) throws IOException {
        // Opening a pipe would wait for a writer.
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException(Files.isDirectory(file) ? "it is a folder" : "it is not a regular file");
        }
        SeekableByteChannel channel = open(file);
        try {
            return new MappedFile(file, channel, contents(channel, arena));
        } catch (IOException | RuntimeException | Error failure) {
            GiveBack.after(failure, () -> letGo(channel));
            throw failure;
        }
    }

    private static SeekableByteChannel open(Path file) throws IOException {
        try {
            return FileChannel.open(file, StandardOpenOption.READ);
        } catch (UnsupportedOperationException elsewhere) {
            return Files.newByteChannel(file, StandardOpenOption.READ);
        }
    }

    private static MemorySegment contents(SeekableByteChannel channel, Arena arena) throws IOException {
        if (channel instanceof FileChannel mappable) {
            try {
                return mappable.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            } catch (UnsupportedOperationException elsewhere) {
                return read(channel, arena);
            }
        }
        return read(channel, arena);
    }

    private static MemorySegment read(SeekableByteChannel channel, Arena arena) throws IOException {
        MemorySegment bytes = arena.allocate(channel.size(), Long.BYTES);
        for (long at = 0; at < bytes.byteSize(); ) {
            long most = Math.min(MOST_AT_ONCE, bytes.byteSize() - at);
            int count = channel.read(bytes.asSlice(at, most).asByteBuffer());
            if (count < 0) {
                throw new EOFException("it ends after " + at + " of " + bytes.byteSize() + " bytes");
            }
            at += count;
        }
        return bytes.asReadOnly();
    }

    /**
     * Checks that the file is as long as when it was mapped.
     *
     * @throws ModelException if it has become shorter; what was read since may be wrong
     */
    void requireWhole() {
        long size;
        try {
            size = channel.size();
        } catch (IOException failure) {
            throw unreadable(file, failure);
        }
        if (size < bytes.byteSize()) {
            throw new ModelException(
                    ModelException.Code.IO,
                    file.toString(),
                    "the file shrank from " + bytes.byteSize() + " to " + size
                            + " bytes while the model was in use; load the model again");
        }
    }

    /** Lets the file go; the memory is the arena's. */
    void close() {
        letGo(channel);
    }

    private static void letGo(SeekableByteChannel channel) {
        try {
            channel.close();
        } catch (IOException unlikely) {
            // It was only read.
        }
    }

    /** What to throw where {@code file} cannot be read. */
    static ModelException unreadable(Path file, IOException failure) {
        return new ModelException(
                ModelException.Code.IO,
                file.toString(),
                "cannot be read (" + reason(failure) + "); check the path",
                failure);
    }

    /** Why {@code failure} happened, without the path. */
    static String reason(Exception failure) {
        return switch (failure) {
            case NoSuchFileException missing -> "there is no such file";
            case AccessDeniedException denied -> "permission denied";
            default -> failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        };
    }
}
