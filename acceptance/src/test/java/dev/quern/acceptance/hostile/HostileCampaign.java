package dev.quern.acceptance.hostile;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Has mutants tried by a process with a small heap, and starts another where one dies. */
final class HostileCampaign {
    /** What the process is given. */
    static final String HEAP = "-Xmx512m";

    private static final long SLICE_MILLISECONDS = 60_000;

    private final HostileTally tally;
    private final Path folder;

    /**
     * A campaign.
     *
     * @param tally what was done so far
     * @param folder an existing folder, for the files that were found
     */
    HostileCampaign(HostileTally tally, Path folder) {
        this.tally = tally;
        this.folder = folder;
    }

    /** Tries the mutants from where the tally stands up to seed {@code last}, for {@code milliseconds} at most. */
    void run(long last, long milliseconds) throws IOException, InterruptedException {
        long end = System.currentTimeMillis() + milliseconds;
        while (tally.next() <= last && System.currentTimeMillis() < end) {
            slice(last, Math.min(SLICE_MILLISECONDS, end - System.currentTimeMillis()));
            tally.save();
        }
    }

    private void slice(long last, long milliseconds) throws IOException, InterruptedException {
        Path progress = folder.resolve("progress.bin");
        Files.write(
                progress,
                ByteBuffer.allocate(TrialProcess.BYTES).putLong(0, tally.next()).array());
        Process process = new ProcessBuilder(command(last, progress, milliseconds))
                .redirectErrorStream(true)
                .start();
        List<String> tail = new ArrayList<>();
        Optional<Finding> latest = Optional.empty();
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Optional<Finding> finding = Finding.of(line);
                if (finding.isPresent()) {
                    latest = finding;
                    note(finding.get());
                } else if (tail.size() < 40) {
                    tail.add(line);
                }
            }
        }
        int status = process.waitFor();
        ByteBuffer done = ByteBuffer.wrap(Files.readAllBytes(progress));
        for (HostileTrial.HostileStage stage : HostileTrial.HostileStage.values()) {
            tally.count(stage, done.getLong(8 * (1 + stage.ordinal())));
        }
        long next = done.getLong(0);
        if (status != 0) {
            if (latest.isEmpty() || latest.get().seed() != next) {
                note(new Finding(next, "process ended with status " + status, String.join(" ", tail)));
            }
            next++;
        }
        tally.advance(next);
    }

    private void note(Finding finding) throws IOException {
        boolean fresh = !tally.findings().containsKey(finding.signature());
        tally.note(finding);
        if (fresh) {
            String name = finding.signature().replaceAll("[^A-Za-z0-9]+", "_") + "-" + finding.seed() + ".onnx";
            Files.write(folder.resolve(name), Corpus.load().mutant(finding.seed()), StandardOpenOption.CREATE);
        }
    }

    private List<String> command(long last, Path progress, long milliseconds) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-XX:+UseSerialGC",
                "-Dquern.cache=off",
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Dquern.faults=" + folder.resolve("faults"),
                "-D" + Corpus.PROPERTY + "=" + System.getProperty(Corpus.PROPERTY, ""),
                "-cp",
                System.getProperty("java.class.path"),
                TrialProcess.class.getName()));
        command.addAll(List.of(
                Long.toString(tally.next()), Long.toString(last), progress.toString(), Long.toString(milliseconds)));
        return command;
    }
}
