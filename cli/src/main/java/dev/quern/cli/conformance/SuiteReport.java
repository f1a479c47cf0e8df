package dev.quern.cli.conformance;

import dev.quern.cli.conformance.TestOutcome.Status;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What became of a suite's tests. */
public final class SuiteReport {
    /** Tests by how they ended. */
    public static final class StatusCount {
        private final Map<Status, Integer> tests = new EnumMap<>(Status.class);

        private void add(Status status) {
            tests.merge(status, 1, Integer::sum);
        }

        /** The tests that ended so. */
        public int of(Status status) {
            return tests.getOrDefault(status, 0);
        }

        /** All tests. */
        public int all() {
            return tests.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    private final List<CaseResult> results;
    private final Map<SuiteCase, TreeSet<String>> operators = new LinkedHashMap<>();

    /**
     * @param suite all tests, run or not
     * @param results those that were run
     */
    public SuiteReport(Collection<SuiteCase> suite, List<CaseResult> results) {
        this.results = List.copyOf(results);
        TestOperators known = new TestOperators(suite);
        results.forEach(result -> operators.put(result.test(), known.of(result.test())));
    }

    /** The tests that were run. */
    public List<CaseResult> results() {
        return results;
    }

    /** What {@code test} is a test of. */
    public TreeSet<String> operators(SuiteCase test) {
        return operators.get(test);
    }

    /** All tests. */
    public StatusCount total() {
        StatusCount total = new StatusCount();
        results.forEach(result -> total.add(result.outcome().status()));
        return total;
    }

    /** One count for each kind of which a test was run. */
    public Map<String, StatusCount> byKind() {
        Map<String, StatusCount> counts = new LinkedHashMap<>();
        results.forEach(result -> counts.computeIfAbsent(result.test().kind(), _ -> new StatusCount())
                .add(result.outcome().status()));
        return counts;
    }

    /** One count for each operator; a test of several counts for each. */
    public Map<String, StatusCount> byOperator() {
        Map<String, StatusCount> counts = new TreeMap<>();
        results.forEach(result -> operators(result.test())
                .forEach(operator -> counts.computeIfAbsent(operator, _ -> new StatusCount())
                        .add(result.outcome().status())));
        return counts;
    }
}
