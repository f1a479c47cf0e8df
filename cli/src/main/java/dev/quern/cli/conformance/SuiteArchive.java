package dev.quern.cli.conformance;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** A suite's folder, or its archive ({@code .tar.xz}) unpacked into a folder that is deleted in the end. */
public final class SuiteArchive implements AutoCloseable {
    private static final long MAX_BYTES = 1L << 32;

    private final Path folder;
    private final boolean own;

    private SuiteArchive(Path folder, boolean own) {
        this.folder = folder;
        this.own = own;
    }

    /**
     * Opens a folder, or unpacks an archive.
     *
     * @throws ModelException if it is neither, or cannot be read
     */
    public static SuiteArchive open(Path path) {
        if (Files.isDirectory(path)) {
            return new SuiteArchive(path, false);
        }
        SuiteArchive unpacked = null;
        try (InputStream file = new BufferedInputStream(Files.newInputStream(path));
                TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(file))) {
            unpacked = new SuiteArchive(Files.createTempDirectory("quern-conformance"), true);
            unpacked.unpack(tar);
            return unpacked;
        } catch (IOException failure) {
            if (unpacked != null) {
                unpacked.close();
            }
            throw new ModelException(
                    Code.IO,
                    path.toString(),
                    "expected a folder or a .tar.xz archive of ONNX backend tests (" + failure + ")",
                    failure);
        }
    }

    private void unpack(TarArchiveInputStream tar) throws IOException {
        long left = MAX_BYTES;
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            if (!entry.isFile()) {
                continue;
            }
            Path target = folder.resolve(entry.getName()).normalize();
            left -= entry.getSize();
            if (!target.startsWith(folder) || left < 0) {
                throw new IOException("the entry '" + entry.getName() + "' leads out of the archive or is too large");
            }
            Files.createDirectories(target.getParent());
            Files.copy(tar, target);
        }
    }

    /** Where the tests lie. */
    public Path folder() {
        return folder;
    }

    @Override
    public void close() {
        if (!own) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> innermostFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : innermostFirst) {
                Files.delete(file);
            }
        } catch (IOException left) {
            // In the system's folder for temporary files, which is cleared in time.
        }
    }
}
