package dev.quern.acceptance.bits;

import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.acceptance.generate.RandomModels;
import dev.quern.runtime.ModelCompiler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs models many times over and prints a digest of each one's results; fails where one run differs from the first. */
final class BitsProgram {
    private BitsProgram() {}

    /**
     * Takes {@code cases RUNS THREADS} or {@code generated RUNS THREADS FIRST LAST}; prints one line per model and set of inputs.
     */
    public static void main(String[] arguments) {
        int runs = Integer.parseInt(arguments[1]);
        int threads = Integer.parseInt(arguments[2]);
        if (arguments[0].equals("cases")) {
            BitsCases.all()
                    .forEach(each -> print(each.name(), digests(each.bytes(), List.of(each.inputs()), runs, threads)));
            return;
        }
        RandomModels models = new RandomModels();
        for (long seed = Long.parseLong(arguments[3]); seed <= Long.parseLong(arguments[4]); seed++) {
            GeneratedModel model = models.model(seed);
            try {
                print("seed " + seed, digests(model.bytes(), model.runs(), runs, threads));
            } catch (ModelException refused) {
                print("seed " + seed, List.of("refused: " + refused.code()));
            }
        }
    }

    private static void print(String name, List<String> digests) {
        System.out.println("bits " + name + ": " + String.join(" ", digests));
    }

    /** One digest for each set of inputs. */
    static List<String> digests(byte[] bytes, List<Map<String, Tensor>> inputs, int runs, int threads) {
        try (Model model =
                ModelCompiler.of(Options.builder().threads(threads).build()).compile(bytes)) {
            List<String> first = new ArrayList<>();
            for (int run = 0; run < runs; run++) {
                for (int i = 0; i < inputs.size(); i++) {
                    String digest = BitsDigest.of(model.run(inputs.get(i)));
                    if (run == 0) {
                        first.add(digest);
                    } else if (!digest.equals(first.get(i))) {
                        throw new AssertionError("run " + run + " on inputs " + i + " differs from the first");
                    }
                }
            }
            return first;
        }
    }
}
