package dev.quern.tune;

import dev.quern.ModelException;
import dev.quern.ir.kernel.Kernel;
import dev.quern.passes.schedule.TunedSchedules;
import dev.quern.tune.TrialOutcome.TrialStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What records say of kernels on one device, by one version of Quern and Java, as it was when they were read. Of a schedule that was timed more than once the last time counts: a later session, or the final round of
 * one, knows what the earlier ones knew, and was careful where they were quick. What is later is further on in the file, whatever clocks say: they are set back, and differ between machines. May be used by several threads.
 */
public final class RecordedSchedules implements TunedSchedules {
    private final String device;
    private final String versions;
    private final Path file;
    private final Map<RecordKey, Map<Map<String, Long>, Map<String, Map<String, RecordedTrial>>>> known =
            new HashMap<>();
    private long read;

    /**
     * What became of a schedule.
     *
     * @param status how its trial ended
     * @param nanos of a run; NaN if it was not timed
     * @param place in the file, counted from its beginning
     */
    private record RecordedTrial(TrialStatus status, double nanos, long place) {
        boolean isTimed() {
            return status == TrialStatus.MEASURED;
        }

        /** What is known of the schedule after {@code later} of the same session, too. What failed once it was timed is not to be run. */
        RecordedTrial then(RecordedTrial later) {
            return later.isTimed() || later.status == TrialStatus.FAILED || !isTimed() ? later : this;
        }

        /** The same of another session, where other things may have been amiss: the last time counts, if there is any. */
        RecordedTrial or(RecordedTrial other) {
            boolean counts = isTimed() == other.isTimed() ? other.place > place : other.isTimed();
            return counts ? other : this;
        }
    }

    private RecordedSchedules(String device, String versions, Path file) {
        this.device = device;
        this.versions = versions;
        this.file = file;
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
        RecordedSchedules read = new RecordedSchedules(device, versions, records.file());
        try {
            records.each(TuningRecord.mentions(device), record -> {
                if (record.key().device().equals(device)
                        && record.key().versions().equals(versions)) {
                    read.add(record);
                }
            });
        } catch (OutOfMemoryError full) {
            read.known.clear();
            throw read.tooLarge(full);
        }
        return read;
    }

    private ModelException tooLarge(OutOfMemoryError full) {
        return new ModelException(
                ModelException.Code.IO,
                file.toString(),
                "its records do not fit into memory; move the file away, or give the JVM more (-Xmx)",
                full);
    }

    private void add(TuningRecord record) {
        known.computeIfAbsent(record.key(), _ -> new HashMap<>())
                .computeIfAbsent(record.sizes(), _ -> new LinkedHashMap<>())
                .computeIfAbsent(record.session(), _ -> new HashMap<>())
                .merge(
                        record.schedule(),
                        new RecordedTrial(record.status(), record.nanos(), read++),
                        RecordedTrial::then);
    }

    @Override
    public List<SizedTimes> of(Kernel kernel, Set<String> constants) {
        return known.isEmpty() ? List.of() : of(RecordKey.of(kernel, constants, device));
    }

    /** What is known of {@code key} at each of the sizes at which something of it was timed, of each session by itself, the last session first. */
    public List<SizedTimes> of(RecordKey key) {
        List<SizedTimes> times = new ArrayList<>();
        known.getOrDefault(key, Map.of())
                .forEach((sizes, sessions) -> newestFirst(sessions).forEach(session -> {
                    Map<String, Double> nanos = timed(sessions.get(session));
                    if (!nanos.isEmpty()) {
                        times.add(new SizedTimes(sizes, nanos));
                    }
                }));
        return times;
    }

    private static List<String> newestFirst(Map<String, Map<String, RecordedTrial>> sessions) {
        Map<String, Long> last = new HashMap<>();
        sessions.forEach(
                (session, trials) -> trials.values().forEach(trial -> last.merge(session, trial.place(), Math::max)));
        List<String> order = new ArrayList<>(sessions.keySet());
        order.sort(Comparator.<String, Long>comparing(last::get).reversed());
        return order;
    }

    private static Map<String, Double> timed(Map<String, RecordedTrial> trials) {
        Map<String, Double> times = new HashMap<>();
        trials.forEach((schedule, trial) -> {
            if (trial.isTimed()) {
                times.put(schedule, trial.nanos());
            }
        });
        return times;
    }

    /** The last time of each schedule of {@code key} that was timed at {@code sizes}, by its text. They may be of several sessions: {@link #of(RecordKey)} has those that may be held against each other. */
    public Map<String, Double> times(RecordKey key, Map<String, Long> sizes) {
        return timed(trials(key, sizes));
    }

    /** Texts of the schedules of {@code key} that were tried at {@code sizes}, whatever became of them. */
    public Set<String> tried(RecordKey key, Map<String, Long> sizes) {
        return Set.copyOf(trials(key, sizes).keySet());
    }

    private Map<String, RecordedTrial> trials(RecordKey key, Map<String, Long> sizes) {
        Map<String, RecordedTrial> trials = new HashMap<>();
        known.getOrDefault(key, Map.of())
                .getOrDefault(sizes, Map.of())
                .values()
                .forEach(session ->
                        session.forEach((schedule, trial) -> trials.merge(schedule, trial, RecordedTrial::or)));
        return trials;
    }

    /**
     * A digest of all times that schedules are chosen by; empty if there are none. Records of other devices and versions, and of what was not timed, do not change it.
     *
     * @throws ModelException if memory does not do for it
     */
    public String digest() {
        List<String> signatures =
                known.keySet().stream().map(RecordKey::signature).sorted().toList();
        StringBuilder all = new StringBuilder();
        for (String signature : signatures) {
            String digest = digest(signature);
            if (!digest.isEmpty()) {
                all.append(signature).append(' ').append(digest).append('\n');
            }
        }
        return all.isEmpty() ? "" : RecordKey.digest(all.toString());
    }

    /**
     * The same of the times of one kernel's schedules.
     *
     * @param signature of the kernel, as its {@link RecordKey} has it
     * @throws ModelException if memory does not do for it
     */
    public String digest(String signature) {
        Map<Map<String, Long>, Map<String, Map<String, RecordedTrial>>> sizes =
                known.get(new RecordKey(signature, device, versions));
        if (sizes == null) {
            return "";
        }
        try {
            Map<String, Map<String, Map<String, RecordedTrial>>> sorted = new TreeMap<>();
            sizes.forEach((values, sessions) -> sorted.put(new TreeMap<>(values).toString(), sessions));
            StringBuilder text = new StringBuilder();
            sorted.forEach((values, sessions) -> newestFirst(sessions)
                    .forEach(session -> new TreeMap<>(timed(sessions.get(session)))
                            .forEach((schedule, nanos) -> text.append(values)
                                    .append(session)
                                    .append('\n')
                                    .append(nanos)
                                    .append('\n')
                                    .append(schedule)
                                    .append('\n'))));
            return text.isEmpty() ? "" : RecordKey.digest(text.toString());
        } catch (OutOfMemoryError full) {
            throw tooLarge(full);
        }
    }
}
