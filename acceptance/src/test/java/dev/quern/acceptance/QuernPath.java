package dev.quern.acceptance;

import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.runtime.ModelCompiler;
import java.util.Map;

/** The ways in which Quern can compute what a model says, which agree. */
enum QuernPath {
    /** The imported graph, operation by operation, by the reference interpreter. */
    GRAPH,
    /** The compiled kernels, interpreted. */
    KERNELS,
    /** Generated code with vectors. */
    VECTOR,
    /** Generated code without. */
    SCALAR;

    private static final String VECTOR_BITS = "quern.vector.bits";

    Map<String, Tensor> run(byte[] model, Map<String, Tensor> inputs) {
        return switch (this) {
            case GRAPH -> run(ModelCompiler.of(options("cpu")).interpret(model), inputs);
            case KERNELS -> run(Model.load(model, options("interpreter")), inputs);
            case VECTOR -> run(Model.load(model, options("cpu")), inputs);
            case SCALAR -> {
                System.setProperty(VECTOR_BITS, "0");
                try {
                    yield run(Model.load(model, options("cpu")), inputs);
                } finally {
                    System.clearProperty(VECTOR_BITS);
                }
            }
        };
    }

    private static Options options(String device) {
        return Options.builder().threads(1).device(device).poison(true).build();
    }

    private static Map<String, Tensor> run(Model loaded, Map<String, Tensor> inputs) {
        try (Model model = loaded) {
            return model.run(inputs);
        }
    }
}
