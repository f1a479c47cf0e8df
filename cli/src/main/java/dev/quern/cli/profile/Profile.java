package dev.quern.cli.profile;

import dev.quern.Tensor;
import dev.quern.cli.bench.BestPeaks;
import dev.quern.cli.bench.CodeList;
import dev.quern.cli.bench.MachineCondition;
import dev.quern.cli.bench.MachinePeak;
import dev.quern.cli.bench.MachineWatch;
import dev.quern.cli.bench.Peaks;
import dev.quern.cli.bench.Sample;
import dev.quern.runtime.CompiledModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Where the time of a model's runs goes.
 *
 * @param rows what the steps take, the longest first
 * @param milliseconds a run, told of by the listener: the mean of the middle half of them, to which the rows belong
 * @param alone a run that nobody listens to: the median
 * @param runs how many were listened to
 * @param condition how the machine was
 * @param typical the run of median length
 */
public record Profile(
        List<ProfileRow> rows, double milliseconds, double alone, int runs, MachineCondition condition, Trace typical) {
    private static final int LEAST_RUNS = 5;
    private static final int MOST_RUNS = 400;

    public Profile {
        rows = List.copyOf(rows);
    }

    /**
     * Runs {@code model} until it has warmed up, then with and without a listener in turn.
     *
     * @param threads threads that the model was compiled for
     */
    public static Profile measure(
            CompiledModel model,
            Map<String, Tensor> inputs,
            int threads,
            double warmUpSeconds,
            double seconds,
            BestPeaks bestPeaks) {
        long warm = System.nanoTime() + (long) (warmUpSeconds * 1e9);
        do {
            model.run(inputs);
            new StepTimes().during(model, inputs);
        } while (System.nanoTime() < warm);
        MachineWatch watch = MachineWatch.begin(threads, bestPeaks);
        List<StepTimes> heard = new ArrayList<>();
        List<Double> alone = new ArrayList<>();
        long until = System.nanoTime() + (long) (seconds * 1e9);
        while (heard.size() < LEAST_RUNS || heard.size() < MOST_RUNS && System.nanoTime() < until) {
            long begin = System.nanoTime();
            model.run(inputs);
            alone.add((System.nanoTime() - begin) / 1e6);
            StepTimes times = new StepTimes();
            times.during(model, inputs);
            heard.add(times);
        }
        KernelRows rows = new KernelRows(CodeList.now());
        MachineCondition condition = watch.end();
        Peaks all = condition.before().best(condition.after());
        Roofline roofline = new Roofline(threads == 1 ? all : MachinePeak.measure(1), all);
        heard.sort(Comparator.comparingLong(StepTimes::nanoseconds));
        List<StepTimes> middle = heard.subList(heard.size() / 4, heard.size() - heard.size() / 4);
        double milliseconds = middle.stream()
                .mapToDouble(times -> times.nanoseconds() / 1e6)
                .average()
                .orElseThrow();
        return new Profile(
                rows.of(middle, milliseconds, roofline),
                milliseconds,
                Sample.of(alone.stream().mapToDouble(Double::doubleValue).toArray())
                        .median(),
                heard.size(),
                condition,
                Trace.of(heard.get(heard.size() / 2)));
    }

    /** What the steps take, all together, in milliseconds. */
    public double sum() {
        return rows.stream().mapToDouble(ProfileRow::milliseconds).sum();
    }
}
