package dev.quern.acceptance.judge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came of a range of seeds: how many of each verdict, why, and which faults. Kept in a file, so that a campaign goes on after
 * the last seed that was counted; beside it lies the seed that is running, which a JVM that ends leaves there.
 */
public final class SeedTally {
    private static final String TAB = "\t";

    private final Path file;
    private final Path running;
    private final Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    private final Map<String, Integer> reasons = new TreeMap<>();
    private final List<String> faults = new ArrayList<>();
    private final long first;
    private long next;
    /** Open on {@link #running} while seeds run. */
    private FileChannel marks;

    /** Reads what is in the file, if there is one. */
    public SeedTally(Path file, long first) {
        this.file = file;
        this.running = file.resolveSibling(file.getFileName() + ".running");
        this.first = first;
        this.next = first;
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            if (Files.exists(file)) {
                Files.readAllLines(file).forEach(this::read);
            }
            if (Files.exists(running)) {
                long seed = Long.parseLong(Files.readString(running).strip());
                if (seed >= next) {
                    next = seed;
                    add(seed, new ModelOutcome(Verdict.CRASH, "the JVM ended while this seed ran"));
                }
                Files.delete(running);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void read(String line) {
        String[] parts = line.split(TAB, 3);
        switch (parts[0]) {
            case "next" -> next = Long.parseLong(parts[1]);
            case "verdict" -> verdicts.put(Verdict.valueOf(parts[2]), Integer.parseInt(parts[1]));
            case "reason" -> reasons.put(parts[2], Integer.parseInt(parts[1]));
            case "fault" -> faults.add(parts[1] + TAB + parts[2]);
            default -> throw new IllegalStateException(file + ": not a line of a tally: " + line);
        }
    }

    /** The first seed that is not counted yet. */
    public long next() {
        return next;
    }

    /** Says that a seed is about to run. The file stays open, since opening it costs more than many a model. */
    public void start(long seed) {
        try {
            if (marks == null) {
                marks = FileChannel.open(running, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            }
            marks.write(ByteBuffer.wrap(String.format("%20d", seed).getBytes(StandardCharsets.US_ASCII)), 0);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Counts what came of the next seed. */
    public void add(long seed, ModelOutcome outcome) {
        next = seed + 1;
        verdicts.merge(outcome.verdict(), 1, Integer::sum);
        if (outcome.verdict() != Verdict.AGREED) {
            reasons.merge(outcome.verdict() + " " + outcome.reason(), 1, Integer::sum);
        }
        if (outcome.verdict().fault()) {
            faults.add(seed + TAB + outcome.verdict() + " " + outcome.reason());
        }
    }

    /** Writes the file. */
    public void save() {
        List<String> lines = new ArrayList<>();
        lines.add("next" + TAB + next);
        verdicts.forEach((verdict, count) -> lines.add("verdict" + TAB + count + TAB + verdict));
        faults.forEach(fault -> lines.add("fault" + TAB + fault));
        reasons.forEach((reason, count) -> lines.add("reason" + TAB + count + TAB + reason));
        try {
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.write(fresh, lines);
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            if (marks != null) {
                marks.close();
                marks = null;
            }
            Files.deleteIfExists(running);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Seeds of faults with their reasons. */
    public List<String> faults() {
        return List.copyOf(faults);
    }

    /** How many models of this verdict there were. */
    public int count(Verdict verdict) {
        return verdicts.getOrDefault(verdict, 0);
    }

    @Override
    public String toString() {
        return "seeds " + first + "-" + (next - 1) + ": " + verdicts;
    }
}
