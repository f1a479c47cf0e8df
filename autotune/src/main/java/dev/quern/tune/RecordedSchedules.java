package dev.quern.tune;

import dev.quern.ModelException;
import dev.quern.ir.kernel.Kernel;
import dev.quern.passes.schedule.TunedSchedules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What records say of kernels on one device, by this version of Quern and Java. They are read when a kernel is first asked for; records that cannot be read are as none,
 * with a line in the log. May be used by several threads.
 */
public final class RecordedSchedules implements TunedSchedules {
    private static final System.Logger LOG = System.getLogger("dev.quern.tune");

    private final TuningRecords records;
    private final String device;
    private Map<RecordKey, Map<Map<String, Long>, Map<String, Double>>> known;

    /**
     * Those of {@code records}.
     *
     * @param device as {@link TrialPlace#device} calls it
     */
    public RecordedSchedules(TuningRecords records, String device) {
        this.records = records;
        this.device = device;
    }

    @Override
    public List<SizedTimes> of(Kernel kernel, Set<String> constants) {
        Map<RecordKey, Map<Map<String, Long>, Map<String, Double>>> all = known();
        if (all.isEmpty()) {
            return List.of();
        }
        List<SizedTimes> times = new ArrayList<>();
        all.getOrDefault(RecordKey.of(kernel, constants, device), Map.of())
                .forEach((sizes, nanos) -> times.add(new SizedTimes(sizes, nanos)));
        return times;
    }

    /** How many schedules of {@code key} were timed at {@code sizes}. */
    public int timed(RecordKey key, Map<String, Long> sizes) {
        return known().getOrDefault(key, Map.of()).getOrDefault(sizes, Map.of()).size();
    }

    private synchronized Map<RecordKey, Map<Map<String, Long>, Map<String, Double>>> known() {
        if (known == null) {
            known = new HashMap<>();
            for (TuningRecord record : read()) {
                boolean isOfHere = record.key().device().equals(device)
                        && record.key().versions().equals(TuningVersions.here());
                if (record.isMeasured() && isOfHere) {
                    known.computeIfAbsent(record.key(), _ -> new HashMap<>())
                            .computeIfAbsent(record.sizes(), _ -> new HashMap<>())
                            .merge(record.schedule(), record.nanos(), Math::min);
                }
            }
        }
        return known;
    }

    private List<TuningRecord> read() {
        try {
            return records.read();
        } catch (ModelException unreadable) {
            LOG.log(System.Logger.Level.WARNING, "schedules are not tuned: {0}", unreadable.getMessage());
            return List.of();
        }
    }
}
