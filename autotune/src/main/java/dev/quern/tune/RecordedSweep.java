package dev.quern.tune;

import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.text.SchedulePrinter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Candidates of a kernel with the times that they were once found to take, over which searches can be gone through without a machine. Regret is by how much the best that was found is slower than the fastest of all, as a
 * part of that.
 *
 * @param candidates with a time, as they are ranked
 * @param times of each, by whatever unit
 */
public record RecordedSweep(List<Candidate> candidates, Map<Candidate, Double> times) {
    public RecordedSweep {
        candidates = List.copyOf(candidates);
        times = Map.copyOf(times);
    }

    private record SessionKey(String versions, String session) {}

    /**
     * What {@code records} say of {@code kernel}'s candidates on a device: of each what it took of what the default took in the same session, in the last session of the file that timed both. So a sweep may be done in several sessions,
     * and by several builds; a session that did not time the default does not count.
     *
     * @param device as {@link TrialPlace#device} calls it
     * @throws dev.quern.ModelException if the records cannot be read
     */
    public static RecordedSweep read(TunedKernel kernel, TuningRecords records, String device) {
        String signature = RecordKey.of(kernel, device).signature();
        Map<SessionKey, Map<String, Double>> sessions = new LinkedHashMap<>();
        records.each(TuningRecord.mentions(device), record -> {
            if (record.key().device().equals(device)
                    && record.key().signature().equals(signature)
                    && record.sizes().equals(kernel.sizes())) {
                Map<String, Double> nanos = sessions.computeIfAbsent(
                        new SessionKey(record.key().versions(), record.session()), _ -> new HashMap<>());
                switch (record.status()) {
                    case MEASURED -> nanos.put(record.schedule(), record.nanos());
                    case FAILED -> nanos.remove(record.schedule());
                    case REFUSED, TIMED_OUT -> {}
                }
            }
        });
        String usual = SchedulePrinter.print(kernel.usual().schedule());
        Map<String, Double> parts = new HashMap<>();
        sessions.values().stream()
                .filter(nanos -> nanos.containsKey(usual))
                .forEach(nanos -> nanos.forEach((schedule, time) -> parts.put(schedule, time / nanos.get(usual))));
        Map<Candidate, Double> times = new LinkedHashMap<>();
        kernel.joint().forEach(candidate -> {
            Double part = parts.remove(SchedulePrinter.print(candidate.schedule()));
            if (part != null) {
                times.put(candidate, part);
            }
        });
        return new RecordedSweep(new ArrayList<>(times.keySet()), times);
    }

    /**
     * The shapes of {@code operator} of which {@code records} say something on a device, by whatever build.
     *
     * @param device as {@link TrialPlace#device} calls it
     * @throws dev.quern.ModelException if the records cannot be read
     */
    public static Set<String> shapes(TunedOperator operator, TuningRecords records, String device) {
        Set<String> shapes = new TreeSet<>();
        String begin = operator.text() + " ";
        records.each(TuningRecord.mentions(device), record -> {
            String subject = record.subject();
            if (record.key().device().equals(device) && subject.startsWith(begin)) {
                String shape = subject.substring(begin.length());
                if (operator.isShape(shape)) {
                    shapes.add(shape);
                }
            }
        });
        return shapes;
    }

    /** The candidate that took least; empty if there is none. */
    public Optional<Candidate> fastest() {
        return candidates.stream().min((one, other) -> Double.compare(times.get(one), times.get(other)));
    }

    /** The regret of taking {@code candidate}, which must have a time. */
    public double regret(Candidate candidate) {
        return times.get(candidate) / times.get(fastest().orElseThrow()) - 1;
    }

    /**
     * The regret of {@code search} when it has tried {@code evaluations} candidates; infinity if none of them has a time. What has none is refused.
     *
     * @param search through candidates of this kernel
     */
    public double regret(ScheduleSearch search, int evaluations) {
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < evaluations; i++) {
            Optional<Candidate> next = search.next();
            if (next.isEmpty()) {
                break;
            }
            Double time = times.get(next.get());
            if (time == null) {
                search.found(TrialOutcome.without(next.get(), TrialOutcome.TrialStatus.REFUSED, "it has no time"));
            } else {
                least = Math.min(least, time);
                search.found(TrialOutcome.measured(next.get(), time, ""));
            }
        }
        return least / times.get(fastest().orElseThrow()) - 1;
    }
}
