package dev.quern.acceptance;

import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.acceptance.bits.BitsDigest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whole models of the tests on a device beside the CPU back end, with the same bits in each run, at their sizes and at larger ones, with the time of a run of each. A program of its own too: {@code DeviceModels cuda NAME=FILE NAME …} checks these models
 * and ends with 1 if one differs.
 */
final class DeviceModels {
    private static final long SEED = 20261127;
    private static final int RUNS = 9;
    private static final double WARM_NANOS = 1.5e9;

    /** Sizes that models are used at, beside those of the tests. */
    private static final Map<String, List<String>> USUAL_SIZES = Map.of(
            "minilm", List.of("b=1 s=32", "b=1 s=128"),
            "ppocr-det", List.of("h=640 w=640"),
            "ppocr-rec", List.of("n=1 w=320"),
            "arch/bert_base", List.of("b=1 s=128"),
            "arch/bilstm", List.of("b=1 t=32"));

    /** Where one step of a quantised value falls otherwise, all that follows moves: two right runs are 5 % of the greatest number apart. Its kernels are compared one by one. */
    private static final String MAGNIFYING = "minilm-int8";

    private DeviceModels() {}

    /** The models of the tests but the one that magnifies rounding. */
    static List<ModelCase> cases() {
        return DeviceKernels.cases().stream()
                .filter(model -> !model.model().equals(MAGNIFYING))
                .toList();
    }

    /** Checks {@code model} at all of its sizes; a line for each, with the times. */
    static String check(ModelCase model, Path file, String device) throws Exception {
        StringBuilder lines = new StringBuilder();
        try (Model near = Model.load(file, Options.builder().device("cpu").build());
                Model far = Model.load(file, Options.builder().device(device).build())) {
            for (String size : sizes(model)) {
                Map<String, Tensor> inputs = model.inputs(size, SEED);
                String where = model.model() + " at '" + size + "'";
                Map<String, Tensor> found = far.run(inputs);
                Agreement.plain(near.run(inputs)).check(where, found);
                if (!BitsDigest.of(found).equals(BitsDigest.of(far.run(inputs)))) {
                    throw new AssertionError(where + ": the second run has other bits than the first");
                }
                lines.append(String.format(
                        Locale.ROOT,
                        "%s: agrees; %s %.2f ms, cpu %.2f ms%n",
                        where,
                        device,
                        time(far, inputs),
                        time(near, inputs)));
            }
            if (model.model().equals("decoder")) {
                List<Long> expected = GreedyDecode.decode(near::run);
                long begin = System.nanoTime();
                List<Long> said = GreedyDecode.decode(far::run);
                double milliseconds = (System.nanoTime() - begin) / 1e6;
                begin = System.nanoTime();
                GreedyDecode.decode(near::run);
                if (!said.equals(expected)) {
                    throw new AssertionError(
                            "decoder says " + said + " on " + device + ", " + expected + " on the cpu");
                }
                lines.append(String.format(
                        Locale.ROOT,
                        "decoder: the same %d tokens; %s %.1f ms, cpu %.1f ms%n",
                        said.size(),
                        device,
                        milliseconds,
                        (System.nanoTime() - begin) / 1e6));
            }
        }
        return lines.toString().strip();
    }

    private static List<String> sizes(ModelCase model) {
        return Stream.concat(model.sizes().stream(), USUAL_SIZES.getOrDefault(model.model(), List.of()).stream())
                .distinct()
                .toList();
    }

    /** The median of some runs, in milliseconds, after others that last a second or two. */
    private static double time(Model model, Map<String, Tensor> inputs) {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < WARM_NANOS) {
            model.run(inputs);
        }
        double[] times = new double[RUNS];
        for (int i = 0; i < RUNS; i++) {
            long start = System.nanoTime();
            model.run(inputs);
            times[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(times);
        return times[RUNS / 2];
    }

    /** Checks the models named. */
    public static void main(String[] arguments) throws IOException {
        boolean allAgree = true;
        for (String argument : List.of(arguments).subList(1, arguments.length)) {
            String name = argument.split("=", 2)[0];
            ModelCase model = cases().stream()
                    .filter(each -> each.model().equals(name))
                    .findFirst()
                    .orElseThrow();
            Optional<Path> given = name.equals(argument)
                    ? Optional.empty()
                    : Optional.of(Path.of(argument.substring(name.length() + 1)));
            Path file = given.isPresent() ? given.get() : DeviceKernels.file(model);
            try {
                System.out.println(check(model, file, arguments[0]));
            } catch (Exception | AssertionError failure) {
                System.out.println("DIFFERENT " + name + ": " + failure);
                allAgree = false;
            }
        }
        System.exit(allAgree ? 0 : 1);
    }
}
