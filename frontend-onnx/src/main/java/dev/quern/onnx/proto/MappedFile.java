package dev.quern.onnx.proto;

import dev.quern.ModelException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Maps whole files. */
final class MappedFile {
    private MappedFile() {}

    /** The bytes of {@code file}, of any size, valid as long as {@code arena}. The file must not shrink meanwhile. */
    static MemorySegment map(Path file, Arena arena) throws IOException {
        // Opening a pipe would wait for a writer.
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException(Files.isDirectory(file) ? "it is a folder" : "it is not a regular file");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
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
    static String reason(IOException failure) {
        return switch (failure) {
            case NoSuchFileException missing -> "there is no such file";
            case AccessDeniedException denied -> "permission denied";
            default -> failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        };
    }
}
