package dev.quern.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The best peaks ever read on each machine and number of threads, in a small file: one line each of machine, GFLOP/s and GB/s,
 * separated by tabs. Lines that are no such lines are dropped.
 */
public final class BestPeaks {
    private static final String NAME = "machine-peaks.tsv";

    private final Path file;

    /** Those kept in {@code folder}, which need not exist. */
    public static BestPeaks in(Path folder) {
        return new BestPeaks(folder.resolve(NAME));
    }

    /** Keeps them in {@code file}, which need not exist. */
    BestPeaks(Path file) {
        this.file = file;
    }

    /** The best so far, {@code read} included, which is remembered if it is one. */
    Peaks with(String machine, Peaks read) throws IOException {
        Map<String, Peaks> all = load();
        Peaks before = all.get(machine);
        Peaks best = before == null ? read : before.best(read);
        if (!best.equals(before)) {
            all.put(machine, best);
            store(all);
        }
        return best;
    }

    private Map<String, Peaks> load() throws IOException {
        Map<String, Peaks> all = new TreeMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                String[] fields = line.split("\t", -1);
                if (fields.length == 3) {
                    number(fields[1])
                            .ifPresent(gigaflops -> number(fields[2])
                                    .ifPresent(bandwidth -> all.put(fields[0], new Peaks(gigaflops, bandwidth))));
                }
            }
        } catch (NoSuchFileException none) {
            // Then this is the first.
        }
        return all;
    }

    private static Optional<Double> number(String text) {
        try {
            double number = Double.parseDouble(text);
            return number > 0 && Double.isFinite(number) ? Optional.of(number) : Optional.empty();
        } catch (NumberFormatException notOne) {
            return Optional.empty();
        }
    }

    private void store(Map<String, Peaks> all) throws IOException {
        StringBuilder text = new StringBuilder();
        all.forEach((machine, peaks) -> text.append(machine)
                .append('\t')
                .append(peaks.gigaflops())
                .append('\t')
                .append(peaks.gigabytesPerSecond())
                .append('\n'));
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path written = Files.createTempFile(folder, "peaks", ".tsv");
        Files.writeString(written, text);
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
