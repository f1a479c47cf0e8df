package dev.quern.cli.conformance;

/**
 * A test that was run.
 *
 * @param test the test
 * @param outcome how it ended
 * @param seconds how long that took
 */
public record CaseResult(SuiteCase test, TestOutcome outcome, double seconds) {}
