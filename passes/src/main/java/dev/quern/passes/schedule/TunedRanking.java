package dev.quern.passes.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleSpace;
import dev.quern.ir.text.SchedulePrinter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/**
 * The schedules of a kernel's space that were timed, the fastest first. What was timed and is none of them is left out: a record may choose a schedule, and cannot bring one
 * in that the space does not vouch for, which might add in another order, say.
 */
final class TunedRanking {
    private static final System.Logger LOG = System.getLogger(TunedRanking.class.getName());

    private final String kernel;
    private final List<TunedSchedules.SizedTimes> times;
    private final Map<String, Candidate> candidates = new LinkedHashMap<>();

    /**
     * Of {@code space}.
     *
     * @param kernel its name, for the log
     * @param times what is known
     */
    TunedRanking(String kernel, ScheduleSpace space, List<TunedSchedules.SizedTimes> times) {
        this.kernel = kernel;
        this.times = times;
        Set<String> wanted = new TreeSet<>();
        times.forEach(sized -> wanted.addAll(sized.nanos().keySet()));
        find(space.candidates(), wanted);
        if (!wanted.isEmpty()) {
            find(space.unpruned(), wanted);
        }
        if (!wanted.isEmpty()) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0}: {1} recorded schedules are none of those that it may have, and are not used, such as {2}",
                    kernel,
                    wanted.size(),
                    wanted.iterator().next());
        }
    }

    private void find(List<Candidate> among, Set<String> wanted) {
        for (Candidate candidate : among) {
            if (wanted.isEmpty()) {
                return;
            }
            String text = SchedulePrinter.print(candidate.schedule());
            if (wanted.remove(text)) {
                candidates.put(text, candidate);
            }
        }
    }

    /**
     * Those that were found better than {@code usual} at sizes of one range: by the geometric mean of what they took of what {@code usual} took, over the sizes there at which both were timed in one session, of which the last counts; and at none of them
     * worse by more than the noise. Of these the best is first when
     * each is taken to be no better than {@code usual} where it was not timed, so that what is good at many sizes goes before what was tried at one.
     *
     * @param ranges of sizes, in the order in which they are asked
     * @param range which of them
     * @param usual what runs in that range without tuning
     */
    List<Candidate> betterThan(Schedule usual, List<ScheduleSpace.SizeRange> ranges, int range) {
        String known = SchedulePrinter.print(new Schedule(usual.steps()));
        Map<Map<String, Long>, List<TunedSchedules.SizedTimes>> here = new LinkedHashMap<>();
        times.stream()
                .filter(sized -> sized.nanos().containsKey(known) && rangeOf(sized, ranges) == range)
                .forEach(sized -> here.computeIfAbsent(sized.sizes(), _ -> new ArrayList<>())
                        .add(sized));
        Map<String, Double> gains = new HashMap<>();
        for (String text : candidates.keySet()) {
            double sum = 0;
            double least = 0;
            int sizes = 0;
            for (List<TunedSchedules.SizedTimes> sessions : here.values()) {
                OptionalDouble gain = sessions.stream()
                        .filter(session -> session.nanos().containsKey(text))
                        .mapToDouble(session -> Math.log(
                                session.nanos().get(known) / session.nanos().get(text)))
                        .findFirst();
                if (gain.isPresent()) {
                    sum += gain.getAsDouble();
                    least = Math.min(least, gain.getAsDouble());
                    sizes++;
                }
            }
            if (sizes > 0 && sum / sizes > Math.log(TunedSchedules.WORTH) && least >= -Math.log(TunedSchedules.WORTH)) {
                gains.put(text, sum);
            }
        }
        List<String> better = new ArrayList<>(gains.keySet());
        better.sort(Comparator.<String>comparingDouble(gains::get).reversed().thenComparing(Comparator.naturalOrder()));
        return better.stream().map(candidates::get).toList();
    }

    /** The first range that has the sizes; -1 if that cannot be told of them. */
    private int rangeOf(TunedSchedules.SizedTimes sized, List<ScheduleSpace.SizeRange> ranges) {
        for (int i = 0; i < ranges.size(); i++) {
            for (Dim condition : ranges.get(i).when()) {
                if (!sized.sizes().keySet().containsAll(condition.symbols())) {
                    LOG.log(
                            System.Logger.Level.INFO,
                            "{0}: a record without the size {1} is not used",
                            kernel,
                            condition.symbols());
                    return -1;
                }
            }
            try {
                if (ranges.get(i).when().stream().allMatch(condition -> condition.evaluate(sized.sizes()::get) >= 0)) {
                    return i;
                }
            } catch (ArithmeticException absurd) {
                LOG.log(System.Logger.Level.INFO, "{0}: a record of sizes {1} is not used", kernel, sized.sizes());
                return -1;
            }
        }
        return -1;
    }
}
