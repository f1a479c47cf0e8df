package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.ir.backend.Target;
import dev.quern.passes.schedule.TunedSchedules;
import dev.quern.tune.RecordedSchedules;
import dev.quern.tune.TuningRecords;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What loading a model takes from tuning records.
 *
 * @param schedules what they say of kernels
 * @param digest of what they say, of this device and these versions; empty if that is nothing
 */
record TakenRecords(TunedSchedules schedules, String digest) {
    private static final TakenRecords NONE = new TakenRecords(TunedSchedules.NONE, "");

    /** What {@code options} say, for runs on {@code target}. Records of kernels for a grid are none yet. */
    static TakenRecords of(Options options, Target target) {
        if (options.records().isEmpty() || !(target instanceof Target.Processor)) {
            return NONE;
        }
        Path file = options.records().get();
        if (!Files.isRegularFile(file)) {
            return NONE;
        }
        try {
            RecordedSchedules recorded =
                    RecordedSchedules.read(new TuningRecords(file), HostTrials.device(target, options.threads()));
            return new TakenRecords(recorded, recorded.digest());
        } catch (ModelException unreadable) {
            System.getLogger("dev.quern.runtime")
                    .log(System.Logger.Level.WARNING, "schedules are not tuned: {0}", unreadable.getMessage());
            return NONE;
        }
    }
}
