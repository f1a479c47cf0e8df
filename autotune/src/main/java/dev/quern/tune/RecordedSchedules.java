package dev.quern.tune;

import dev.quern.ModelException;
import dev.quern.ir.kernel.Kernel;
import dev.quern.passes.schedule.TunedSchedules;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What records say of kernels on one device, by one version of Quern and Java, as it was when they were read. Of a schedule that was timed more than once the last time counts: a later session, or the final round of
 * one, knows what the earlier ones knew, and was careful where they were quick. May be used by several threads.
 */
public final class RecordedSchedules implements TunedSchedules {
    private final String device;
    private final Map<RecordKey, Map<Map<String, Long>, Map<String, RecordedTrial>>> known = new HashMap<>();

    /**
     * What became of a schedule.
     *
     * @param nanos of a run; NaN if it was never timed
     * @param at when it was timed
     */
    private record RecordedTrial(double nanos, Instant at) {
        RecordedTrial then(RecordedTrial later) {
            boolean counts = !Double.isNaN(later.nanos) && (Double.isNaN(nanos) || !later.at.isBefore(at));
            return counts ? later : this;
        }
    }

    private RecordedSchedules(String device) {
        this.device = device;
    }

    /**
     * Those in {@code records}, read once, by this build.
     *
     * @param device as {@link TrialPlace#device} calls it
     * @throws ModelException if they cannot be read, or do not fit into memory
     */
    public static RecordedSchedules read(TuningRecords records, String device) {
        return read(records, device, TuningVersions.here());
    }

    static RecordedSchedules read(TuningRecords records, String device, String versions) {
        RecordedSchedules read = new RecordedSchedules(device);
        try {
            records.each(TuningRecord.mentions(device), record -> {
                if (record.key().device().equals(device)
                        && record.key().versions().equals(versions)) {
                    read.add(record);
                }
            });
        } catch (OutOfMemoryError full) {
            read.known.clear();
            throw new ModelException(
                    ModelException.Code.IO,
                    records.file().toString(),
                    "its records do not fit into memory; move the file away, or give the JVM more (-Xmx)",
                    full);
        }
        return read;
    }

    private void add(TuningRecord record) {
        known.computeIfAbsent(record.key(), _ -> new HashMap<>())
                .computeIfAbsent(record.sizes(), _ -> new HashMap<>())
                .merge(
                        record.schedule(),
                        new RecordedTrial(record.isMeasured() ? record.nanos() : Double.NaN, instant(record.at())),
                        RecordedTrial::then);
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException none) {
            return Instant.MIN;
        }
    }

    @Override
    public List<SizedTimes> of(Kernel kernel, Set<String> constants) {
        return known.isEmpty() ? List.of() : of(RecordKey.of(kernel, constants, device));
    }

    /** What is known of {@code key} at each of the sizes at which something of it was timed. */
    public List<SizedTimes> of(RecordKey key) {
        List<SizedTimes> times = new ArrayList<>();
        known.getOrDefault(key, Map.of()).keySet().forEach(sizes -> {
            Map<String, Double> nanos = times(key, sizes);
            if (!nanos.isEmpty()) {
                times.add(new SizedTimes(sizes, nanos));
            }
        });
        return times;
    }

    /** The time of each schedule of {@code key} that was timed at {@code sizes}, by its text. */
    public Map<String, Double> times(RecordKey key, Map<String, Long> sizes) {
        Map<String, Double> times = new HashMap<>();
        trials(key, sizes).forEach((schedule, trial) -> {
            if (!Double.isNaN(trial.nanos())) {
                times.put(schedule, trial.nanos());
            }
        });
        return times;
    }

    /** Texts of the schedules of {@code key} that were tried at {@code sizes}, whatever became of them. */
    public Set<String> tried(RecordKey key, Map<String, Long> sizes) {
        return Set.copyOf(trials(key, sizes).keySet());
    }

    private Map<String, RecordedTrial> trials(RecordKey key, Map<String, Long> sizes) {
        return known.getOrDefault(key, Map.of()).getOrDefault(sizes, Map.of());
    }

    /** A digest of all times that schedules are chosen by; empty if there are none. Records of other devices and versions, and of what was not timed, do not change it. */
    public String digest() {
        Set<String> times = new TreeSet<>();
        known.forEach((key, sized) -> sized.forEach((sizes, trials) -> trials.forEach((schedule, trial) -> {
            if (!Double.isNaN(trial.nanos())) {
                times.add(key.signature() + new TreeMap<>(sizes) + trial.nanos() + "\n" + schedule);
            }
        })));
        return times.isEmpty() ? "" : RecordKey.digest(String.join("\n", times));
    }
}
