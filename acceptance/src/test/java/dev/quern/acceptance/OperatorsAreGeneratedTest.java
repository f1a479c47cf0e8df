package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.acceptance.generate.RandomModels;
import dev.quern.onnx.importer.KnownOperators;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Every operator of the importer's table is drawn by the generator of models, and nothing else is. */
class OperatorsAreGeneratedTest {
    /** Drawn as a value rather than as a step. */
    private static final Set<String> VALUES = Set.of("Constant");

    @Test
    void allOfThem() {
        Set<String> known = new TreeSet<>();
        for (KnownOperators.VersionRange row : KnownOperators.all()) {
            known.add(row.domain().isEmpty() ? row.name() : row.domain() + "::" + row.name());
        }
        Set<String> drawn = new TreeSet<>(new RandomModels().operators());
        drawn.addAll(VALUES);
        assertEquals(
                known,
                drawn,
                "add the operator to its family in dev.quern.acceptance.generate, as CONTRIBUTING.md says");
    }
}
