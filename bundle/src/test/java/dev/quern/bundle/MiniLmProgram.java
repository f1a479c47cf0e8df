package dev.quern.bundle;

import dev.quern.Model;
import dev.quern.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** A program as a service would have it: knows the API and nothing else. Run in a process of its own. */
final class MiniLmProgram {
    private MiniLmProgram() {}

    /** Runs the model in the file named; prints whether the Vector API is there, then some elements of the result. */
    public static void main(String[] arguments) {
        long[] ids = {101, 7592, 2088, 2003, 1037, 2307, 2173, 102};
        long[] ones = new long[ids.length];
        Arrays.fill(ones, 1);
        System.out.println(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() ? "vector" : "scalar");
        try (Model model = Model.load(Path.of(arguments[0]))) {
            Map<String, Tensor> outputs = model.run(Map.of(
                    "input_ids", Tensor.of(ids, 1, ids.length),
                    "attention_mask", Tensor.of(ones, 1, ids.length),
                    "token_type_ids", Tensor.of(new long[ids.length], 1, ids.length)));
            Tensor states = outputs.values().iterator().next();
            System.out.println(Arrays.toString(states.shape()));
            float[] elements = states.toFloatArray();
            for (int i = 0; i < elements.length; i += 307) {
                System.out.println(elements[i]);
            }
        }
    }
}
