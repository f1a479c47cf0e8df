package dev.quern.runtime.archive;

import dev.quern.ModelException;
import dev.quern.ir.backend.GiveBack;
import dev.quern.onnx.proto.ModelBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Archives of what one user's processes compiled, each called by its key. Processes may use it at once: a file is there whole or not at
 * all. Where the files are more, or take more, than they may, those used longest ago go.
 */
public final class ArchiveFolder {
    private static final String SUFFIX = ".qar";
    private static final Pattern ARCHIVE = Pattern.compile("[0-9a-f]{64}\\" + SUFFIX);

    /** As {@link ArchiveWriter} and {@link ArchiveKey} call what they write first. */
    private static final Pattern TEMPORARY = Pattern.compile("\\.quern\\d+\\.part|key\\d+\\.new");

    /** Archives that there may be, however small. */
    private static final int MOST_FILES = 1_000;

    private static final Duration UNFINISHED = Duration.ofHours(1);

    private final Path folder;
    private final long most;

    /**
     * The folder {@code folder}, which need not be there.
     *
     * @param most bytes that its archives may take
     */
    public ArchiveFolder(Path folder, long most) {
        this.folder = folder;
        this.most = most;
    }

    private record Kept(Path file, long bytes, FileTime used) {}

    /** The key by which archives of this folder are marked. */
    public ArchiveKey key() throws IOException {
        return ArchiveKey.in(folder);
    }

    /**
     * An archive of the folder.
     *
     * @param memory what it lies in; whoever got it closes that
     */
    public record FoundArchive(Archive archive, ModelBytes memory) {}

    /** The archive of {@code key}, made by a process of this user; empty if there is none. */
    public Optional<FoundArchive> find(CompilationKey key) throws IOException {
        Path file = file(key);
        ModelBytes memory = map(file);
        if (memory == null) {
            return Optional.empty();
        }
        Optional<Archive> found;
        try {
            Optional<Archive> archive = Archive.of(memory.bytes())
                    .filter(read -> key.misfit(read.manifest()).isEmpty());
            found = archive.isPresent() && archive.get().isMarkedBy(key()) ? archive : Optional.empty();
            if (found.isPresent()) {
                touch(file);
            }
        } catch (IOException | RuntimeException | Error failure) {
            GiveBack.after(failure, memory::close);
            if (failure instanceof DamagedException damaged) {
                removeAfter(damaged, key);
            }
            throw failure;
        }
        if (found.isEmpty()) {
            memory.close();
            return Optional.empty();
        }
        return Optional.of(new FoundArchive(found.get(), memory));
    }

    private void removeAfter(DamagedException damaged, CompilationKey key) {
        try {
            remove(key);
        } catch (IOException left) {
            damaged.addSuppressed(left);
        }
    }

    /** The file mapped; null if there is none. */
    private static ModelBytes map(Path file) throws IOException {
        try {
            return ModelBytes.map(file);
        } catch (ModelException unreadable) {
            if (unreadable.getCause() instanceof NoSuchFileException) {
                return null;
            }
            throw new IOException(unreadable);
        }
    }

    private static void touch(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        } catch (IOException | UnsupportedOperationException unwritable) {
            // Another process made room, or nobody may write here; what was read is whole.
        }
    }

    private Path file(CompilationKey key) {
        return folder.resolve(key.digest() + SUFFIX);
    }

    /** Forgets the archive of {@code key}. */
    public void remove(CompilationKey key) throws IOException {
        Files.deleteIfExists(file(key));
    }

    /** Keeps {@code archive} as that of {@code key}. */
    public void keep(CompilationKey key, ArchiveWriter archive) throws IOException {
        ArchiveKey.createFolder(folder);
        key.properties().forEach(archive::property);
        archive.write(file(key), key(), ArchiveKey.ownersOnly(folder));
        makeRoom();
    }

    private void makeRoom() throws IOException {
        List<Kept> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : (Iterable<Path>) all::iterator) {
                look(file).ifPresent(files::add);
            }
        }
        files.sort(Comparator.comparing(Kept::used).reversed());
        long sum = 0;
        for (int i = 0; i < files.size(); i++) {
            sum += files.get(i).bytes();
            if (sum > most || i >= MOST_FILES) {
                Files.deleteIfExists(files.get(i).file());
            }
        }
    }

    /** What is known of an archive; files that a process left behind half written go. Those that are nobody's here are left alone. */
    private static Optional<Kept> look(Path file) throws IOException {
        try {
            FileTime used = Files.getLastModifiedTime(file);
            String name = file.getFileName().toString();
            if (TEMPORARY.matcher(name).matches()
                    && used.toInstant().isBefore(Instant.now().minus(UNFINISHED))) {
                Files.deleteIfExists(file);
            }
            return ARCHIVE.matcher(name).matches()
                    ? Optional.of(new Kept(file, Files.size(file), used))
                    : Optional.empty();
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }
}
