package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.onnx.proto.ModelBytes;
import dev.quern.runtime.archive.Archive;
import dev.quern.runtime.archive.ArchiveKey;
import dev.quern.runtime.archive.DamagedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a model compiled ahead of time holds, all of it checked.
 *
 * @param properties what it was compiled of and for
 * @param entries the size of each entry in bytes
 * @param own whether this user made it on this machine
 */
public record ArchiveReport(Map<String, String> properties, Map<String, Long> entries, boolean own) {
    /**
     * Checks every byte of {@code file} by its cryptographic digest.
     *
     * @throws ModelException if it is no archive, or not what was written
     */
    public static ArchiveReport of(Path file) {
        return Boundary.cross(String.valueOf(file), new Reproducer(), () -> {
            try (ModelBytes bytes = ModelBytes.map(file)) {
                Archive archive = Archive.of(bytes.bytes())
                        .orElseThrow(
                                () -> new ModelException(
                                        ModelException.Code.MALFORMED_MODEL,
                                        file.toString(),
                                        "expected a file written by 'quern compile', found none of its marks; compile the model again"));
                archive.verify();
                Map<String, Long> entries = new LinkedHashMap<>();
                archive.manifest().entries().forEach(entry -> entries.put(entry.name(), entry.length()));
                return new ArchiveReport(archive.manifest().properties(), entries, isOwn(archive));
            } catch (DamagedException damaged) {
                throw ModelArchives.damaged(file.toString(), damaged);
            }
        });
    }

    private static boolean isOwn(Archive archive) {
        Optional<Path> folder = Options.defaults().cache();
        try {
            return folder.isPresent() && archive.isMarkedBy(ArchiveKey.in(folder.get()));
        } catch (IOException noKey) {
            return false;
        }
    }
}
