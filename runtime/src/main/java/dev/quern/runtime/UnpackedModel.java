package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.ir.backend.GiveBack;
import dev.quern.onnx.proto.ModelBytes;
import dev.quern.runtime.archive.Archive;
import dev.quern.runtime.archive.DamagedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A model as an ONNX file of its own, for who reads no other: the file itself, or the model in one that was compiled ahead of time, with its external data,
 * in a folder for temporary files that is deleted when this is closed.
 */
public final class UnpackedModel implements AutoCloseable {
    private static final int CHUNK = 1 << 26;

    private final Path file;
    private final Optional<Path> folder;

    private UnpackedModel(Path file, Optional<Path> folder) {
        this.file = file;
        this.folder = folder;
    }

    /**
     * The model in {@code file}.
     *
     * @throws ModelException if the file cannot be read, is damaged, or there is no place for its parts
     */
    public static UnpackedModel of(Path file) {
        return Boundary.cross(String.valueOf(file), new Reproducer(), () -> {
            try (ModelBytes bytes = ModelBytes.map(file)) {
                Optional<Archive> archive = Archive.of(bytes.bytes());
                return archive.isEmpty()
                        ? new UnpackedModel(file, Optional.empty())
                        : unpacked(ModelArchives.model(archive.get(), bytes, file.toString()), file);
            } catch (DamagedException damaged) {
                throw ModelArchives.damaged(file.toString(), damaged);
            }
        });
    }

    private static UnpackedModel unpacked(ModelBytes model, Path file) {
        try {
            Path folder = Files.createTempDirectory("quern-model");
            UnpackedModel unpacked = new UnpackedModel(folder.resolve("model.onnx"), Optional.of(folder));
            try {
                write(unpacked.file, model.bytes());
                for (Map.Entry<String, MemorySegment> data : model.external().entrySet()) {
                    Path beside = folder.resolve(data.getKey()).normalize();
                    if (!beside.startsWith(folder)) {
                        throw new ModelException(
                                ModelException.Code.INVALID_MODEL,
                                data.getKey(),
                                "external data is expected beside the model, found elsewhere");
                    }
                    Files.createDirectories(beside.getParent());
                    write(beside, data.getValue());
                }
                return unpacked;
            } catch (IOException | RuntimeException | Error failure) {
                GiveBack.after(failure, unpacked::close);
                throw failure;
            }
        } catch (IOException unwritable) {
            throw new ModelException(
                    ModelException.Code.IO,
                    file.toString(),
                    "the model in it cannot be written to a folder for temporary files (" + unwritable + ")",
                    unwritable);
        }
    }

    private static void write(Path to, MemorySegment bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long done = 0; done < bytes.byteSize(); done += CHUNK) {
                var chunk = bytes.asSlice(done, Math.min(CHUNK, bytes.byteSize() - done))
                        .asByteBuffer();
                while (chunk.hasRemaining()) {
                    channel.write(chunk);
                }
            }
        }
    }

    /** The ONNX file. */
    public Path file() {
        return file;
    }

    /** Deletes what was written, as far as that is possible. */
    @Override
    public void close() {
        if (folder.isEmpty() || !Files.exists(folder.get())) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder.get())) {
            List<Path> inside = files.sorted(Comparator.reverseOrder()).toList();
            for (Path each : inside) {
                Files.deleteIfExists(each);
            }
        } catch (IOException | UncheckedIOException left) {
            System.getLogger("dev.quern.runtime").log(System.Logger.Level.DEBUG, "files are left", left);
        }
    }
}
