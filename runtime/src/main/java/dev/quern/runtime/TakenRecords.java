package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.ir.backend.Target;
import dev.quern.passes.schedule.TunedSchedules;
import dev.quern.tune.RecordedSchedules;
import dev.quern.tune.TuningRecords;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What loading a model takes from tuning records.
 *
 * @param place which file they are in, whether it is there or not, and of which device; empty if none are asked for
 * @param recorded what they say of kernels; empty if that is nothing
 */
record TakenRecords(String place, Optional<RecordedSchedules> recorded) {
    static final TakenRecords NONE = new TakenRecords("", Optional.empty());

    /** What {@code options} say, for runs on {@code target}. Records of kernels for a grid are none yet. */
    static TakenRecords of(Options options, Target target) {
        if (options.records().isEmpty() || !(target instanceof Target.Processor)) {
            return NONE;
        }
        Path file = options.records().get();
        String device = HostTrials.device(target, options.threads());
        String place = file.toAbsolutePath().normalize() + "\n" + device;
        if (!Files.isRegularFile(file)) {
            return new TakenRecords(place, Optional.empty());
        }
        try {
            return new TakenRecords(place, Optional.of(RecordedSchedules.read(new TuningRecords(file), device)));
        } catch (ModelException unreadable) {
            System.getLogger("dev.quern.runtime")
                    .log(System.Logger.Level.WARNING, "schedules are not tuned: {0}", unreadable.getMessage());
            return new TakenRecords(place, Optional.empty());
        }
    }

    /** What kernels' schedules are chosen by. */
    TunedSchedules schedules() {
        return recorded.isPresent() ? recorded.get() : TunedSchedules.NONE;
    }

    /** A digest of what they say, of this device and these versions; empty if that is nothing. */
    String digest() {
        return recorded.map(RecordedSchedules::digest).orElse("");
    }

    /** The same of the kernel that has {@code signature}. */
    String digest(String signature) {
        return recorded.map(records -> records.digest(signature)).orElse("");
    }
}
