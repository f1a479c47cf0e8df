package dev.quern.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Measures cases with several contenders, each in JVMs of its own. */
public final class SideBySide {
    private final BenchPlan plan;
    private final BestPeaks bestPeaks;
    private final Path scratch;
    private final Consumer<String> progress;

    /**
     * @param plan how long and how often
     * @param bestPeaks the machine's best
     * @param scratch a folder for files that are needed meanwhile
     * @param progress told what is being done
     */
    public SideBySide(BenchPlan plan, BestPeaks bestPeaks, Path scratch, Consumer<String> progress) {
        this.plan = plan;
        this.bestPeaks = bestPeaks;
        this.scratch = scratch;
        this.progress = progress;
    }

    /** How long runs take once a JVM has warmed up. */
    public SpeedFigures speed(BenchCase subject, List<Contender> contenders) {
        return new SpeedFigures(measure(
                subject, contenders, (round, left) -> SpeedRound.measure(subject, left, plan, bestPeaks, scratch)));
    }

    /** How fresh JVMs get going. Where a contender is to find the model compiled, a JVM that is not measured compiles it first. */
    public LoadFigures load(BenchCase subject, List<Contender> contenders) {
        return new LoadFigures(measure(
                subject,
                contenders.stream()
                        .filter(contender -> contender.kept().isEmpty() || keeps(subject, contender))
                        .toList(),
                (round, left) -> LoadRound.measure(subject, left, plan, round, bestPeaks, scratch)));
    }

    /** Has the model compiled and kept; whether there was anything to keep. */
    private boolean keeps(BenchCase subject, Contender contender) {
        Path folder = contender.kept().orElseThrow();
        try (WorkerProcess worker = WorkerProcess.start(contender, scratch)) {
            long before = sizeOf(folder);
            worker.load(subject);
            worker.finish();
            if (sizeOf(folder) > before) {
                return true;
            }
        } catch (BenchFailure failure) {
            progress.accept(failure.getMessage());
            return false;
        } catch (IOException unreadable) {
            progress.accept(folder + " cannot be read: " + unreadable.getMessage());
            return false;
        }
        progress.accept("nothing is kept of " + subject.model());
        return false;
    }

    private static long sizeOf(Path folder) throws IOException {
        long size = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                size += Files.size(file);
            }
        }
        return size;
    }

    private interface Measurement<R> {
        R measure(int round, List<Contender> contenders) throws BenchFailure;
    }

    /** Measures anew without who fails, so that every round has the same contenders. */
    private <R extends Round> Measured<R> measure(
            BenchCase subject, List<Contender> contenders, Measurement<R> measurement) {
        List<Contender> left = new ArrayList<>(contenders);
        List<BenchFailure> failures = new ArrayList<>();
        while (!left.isEmpty()) {
            try {
                return new Measured<>(subject, rounds(subject, left, measurement), failures);
            } catch (BenchFailure failure) {
                progress.accept(failure.getMessage());
                failures.add(failure);
                left.remove(failure.contender());
            }
        }
        return new Measured<>(subject, List.of(), failures);
    }

    private <R extends Round> List<Tries<R>> rounds(
            BenchCase subject, List<Contender> contenders, Measurement<R> measurement) throws BenchFailure {
        List<Tries<R>> rounds = new ArrayList<>();
        for (int jvm = 0; jvm < plan.jvms(); jvm++) {
            int round = jvm;
            progress.accept("timing " + subject.model() + (subject.shape().isEmpty() ? "" : " " + subject.shape())
                    + ", threads " + subject.threads() + ", JVM " + (jvm + 1) + " of " + plan.jvms());
            rounds.add(Tries.atMost(plan.tries(), () -> measurement.measure(round, contenders)));
        }
        return rounds;
    }
}
