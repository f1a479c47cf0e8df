package dev.quern.acceptance.bits;

import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.runtime.ModelCompiler;
import java.util.Map;

/** Runs models many times over and prints a digest of each one's results; fails where one run differs from the first. */
final class BitsProgram {
    private BitsProgram() {}

    /** Takes the number of runs and of threads; prints one line per model. */
    public static void main(String[] arguments) {
        int runs = Integer.parseInt(arguments[0]);
        int threads = Integer.parseInt(arguments[1]);
        BitsCases.all()
                .forEach(each -> System.out.println(
                        "bits " + each.name() + ": " + digest(each.bytes(), each.inputs(), runs, threads)));
    }

    private static String digest(byte[] bytes, Map<String, Tensor> inputs, int runs, int threads) {
        try (Model model =
                ModelCompiler.of(Options.builder().threads(threads).build()).compile(bytes)) {
            String first = BitsDigest.of(model.run(inputs));
            for (int run = 1; run < runs; run++) {
                if (!BitsDigest.of(model.run(inputs)).equals(first)) {
                    throw new AssertionError("run " + run + " differs from the first");
                }
            }
            return first;
        }
    }
}
