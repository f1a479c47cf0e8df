package dev.quern.acceptance.hostile;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** What a campaign has done, kept in a file so that it can go on after it was stopped. */
final class HostileTally {
    private final Path file;
    private final String corpus;
    private long next;
    private final long[] counts = new long[HostileTrial.HostileStage.values().length];
    private final Map<String, String> findings = new TreeMap<>();

    private HostileTally(Path file, String corpus) {
        this.file = file;
        this.corpus = corpus;
    }

    /** The tally in {@code file}, or a new one; an {@link IllegalStateException} if it is of another corpus. */
    static HostileTally open(Path file, String corpus, long first) throws IOException {
        HostileTally tally = new HostileTally(file, corpus);
        tally.next = first;
        if (Files.exists(file)) {
            Properties properties = new Properties();
            try (Reader in = Files.newBufferedReader(file)) {
                properties.load(in);
            }
            if (!corpus.equals(properties.getProperty("corpus"))) {
                throw new IllegalStateException(file + " is of corpus " + properties.getProperty("corpus")
                        + ", the corpus now is " + corpus + "; delete it to begin again");
            }
            tally.next = Long.parseLong(properties.getProperty("next"));
            for (HostileTrial.HostileStage stage : HostileTrial.HostileStage.values()) {
                tally.counts[stage.ordinal()] = Long.parseLong(properties.getProperty("count." + stage, "0"));
            }
            for (String key : properties.stringPropertyNames()) {
                if (key.startsWith("finding.")) {
                    tally.findings.put(key.substring("finding.".length()), properties.getProperty(key));
                }
            }
        }
        return tally;
    }

    /** The first seed not tried yet. */
    long next() {
        return next;
    }

    /** Goes on at {@code seed}. */
    void advance(long seed) {
        next = seed;
    }

    void count(HostileTrial.HostileStage stage, long more) {
        counts[stage.ordinal()] += more;
    }

    void note(Finding finding) {
        findings.merge(
                finding.signature(), "1 times, seed " + finding.seed() + ": " + finding.what(), (known, fresh) -> {
                    int end = known.indexOf(' ');
                    return Long.parseLong(known.substring(0, end)) + 1 + known.substring(end);
                });
    }

    /** How often each thing went wrong that may not, and the first seed that shows it. */
    Map<String, String> findings() {
        return findings;
    }

    long tried() {
        return java.util.Arrays.stream(counts).sum();
    }

    /** Mutants that came to be compiled. */
    long compiled() {
        return counts[HostileTrial.HostileStage.COMPILER.ordinal()]
                + counts[HostileTrial.HostileStage.LOADED.ordinal()]
                + counts[HostileTrial.HostileStage.RAN.ordinal()];
    }

    void save() throws IOException {
        Properties properties = new Properties();
        properties.setProperty("corpus", corpus);
        properties.setProperty("next", Long.toString(next));
        for (HostileTrial.HostileStage stage : HostileTrial.HostileStage.values()) {
            properties.setProperty("count." + stage, Long.toString(counts[stage.ordinal()]));
        }
        findings.forEach((signature, text) -> properties.setProperty("finding." + signature, text));
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (Writer out = Files.newBufferedWriter(fresh)) {
            properties.store(out, "mutated model files: " + this);
        }
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public String toString() {
        Map<String, Long> named = new LinkedHashMap<>();
        for (HostileTrial.HostileStage stage : HostileTrial.HostileStage.values()) {
            named.put(stage.toString(), counts[stage.ordinal()]);
        }
        return tried() + " tried, " + named + ", " + findings.size() + " kinds of findings";
    }
}
