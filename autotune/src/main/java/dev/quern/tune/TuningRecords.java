package dev.quern.tune;

import dev.quern.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Records in a file of JSON lines that is only ever added to, by any number of processes at a time. Lines that are no records, such as one that a killed process
 * began, are skipped; whoever writes next begins a line of its own.
 *
 * @param file which need not be there
 * @param patience how long to wait for others that write to it
 */
public record TuningRecords(Path file, Duration patience) {
    private static final System.Logger LOG = System.getLogger("dev.quern.tune");

    /** A file of more bytes is neither read nor written: something other than records has been written to it. */
    static final long MOST_BYTES = 64L << 20;

    private static final long WAIT_NANOS = 1_000_000;

    /** Writing takes others some milliseconds, merging large files a second. Whoever takes longer hangs. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Those in {@code file}, whose other writers are waited for some seconds. */
    public TuningRecords(Path file) {
        this(file, PATIENCE);
    }

    /**
     * Adds records.
     *
     * @throws ModelException if the file cannot be written
     */
    public void append(List<TuningRecord> records) {
        if (records.isEmpty()) {
            return;
        }
        try (RecordsLock _ = lock()) {
            add(records);
        } catch (IOException failure) {
            throw unwritable(failure);
        }
    }

    /**
     * Makes the file if it is not there, and tries whether it can be added to.
     *
     * @throws ModelException if it cannot
     */
    public void requireWritable() {
        try (RecordsLock _ = lock();
                FileChannel _ = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            LOG.log(System.Logger.Level.DEBUG, "records are kept in {0}", file);
        } catch (IOException failure) {
            throw unwritable(failure);
        }
    }

    private ModelException unwritable(IOException failure) {
        return new ModelException(
                ModelException.Code.IO, file.toString(), "cannot be written (" + failure + ")", failure);
    }

    private void add(Collection<TuningRecord> records) throws IOException {
        StringBuilder lines = new StringBuilder();
        records.forEach(record -> lines.append(record.line()).append('\n'));
        boolean endsInLine = endsInLine();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            ByteBuffer bytes = ByteBuffer.wrap(((endsInLine ? "" : "\n") + lines).getBytes(StandardCharsets.UTF_8));
            if (channel.size() + bytes.remaining() > MOST_BYTES) {
                throw new ModelException(
                        ModelException.Code.IO,
                        file.toString(),
                        "expected room for " + bytes.remaining() + " bytes of records, found " + channel.size() + " of "
                                + MOST_BYTES + " taken; move the file away");
            }
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    /** Held by one thread of one process at a time. It is of a file beside the records: closing any channel of a file lets all locks of it go. */
    private record RecordsLock(FileChannel channel, FileLock lock) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            try (channel) {
                lock.release();
            }
        }
    }

    private RecordsLock lock() throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        requireRegular(file);
        Path held = folder.resolve(file.getFileName() + ".lock");
        requireRegular(held);
        FileChannel channel = FileChannel.open(held, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            return new RecordsLock(channel, locked(channel, held));
        } catch (IOException | RuntimeException | Error failure) {
            channel.close();
            throw failure;
        }
    }

    /** Opening a pipe waits for whoever opens its other end. */
    private static void requireRegular(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException(file + ": expected a regular file, found a folder, pipe or device; name another");
        }
    }

    private FileLock locked(FileChannel channel, Path held) throws IOException {
        long begin = System.nanoTime();
        while (true) {
            FileLock lock = tried(channel);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() - begin >= patience.toNanos()) {
                throw new IOException(held + " is held by another for more than " + patience.toMillis()
                        + " ms; end the process that holds it");
            }
            LockSupport.parkNanos(WAIT_NANOS);
        }
    }

    /** Null if another has it: of other processes the system says so, of threads of this one an exception. */
    private static FileLock tried(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException another) {
            return null;
        }
    }

    private FileChannel opened() throws IOException {
        requireRegular(file);
        return FileChannel.open(file);
    }

    private boolean endsInLine() throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return channel.size() == 0 || channel.read(last, channel.size() - 1) == 1 && last.get(0) == '\n';
        } catch (NoSuchFileException none) {
            return true;
        }
    }

    /**
     * All records, the oldest first.
     *
     * @throws ModelException if the file is there and cannot be read
     */
    public List<TuningRecord> read() {
        List<TuningRecord> records = new ArrayList<>();
        each(_ -> true, records::add);
        return records;
    }

    /**
     * Tells each record, the oldest first.
     *
     * @param wanted asked of a line before it is parsed: whether its record is of interest
     * @throws ModelException if the file is there and cannot be read
     */
    void each(Predicate<String> wanted, Consumer<TuningRecord> told) {
        long skipped = 0;
        try (FileChannel channel = opened()) {
            if (channel.size() > MOST_BYTES) {
                throw new ModelException(
                        ModelException.Code.IO,
                        file.toString(),
                        "expected at most " + MOST_BYTES + " bytes of records, found " + channel.size()
                                + "; move the file away");
            }
            RecordLines lines = new RecordLines(Channels.newInputStream(channel));
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (!wanted.test(line)) {
                    skipped += line.isBlank() || line.startsWith("{") && line.endsWith("}") ? 0 : 1;
                    continue;
                }
                Optional<TuningRecord> record = TuningRecord.parse(line);
                record.ifPresent(told);
                skipped += record.isPresent() || line.isBlank() ? 0 : 1;
            }
            skipped += lines.overlong();
        } catch (NoSuchFileException none) {
            return;
        } catch (IOException failure) {
            throw new ModelException(
                    ModelException.Code.IO, file.toString(), "cannot be read (" + failure + ")", failure);
        }
        if (skipped > 0) {
            LOG.log(System.Logger.Level.WARNING, "{0}: {1} lines are no records and are skipped", file, skipped);
        }
    }

    /** The last time that each candidate of {@code key} was found to take at {@code sizes}, by its schedule's text; none of another kernel, device or version. */
    public Map<String, Double> times(RecordKey key, Map<String, Long> sizes) {
        return RecordedSchedules.read(this, key.device(), key.versions()).times(key, sizes);
    }

    /**
     * Adds the records of {@code other} that are not here.
     *
     * @return how many
     */
    public int merge(TuningRecords other) {
        Set<TuningRecord> added = new LinkedHashSet<>(other.read());
        if (added.isEmpty()) {
            return 0;
        }
        try (RecordsLock _ = lock()) {
            read().forEach(added::remove);
            if (!added.isEmpty()) {
                add(added);
            }
        } catch (IOException failure) {
            throw unwritable(failure);
        }
        return added.size();
    }
}
