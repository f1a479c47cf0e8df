package dev.quern.runtime;

import dev.quern.Options;
import dev.quern.ir.backend.Target;
import dev.quern.passes.schedule.TunedSchedules;
import dev.quern.runtime.archive.Digests;
import dev.quern.tune.RecordedSchedules;
import dev.quern.tune.TuningRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * What loading a model takes from tuning records.
 *
 * @param schedules what they say of kernels
 * @param digest of the file; empty if there is none that can be read
 */
record TakenRecords(TunedSchedules schedules, String digest) {
    private static final TakenRecords NONE = new TakenRecords(TunedSchedules.NONE, "");

    /** What {@code options} say, for runs on {@code target}. Records of kernels for a grid are none yet. */
    static TakenRecords of(Options options, Target target) {
        if (options.records().isEmpty() || !(target instanceof Target.Processor)) {
            return NONE;
        }
        Path file = options.records().get();
        try {
            if (!Files.isRegularFile(file)) {
                return NONE;
            }
            if (Files.size(file) > TuningRecords.MOST_BYTES) {
                throw new IOException("it has " + Files.size(file) + " bytes, at most " + TuningRecords.MOST_BYTES
                        + " are read; move it away");
            }
            String digest = HexFormat.of().formatHex(Digests.sha().digest(Files.readAllBytes(file)));
            String device = HostTrials.device(target, options.threads());
            return new TakenRecords(new RecordedSchedules(new TuningRecords(file), device), digest);
        } catch (IOException unreadable) {
            System.getLogger("dev.quern.runtime")
                    .log(
                            System.Logger.Level.WARNING,
                            "{0} cannot be read, schedules are not tuned: {1}",
                            file,
                            unreadable);
            return NONE;
        }
    }
}
