package dev.quern.cli.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Times several contenders in turn, A B B A, so that a disturbance of the machine meets all alike. Before each timed run
 * stands one that is not, so that none pays for what another left in the caches.
 *
 * @param warmUpSeconds how long each contender runs before anything counts
 * @param seconds how long the timed rounds last in all
 * @param leastRounds rounds run even beyond that time
 */
public record Interleaved(double warmUpSeconds, double seconds, int leastRounds) {
    /**
     * What one contender took.
     *
     * @param name its name
     * @param nanos every timed run, sorted
     */
    public record Times(String name, long[] nanos) {
        /** The run at {@code fraction} of the sorted runs, in milliseconds. */
        public double quantile(double fraction) {
            return nanos[(int) Math.min(nanos.length - 1, Math.round(fraction * (nanos.length - 1)))] / 1e6;
        }

        /** The median in milliseconds. */
        public double median() {
            return quantile(0.5);
        }
    }

    public List<Times> measure(List<Contender> contenders, Runnable beforeTiming) {
        for (Contender contender : contenders) {
            long until = System.nanoTime() + (long) (warmUpSeconds * 1e9);
            do {
                contender.run().run();
            } while (System.nanoTime() < until);
        }
        beforeTiming.run();
        List<List<Long>> samples = new ArrayList<>();
        contenders.forEach(contender -> samples.add(new ArrayList<>()));
        long until = System.nanoTime() + (long) (seconds * 1e9);
        for (int round = 0; round < leastRounds || System.nanoTime() < until; round++) {
            for (int turn = 0; turn < contenders.size(); turn++) {
                int i = round % 2 == 0 ? turn : contenders.size() - 1 - turn;
                contenders.get(i).run().run();
                long start = System.nanoTime();
                contenders.get(i).run().run();
                samples.get(i).add(System.nanoTime() - start);
            }
        }
        List<Times> times = new ArrayList<>();
        for (int i = 0; i < contenders.size(); i++) {
            long[] sorted = samples.get(i).stream().mapToLong(Long::longValue).toArray();
            Arrays.sort(sorted);
            times.add(new Times(contenders.get(i).name(), sorted));
        }
        return times;
    }
}
