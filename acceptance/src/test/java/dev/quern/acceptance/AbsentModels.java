package dev.quern.acceptance;

import dev.quern.zoo.ModelAbsentException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Says at the end of a run how many tests were skipped for want of a model, and why. */
public final class AbsentModels implements TestExecutionListener {
    private final Map<String, Integer> skipped = new TreeMap<>();

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        result.getThrowable()
                .filter(ModelAbsentException.class::isInstance)
                .ifPresent(absent -> count(absent.getMessage()));
    }

    private synchronized void count(String reason) {
        skipped.merge(reason, 1, Integer::sum);
    }

    @Override
    public synchronized void testPlanExecutionFinished(TestPlan plan) {
        int tests = skipped.values().stream().mapToInt(Integer::intValue).sum();
        if (tests > 0) {
            System.out.println("SKIPPED " + tests + " tests, because models are absent:");
            skipped.forEach((reason, count) -> System.out.println("  " + count + " x " + reason));
            System.out.println("  (-Dquern.shared=FOLDER names the shared folder; see CONTRIBUTING.md)");
        }
    }
}
