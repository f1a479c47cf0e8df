package dev.quern.onnx.proto;

import dev.quern.ModelException.Code;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Maps files of external data, each once. A model reaches only files in its own folder or below: locations are
 * relative, where links lead is checked after they are followed, and a file with several names is refused, as there is no telling
 * where else it lies. Where the model itself is a link, the folder it
 * leads to counts as its own too, because download caches keep a model and its data as links into one store.
 */
final class ExternalData implements ExternalFiles {
    private final Path folder;
    private final List<Path> roots;
    private final Arena arena;
    private final List<MappedFile> files;
    private final Map<String, MemorySegment> mapped = new ConcurrentHashMap<>();

    /**
     * The files that {@code model} may refer to.
     *
     * @param files where those that are mapped are noted
     */
    ExternalData(Path model, Arena arena, List<MappedFile> files) throws IOException {
        this.files = files;
        this.folder = model.toAbsolutePath().getParent();
        this.roots = List.of(folder.toRealPath(), model.toRealPath().getParent());
        this.arena = arena;
    }

    @Override
    public Map<String, MemorySegment> mapped() {
        return Map.copyOf(mapped);
    }

    @Override
    public MemorySegment map(WireMessage message, String location) {
        MemorySegment known = mapped.get(location);
        if (known == null) {
            known = open(message, location);
            mapped.put(location, known);
        }
        return known;
    }

    private MemorySegment open(WireMessage message, String location) {
        try {
            Path relative = folder.getFileSystem().getPath(location).normalize();
            if (relative.isAbsolute() || relative.getRoot() != null || relative.startsWith("..")) {
                throw message.failWhole(
                        Code.MALFORMED_MODEL,
                        "external data must lie in the model's folder, found the location '" + location + "'");
            }
            Path real = folder.resolve(relative).toRealPath();
            if (roots.stream().noneMatch(real::startsWith)) {
                throw message.failWhole(
                        Code.MALFORMED_MODEL,
                        "external data must lie in the model's folder, but '" + location
                                + "' is a link out of it; copy the file there");
            }
            if (Files.isRegularFile(real) && names(real) > 1) {
                throw message.failWhole(
                        Code.MALFORMED_MODEL,
                        "external data must lie in the model's folder, but '" + location
                                + "' has a name elsewhere too (it is a hard link); copy the file");
            }
            MappedFile file = MappedFile.map(real, arena);
            files.add(file);
            return file.bytes();
        } catch (InvalidPathException notPath) {
            throw message.failWhole(
                    Code.MALFORMED_MODEL,
                    "expected a relative path as location of external data, found '" + location + "'");
        } catch (NoSuchFileException missing) {
            throw message.failWhole(
                    Code.IO, "the external data '" + location + "' is missing; put it beside the model");
        } catch (IOException | UnsupportedOperationException failure) {
            throw message.failWhole(
                    Code.IO,
                    "the external data '" + location + "' cannot be read (" + MappedFile.reason(failure) + ")");
        }
    }

    /** How many names the file has; 1 where the file system does not tell. */
    private static int names(Path file) throws IOException {
        return file.getFileSystem().supportedFileAttributeViews().contains("unix")
                ? (int) Files.getAttribute(file, "unix:nlink")
                : 1;
    }
}
