package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.acceptance.judge.ModelText;
import dev.quern.acceptance.misuse.MisusedNode;
import dev.quern.onnx.importer.KnownOperators;
import dev.quern.runtime.ModelCompiler;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Nodes of every operator, with operands and attributes that hardly fit, end in results or in one {@link ModelException} that is no
 * fault of Quern's own: loaded and run, and by the interpreter. {@code -Dquern.seeds=A-B} names the seeds, of which there is one
 * model for each row of the table.
 */
class OperatorMisuseTest {
    @Test
    void endsInOneModelException() {
        long[] seeds = Arrays.stream(System.getProperty("quern.seeds", "0-3").split("-"))
                .mapToLong(Long::parseLong)
                .toArray();
        List<String> faults = new ArrayList<>();
        Map<String, Integer> tally = new TreeMap<>();
        for (KnownOperators.VersionRange operator : KnownOperators.all()) {
            for (long seed = seeds[0]; seed <= seeds[seeds.length - 1]; seed++) {
                GeneratedModel model = MisusedNode.of(operator, seed);
                Options options = Options.builder()
                        .threads(1)
                        .maxMemory(1 << 26)
                        .timeLimit(Duration.ofSeconds(20))
                        .build();
                byte[] bytes = model.bytes();
                ModelCompiler compiler = ModelCompiler.of(options);
                outcome(() -> compiler.compile(bytes), model, tally).ifPresent(faults::add);
                outcome(() -> compiler.interpret(bytes), model, tally).ifPresent(faults::add);
            }
        }
        assertEquals(List.of(), faults, () -> "replay with -Dquern.seeds=SEED; " + tally);
        int all = tally.values().stream().mapToInt(Integer::intValue).sum();
        assertTrue(tally.get("ran") * 20 > all && tally.get("INVALID_MODEL") * 20 > all, tally::toString);
    }

    private static Optional<String> outcome(
            Supplier<Model> load, GeneratedModel generated, Map<String, Integer> tally) {
        try (Model model = load.get()) {
            model.run(generated.runs().getFirst());
            tally.merge("ran", 1, Integer::sum);
            return Optional.empty();
        } catch (ModelException refused) {
            tally.merge(refused.code().toString(), 1, Integer::sum);
            return refused.code() == ModelException.Code.INTERNAL
                    ? Optional.of(text(generated, refused))
                    : Optional.empty();
        } catch (RuntimeException | Error raw) {
            return Optional.of(text(generated, raw));
        }
    }

    private static String text(GeneratedModel generated, Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        return generated.name() + "\n" + ModelText.of(generated) + "\n" + trace;
    }
}
