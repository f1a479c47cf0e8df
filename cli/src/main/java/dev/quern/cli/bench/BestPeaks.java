package dev.quern.cli.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The best peaks ever read on each machine and number of threads, in a small file: one line each of machine, GFLOP/s and GB/s,
 * separated by tabs. Lines that are no such lines, or say more than any machine does, are dropped. The file is a cache: where it can be neither
 * read nor written, that is a line in the log, and nothing else.
 */
public final class BestPeaks {
    private static final String NAME = "machine-peaks.tsv";
    private static final System.Logger LOG = System.getLogger("dev.quern.cli");

    /** A file of more bytes is none of these. */
    private static final long MOST_BYTES = 1 << 20;

    /** GFLOP/s and GB/s that no processor does. */
    private static final double MOST = 1e7;

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
    Peaks with(String machine, Peaks read) {
        Map<String, Peaks> all = load();
        Peaks before = all.get(machine);
        Peaks best = before == null ? read : before.best(read);
        if (!best.equals(before)) {
            all.put(machine, best);
            store(all);
        }
        return best;
    }

    private Map<String, Peaks> load() {
        Map<String, Peaks> all = new TreeMap<>();
        text().lines().forEach(line -> {
            String[] fields = line.split("\t", -1);
            if (fields.length == 3) {
                number(fields[1])
                        .ifPresent(gigaflops -> number(fields[2])
                                .ifPresent(bandwidth -> all.put(fields[0], new Peaks(gigaflops, bandwidth))));
            }
        });
        return all;
    }

    /** What the file says; of bytes that are no UTF-8 the line is none of these. */
    private String text() {
        try {
            if (!Files.exists(file)) {
                return "";
            }
            if (Files.isRegularFile(file) && Files.size(file) <= MOST_BYTES) {
                return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            }
            LOG.log(System.Logger.Level.WARNING, "{0} is no file of peaks and is not used", file);
        } catch (IOException unreadable) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be read and is not used: {1}", file, unreadable);
        }
        return "";
    }

    private static Optional<Double> number(String text) {
        try {
            double number = Double.parseDouble(text);
            return number > 0 && number <= MOST ? Optional.of(number) : Optional.empty();
        } catch (NumberFormatException notOne) {
            return Optional.empty();
        }
    }

    private void store(Map<String, Peaks> all) {
        StringBuilder text = new StringBuilder();
        all.forEach((machine, peaks) -> text.append(machine)
                .append('\t')
                .append(peaks.gigaflops())
                .append('\t')
                .append(peaks.gigabytesPerSecond())
                .append('\n'));
        Path folder = file.toAbsolutePath().getParent();
        try {
            Files.createDirectories(folder);
            Path written = Files.createTempFile(folder, "peaks", ".tsv");
            try {
                Files.writeString(written, text);
                Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(written);
            }
        } catch (IOException unwritable) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be written: {1}", file, unwritable);
        }
    }
}
