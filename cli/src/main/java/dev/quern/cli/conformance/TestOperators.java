package dev.quern.cli.conformance;

import dev.quern.ModelException;
import dev.quern.onnx.proto.OnnxFile;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxReader;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Which operators tests are of: those in the model; of a test of a function's body, the operator that has the body. */
final class TestOperators {
    private static final String BODY = "_expanded";

    private final Map<String, SuiteCase> byName;

    TestOperators(Collection<SuiteCase> suite) {
        byName = suite.stream().collect(Collectors.toMap(SuiteCase::id, Function.identity()));
    }

    /** Names of operators, those of other sets than the standard one with their domain. */
    TreeSet<String> of(SuiteCase test) {
        int body = test.name().indexOf(BODY);
        SuiteCase whole =
                body < 0 ? null : byName.get(test.kind() + "/" + test.name().substring(0, body));
        SuiteCase named = whole == null ? test : whole;
        TreeSet<String> operators = new TreeSet<>();
        try (OnnxFile file = OnnxReader.read(named.model())) {
            for (OnnxNode node : file.model().graph().nodes()) {
                operators.add(node.domain().isEmpty() ? node.opType() : node.domain() + "." + node.opType());
            }
        } catch (ModelException unreadable) {
            operators.add("unreadable");
        }
        return operators;
    }
}
