package dev.quern.cli.conformance;

import dev.quern.ModelException;
import dev.quern.onnx.proto.OnnxFile;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxReader;
import dev.quern.onnx.proto.OnnxValue;
import java.util.Map;
import java.util.Optional;

/** Runs one test with an engine, in this process, and judges it. */
final class CaseRun {
    private CaseRun() {}

    /** How {@code test} ends. Only errors that leave the process unfit for another test are thrown. */
    static TestOutcome of(SuiteCase test, OnnxEngine engine) {
        try {
            return judged(test, engine);
        } catch (ModelException refusal) {
            return refused(test, refusal);
        } catch (RuntimeException | AssertionError | LinkageError | StackOverflowError broken) {
            return TestOutcome.failed(local(test, broken.toString()));
        }
    }

    private static TestOutcome refused(SuiteCase test, ModelException refusal) {
        return switch (refusal.code()) {
            case UNSUPPORTED, LIMIT -> TestOutcome.refused(local(test, refusal.getMessage()));
            // The message names the folder of the reproducer, another on each machine.
            case INTERNAL -> TestOutcome.failed(local(test, String.valueOf(refusal.getCause())));
            case MALFORMED_MODEL, INVALID_MODEL, INVALID_INPUT, IO, DEVICE, INTERRUPTED ->
                TestOutcome.failed(refusal.code() + " " + local(test, refusal.getMessage()));
        };
    }

    private static TestOutcome judged(SuiteCase test, OnnxEngine engine) {
        try (OnnxFile file = OnnxReader.read(test.model())) {
            OnnxGraph graph = file.model().graph();
            try (OnnxEngine.ReadyModel loaded = engine.load(test.model())) {
                for (CaseData data : test.data()) {
                    Map<String, OnnxValue> inputs = data.inputs(graph);
                    Map<String, OnnxValue> found = loaded.run(inputs);
                    ValueComparison comparison = RandomOperators.decide(file.model(), inputs)
                            ? ValueComparison.ofShapes()
                            : ValueComparison.within(test.tolerance());
                    Optional<String> difference = comparison.difference(found, data.outputs(graph));
                    if (difference.isPresent()) {
                        return TestOutcome.failed(difference.get());
                    }
                }
                return TestOutcome.passed();
            }
        }
    }

    /** A message without the folder that the suite happens to lie in. */
    private static String local(SuiteCase test, String message) {
        return message.replace(test.model().getParent() + "/", "");
    }
}
