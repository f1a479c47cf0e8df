package dev.quern.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.ir.schedule.Candidate;
import dev.quern.tune.BayesianSearch;
import dev.quern.tune.GridSearch;
import dev.quern.tune.NeuralBandit;
import dev.quern.tune.RandomSearch;
import dev.quern.tune.RecordedSweep;
import dev.quern.tune.TunedKernel;
import dev.quern.tune.WarmStart;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;

/**
 * How searches do over the times that were recorded of a kernel's candidates.
 *
 * @param subject the kernel in words
 * @param kernel it
 * @param sweep its candidates with times, its default among them
 * @param rows each search
 */
record SweepReplay(String subject, TunedKernel kernel, RecordedSweep sweep, List<SearchRegret> rows) {
    /** Candidates that a search may try. */
    private static final int EVALUATIONS = 16;

    /** The same where it begins with what was fast at other shapes. */
    private static final int WARM = 4;

    private static final int SEEDS = 16;

    /**
     * A search.
     *
     * @param evaluations candidates that it tried
     * @param median of its regrets over seeds; the regret itself where none plays a part
     * @param worst of these
     */
    record SearchRegret(String search, int evaluations, double median, double worst) {
        /** What distinguishes it from others of the same kernel, and not from that of another. */
        String label() {
            return search.equals("grid") && evaluations != EVALUATIONS ? "grid, all" : search;
        }

        static SearchRegret of(String search, int evaluations, List<Double> regrets) {
            List<Double> order = regrets.stream().sorted().toList();
            return new SearchRegret(search, evaluations, order.get(order.size() / 2), order.getLast());
        }
    }

    /**
     * Goes through the times of a shape.
     *
     * @param timed its sweep
     * @param others those of other shapes, which a warm start knows
     */
    static SweepReplay of(
            String subject,
            TunedKernel kernel,
            WarmStart.NearSweep timed,
            List<WarmStart.NearSweep> others,
            long seed) {
        RecordedSweep sweep = timed.sweep();
        List<Candidate> all = sweep.candidates();
        List<Candidate> listed =
                kernel.ranked().stream().filter(sweep.times()::containsKey).toList();
        List<SearchRegret> rows = new ArrayList<>();
        rows.add(SearchRegret.of("the default", 1, List.of(sweep.regret(kernel.usual()))));
        for (int evaluations : List.of(Math.min(EVALUATIONS, listed.size()), listed.size())) {
            rows.add(SearchRegret.of("grid", evaluations, List.of(sweep.regret(new GridSearch(listed), evaluations))));
        }
        rows.add(SearchRegret.of(
                "random", EVALUATIONS, regrets(seed, one -> sweep.regret(new RandomSearch(all, one), EVALUATIONS))));
        rows.add(SearchRegret.of(
                "bayesian",
                EVALUATIONS,
                regrets(seed, one -> sweep.regret(new BayesianSearch(all, List.of(), one), EVALUATIONS))));
        rows.add(SearchRegret.of(
                "bandit",
                EVALUATIONS,
                regrets(seed, one -> sweep.regret(new NeuralBandit(all, List.of(), one), EVALUATIONS))));
        if (!others.isEmpty()) {
            List<Candidate> warm = WarmStart.order(timed.shape(), all, others);
            rows.add(SearchRegret.of("warm start", WARM, List.of(sweep.regret(new GridSearch(warm), WARM))));
        }
        return new SweepReplay(subject, kernel, sweep, rows);
    }

    private static List<Double> regrets(long seed, LongFunction<Double> regret) {
        List<Double> regrets = new ArrayList<>();
        for (long one = seed; one < seed + SEEDS; one++) {
            regrets.add(regret.apply(one));
        }
        return regrets;
    }

    /** The fastest of the candidates that rules leave; it is one of those with times, since the default is. */
    private Candidate listed() {
        return kernel.ranked().stream()
                .filter(sweep.times()::containsKey)
                .min(Comparator.comparingDouble(sweep.times()::get))
                .orElseThrow();
    }

    private long timedOfListed() {
        return kernel.ranked().stream().filter(sweep.times()::containsKey).count();
    }

    void print(PrintStream out) {
        Candidate fastest = sweep.fastest().orElseThrow();
        out.println(subject + ": " + sweep.candidates().size() + " of "
                + kernel.joint().size() + " candidates have a time beside the default's, "
                + timedOfListed() + " of the " + kernel.ranked().size() + " that rules leave");
        out.println("fastest of all: " + fastest.name()
                + number(", %.3f of the default", sweep.times().get(fastest)));
        out.println("fastest that rules leave: " + listed().name()
                + number(", %.3f of the default", sweep.times().get(listed())));
        Table table = new Table().row("search", "tried", "median regret %", "worst %");
        rows.forEach(row -> table.row(
                row.search(),
                row.evaluations(),
                number("%.1f", 100 * row.median()),
                number("%.1f", 100 * row.worst())));
        table.print(out);
    }

    void write(JsonGenerator out) throws IOException {
        out.writeStringField("subject", subject);
        out.writeNumberField("joint", kernel.joint().size());
        out.writeNumberField("timed", sweep.candidates().size());
        out.writeNumberField("listed", kernel.ranked().size());
        out.writeNumberField("listed_timed", timedOfListed());
        out.writeStringField("fastest", sweep.fastest().orElseThrow().name());
        out.writeNumberField(
                "fastest_of_default", sweep.times().get(sweep.fastest().orElseThrow()));
        out.writeStringField("listed_fastest", listed().name());
        out.writeNumberField("listed_fastest_of_default", sweep.times().get(listed()));
        out.writeArrayFieldStart("searches");
        for (SearchRegret row : rows) {
            out.writeStartObject();
            out.writeStringField("search", row.search());
            out.writeNumberField("tried", row.evaluations());
            out.writeNumberField("median_regret", row.median());
            out.writeNumberField("worst_regret", row.worst());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
