package dev.quern.runtime.archive;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
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
 * all. Where the files take more than they may, those used longest ago go.
 */
public final class ArchiveFolder {
    private static final String SUFFIX = ".qar";
    private static final Pattern ARCHIVE = Pattern.compile("[0-9a-f]{64}\\" + SUFFIX);

    /** As {@link ArchiveWriter} and {@link ArchiveKey} call what they write first. */
    private static final Pattern TEMPORARY = Pattern.compile("\\.quern\\d+\\.part|key\\d+\\.new");

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

    /** The archive of {@code key}, made by a process of this user; empty if there is none. */
    public Optional<Archive> find(CompilationKey key) throws IOException {
        Path file = file(key);
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
        try {
            Optional<Archive> archive = Archive.of(MemorySegment.ofArray(bytes))
                    .filter(found -> key.misfit(found.manifest()).isEmpty());
            if (archive.isPresent() && archive.get().isMarkedBy(key())) {
                touch(file);
                return archive;
            }
            return Optional.empty();
        } catch (DamagedException damaged) {
            remove(key);
            throw damaged;
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
        archive.write(file(key), key());
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
        for (Kept kept : files) {
            sum += kept.bytes();
            if (sum > most) {
                Files.deleteIfExists(kept.file());
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
