package dev.quern.acceptance.hostile;

import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** The process in which huge models are tried, with a small heap; prints what is not as it must be. */
final class HugeProcess {
    private static final Options OPTIONS = Options.builder().threads(1).build();

    private int wrong;

    private HugeProcess() {}

    public static void main(String[] arguments) throws InterruptedException {
        HugeProcess process = new HugeProcess();
        process.chains();
        process.wide();
        process.limits();
        process.interrupted();
        System.out.println("done");
        System.exit(process.wrong == 0 ? 0 : 1);
    }

    private void expect(String name, boolean holds, Object found) {
        if (!holds) {
            wrong++;
            System.out.println("WRONG " + name + ": " + found);
        }
    }

    private static float[] result(byte[] model, Map<String, Tensor> inputs) {
        try (Model loaded = Model.load(model, OPTIONS)) {
            return loaded.run(inputs).values().iterator().next().toFloatArray();
        }
    }

    private void chains() {
        Map<String, Tensor> inputs = Map.of("x", Tensor.of(new float[] {1, 2, 3, 4}, 2, 2));
        chain("signs", HugeModels.chain(100_000, 1, "Neg", "Abs"), inputs, 1, 2, 3, 4);
        chain("sums", HugeModels.chain(20_001, 2, "Add", "Sub"), inputs, 2, 4, 6, 8);
        chain("views", HugeModels.chain(5_000, 1, "Transpose"), inputs, 1, 2, 3, 4);
        chain("anchors", HugeModels.chain(2_000, 2, "MatMul", "Sign", "Min", "Max"), inputs, 1, 2, 3, 4);
    }

    private void chain(String name, byte[] model, Map<String, Tensor> inputs, float... expected) {
        try {
            float[] found = result(model, inputs);
            expect(name, Arrays.equals(expected, found), Arrays.toString(found));
        } catch (RuntimeException refused) {
            expect(name, false, refused);
        }
    }

    private void wide() {
        for (int count : new int[] {49, 130, 1_000}) {
            Map<String, Tensor> inputs = new HashMap<>();
            for (int i = 0; i < count; i++) {
                float[] elements = {i % 100, 1, 2, 3, 4, 5};
                inputs.put("x" + i, Tensor.of(elements, 2, 3));
            }
            float sum = 0;
            for (int i = 0; i < count; i++) {
                sum += i % 100;
            }
            wide("Sum", count, inputs, sum, count);
            wide("Max", count, inputs, Math.min(99, count - 1), 1);
            wide("Min", count, inputs, 0, 1);
            wide("Mean", count, inputs, sum / count, 1);
            for (int axis = 0; axis < 2; axis++) {
                float[] joined =
                        result(HugeModels.wide("Concat", count, Map.of("axis", OnnxAttribute.of(axis))), inputs);
                boolean right = joined.length == 6 * count;
                for (int part = 0; part < count && right; part++) {
                    int at = axis == 0 ? 6 * part : 3 * part;
                    int below = axis == 0 ? at + 3 : at + 3 * count;
                    right = joined[at] == part % 100 && joined[at + 2] == 2 && joined[below] == 3;
                }
                expect("Concat of " + count + " on axis " + axis, right, joined.length);
            }
        }
    }

    private void wide(String operator, int count, Map<String, Tensor> inputs, float first, float factor) {
        float[] found = result(HugeModels.wide(operator, count, Map.of()), inputs);
        // Whole numbers below 2^24 add up exactly, and what divides the sum for a mean rounds twice at most.
        int roundings = operator.equals("Mean") ? 2 : 0;
        boolean right = Math.abs(found[0] - first) <= roundings * Math.ulp(first);
        for (int at = 1; at < 6; at++) {
            right &= Math.abs(found[at] - at * factor) <= roundings * Math.ulp(at * factor);
        }
        expect(operator + " of " + count, right, Arrays.toString(found));
    }

    private void limits() {
        Map<String, byte[]> loaded = new LinkedHashMap<>();
        loaded.put("functions", HugeModels.doublingFunctions(40));
        refused(loaded);
        expect(
                "sum of zeros",
                result(HugeModels.sumOfFilled(1 << 28, Tensor.of(new float[] {0}, 1)), Map.of())[0] == 0,
                "");
        for (String pool : new String[] {"MaxPool", "AveragePool"}) {
            limited(pool, HugeModels.pool(pool, 2_000_000_000), Map.of(), OPTIONS);
        }
        Map<String, Tensor> sizes = Map.of("x", Tensor.of(new float[1], 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1));
        limited("product of sizes", HugeModels.productOfSizes(12, 4), sizes, OPTIONS);
        HugeModels.sized(2_000_000_000).forEach((name, model) -> limited(name, model.model(), model.inputs(), OPTIONS));
        HugeModels.sized(1_000).forEach((name, model) -> {
            try (Model small = Model.load(model.model(), OPTIONS)) {
                long elements =
                        small.run(model.inputs()).values().iterator().next().elements();
                expect(name + " of a size that fits", elements == 1_000 || elements == 1_001, elements);
            }
        });
        Map<String, Tensor> four = Map.of("x", Tensor.of(new float[4], 4));
        Options few = Options.builder().threads(1).maxIterations(1_000).build();
        limited("iterations", HugeModels.endless(false), four, few);
        Options soon = Options.builder()
                .threads(1)
                .timeLimit(java.time.Duration.ofSeconds(1))
                .maxIterations(Long.MAX_VALUE)
                .build();
        limited("time", HugeModels.endless(false), four, soon);
        limited("slices", HugeModels.endless(true), four, OPTIONS);
    }

    private void refused(Map<String, byte[]> models) {
        models.forEach((name, model) -> limited(name, model, Map.of(), OPTIONS));
    }

    private void limited(String name, byte[] model, Map<String, Tensor> inputs, Options options) {
        try (Model loaded = Model.load(model, options)) {
            expect(name, false, "gave " + loaded.run(inputs));
        } catch (ModelException refused) {
            boolean exhausted = refused.getCause() instanceof VirtualMachineError;
            expect(name, refused.code() == ModelException.Code.LIMIT && !exhausted, refused.getMessage());
        }
    }

    private void interrupted() throws InterruptedException {
        Options endless =
                Options.builder().threads(1).maxIterations(Long.MAX_VALUE).build();
        AtomicReference<Object> outcome = new AtomicReference<>("nothing");
        try (Model model = Model.load(HugeModels.endless(false), endless)) {
            Thread runner = Thread.ofPlatform().start(() -> {
                try {
                    outcome.set(model.run(Map.of("x", Tensor.of(new float[4], 4))));
                } catch (ModelException stopped) {
                    outcome.set(stopped.code());
                }
            });
            runner.interrupt();
            runner.join();
        }
        expect("interrupt", outcome.get() == ModelException.Code.INTERRUPTED, outcome.get());
    }
}
