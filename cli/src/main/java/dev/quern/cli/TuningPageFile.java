package dev.quern.cli;

import dev.quern.ModelException;
import dev.quern.cli.tune.OperatorTuning;
import dev.quern.cli.tune.TuningPage;
import dev.quern.ir.backend.Target;
import dev.quern.tune.KernelTuning;
import dev.quern.tune.PredictedTime;
import dev.quern.tune.TrialOutcome;
import dev.quern.tune.TunedKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Sees what a tuning tries, for the page of it in a file. */
final class TuningPageFile {
    private final Session session;
    private final Path file;
    private final Target target;
    private final int threads;
    private final Map<TunedKernel, KernelLog> logs = new IdentityHashMap<>();

    /** What was tried of a kernel, with the seconds since its tuning began. */
    private record KernelLog(long begin, List<TrialOutcome> outcomes, List<Double> seconds) {}

    /** Of a tuning on {@code target}, in {@code file}, which is written at its end. */
    TuningPageFile(Session session, Path file, Target target, int threads) {
        this.session = session;
        this.file = file;
        this.target = target;
        this.threads = threads;
    }

    /** That file if one is named. */
    static Optional<TuningPageFile> named(Session session, String file, Target target, int threads) {
        return Optional.ofNullable(file).map(name -> new TuningPageFile(session, session.path(name), target, threads));
    }

    void begins(TunedKernel kernel) {
        logs.put(kernel, new KernelLog(session.measuring().clock().getAsLong(), new ArrayList<>(), new ArrayList<>()));
    }

    void tried(TunedKernel kernel, TrialOutcome outcome) {
        KernelLog log = logs.get(kernel);
        log.outcomes().add(outcome);
        log.seconds().add(session.measuring().secondsSince(log.begin()));
    }

    /**
     * The row of a kernel.
     *
     * @param tuning of a kernel that was seen
     * @param shareOfPeak of the best; NaN where that is not known, as the other
     */
    TuningPage.TunedRow row(
            String name, OptionalDouble share, KernelTuning tuning, double shareOfPeak, double shareOfRoofline) {
        TunedKernel kernel = tuning.kernel();
        KernelLog log = logs.get(kernel);
        Optional<PredictedTime> model = target instanceof Target.Processor
                ? Optional.of(new PredictedTime(DeviceCommand.record(session, false), threads))
                : Optional.empty();
        List<TuningPage.TriedRow> tried = new ArrayList<>();
        for (int i = 0; i < log.outcomes().size(); i++) {
            TrialOutcome outcome = log.outcomes().get(i);
            OptionalDouble predicted = outcome.isMeasured() && model.isPresent()
                    ? model.get().nanos(kernel, outcome.candidate(), target)
                    : OptionalDouble.empty();
            tried.add(new TuningPage.TriedRow(outcome, predicted, log.seconds().get(i)));
        }
        return new TuningPage.TunedRow(
                name,
                kernel.sizes().isEmpty() ? "" : kernel.sizes().toString(),
                share,
                tried,
                new TuningPage.FoundRow(
                        tuning.usual().map(TrialOutcome::nanos).orElse(Double.NaN),
                        tuning.best().map(TrialOutcome::nanos).orElse(Double.NaN),
                        tuning.best().map(best -> best.candidate().name()).orElse("-")),
                shareOfPeak,
                shareOfRoofline);
    }

    void write(TuningPage page) {
        write(file, page.html());
    }

    /** Writes the page of an operator's tuning. */
    void write(String subject, OperatorTuning tuning) {
        double best = tuning.best().map(TrialOutcome::nanos).orElse(Double.NaN);
        List<String> notes = new ArrayList<>();
        notes.add(String.format(Locale.ROOT, "%.1f s", tuning.seconds()));
        tuning.condition()
                .ifPresent(machine -> machine.disturbances().forEach(reason -> notes.add("DISTURBED: " + reason)));
        write(new TuningPage(
                subject,
                notes,
                List.of(row(
                        subject,
                        OptionalDouble.empty(),
                        new KernelTuning(tuning.kernel(), tuning.outcomes(), tuning.seconds()),
                        tuning.peaks()
                                .map(peaks -> tuning.shareOfPeak(best, peaks))
                                .orElse(Double.NaN),
                        tuning.peaks()
                                .map(peaks -> tuning.shareOfRoofline(best, peaks))
                                .orElse(Double.NaN)))));
    }

    /**
     * Writes a page.
     *
     * @throws ModelException if the file cannot be written
     */
    static void write(Path file, String html) {
        try {
            Files.writeString(file, html);
        } catch (IOException failure) {
            throw unwritable(file, failure.toString(), failure);
        }
    }

    /**
     * Looks whether a page can be written, before there is one.
     *
     * @throws ModelException if it seems not
     */
    static void requireWritable(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (Files.exists(file) ? !Files.isRegularFile(file) : folder == null || !Files.isDirectory(folder)) {
            throw unwritable(file, Files.exists(file) ? "it is no regular file" : "its folder is not there", null);
        }
        if (!Files.isWritable(Files.exists(file) ? file : folder)) {
            throw unwritable(file, "it may not be written to", null);
        }
    }

    private static ModelException unwritable(Path file, String reason, IOException cause) {
        return new ModelException(
                ModelException.Code.IO,
                file.toString(),
                "cannot be written (" + reason + "); name a file in a folder that is there",
                cause);
    }
}
