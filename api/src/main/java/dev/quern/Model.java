package dev.quern;

import dev.quern.spi.ModelProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;

/**
 * A compiled model. Thread-safe: any number of threads may run one model at once. Results outlive the model.
 *
 * <pre>{@code
 * try (Model model = Model.load(Path.of("model.onnx"))) {
 *     Map<String, Tensor> out = model.run(Map.of("input_ids", Tensor.of(ids, 1, 16)));
 * }
 * }</pre>
 */
public interface Model extends AutoCloseable {
    /**
     * Compiles the ONNX model in {@code file} with the default options.
     *
     * @throws ModelException if the file cannot be read, is not a valid model, uses what Quern does not have, or Quern itself
     *     fails; nothing else is thrown
     */
    static Model load(Path file) {
        return load(file, Options.defaults());
    }

    /** Compiles the ONNX model in {@code file}. */
    static Model load(Path file, Options options) {
        return provider().load(file, options);
    }

    /** Compiles an ONNX model held in memory; it may not refer to external data. */
    static Model load(byte[] model, Options options) {
        return provider().load(model, options);
    }

    private static ModelProvider provider() {
        ModuleLayer layer = Model.class.getModule().getLayer();
        ServiceLoader<ModelProvider> providers = layer == null
                ? ServiceLoader.load(ModelProvider.class, Model.class.getClassLoader())
                : ServiceLoader.load(layer, ModelProvider.class);
        return providers
                .findFirst()
                .orElseThrow(() -> new ModelException(
                        ModelException.Code.UNSUPPORTED,
                        "",
                        "no Quern runtime found; add quern-runtime, or the bundle, to the class path"));
    }

    /**
     * The inputs that {@link #run} takes, in the model's order. Those with a default, initializers that are inputs too, say that
     * they are {@link TensorInfo#optional}; in files before IR version 4 all weights are.
     */
    List<TensorInfo> inputs();

    /** The outputs that {@link #run} gives, in the model's order. */
    List<TensorInfo> outputs();

    /**
     * Runs the model. Inputs are read in place and must not change until this returns. The model is compiled with the defaults as
     * constants; the first run that gives optional inputs compiles it once more, with these as inputs like others.
     *
     * @param inputs one tensor per name in {@link #inputs()}, optional ones where the caller likes
     * @return one tensor per name in {@link #outputs()}, in that order; they own their memory
     * @throws ModelException if a name, type or shape does not fit, a limit is met, the model is closed, or Quern itself fails
     */
    default Map<String, Tensor> run(Map<String, Tensor> inputs) {
        return run(inputs, Set.of());
    }

    /**
     * Runs the model, and gives it the tensors of some inputs: their memory is the model's from then on. Where nothing else needs what such
     * an input holds, the output that follows from it is computed in its memory, so that a cache is written where it lies and not copied. Of
     * tensors in arrays no element is; others are brought into an array once.
     *
     * <p>A tensor that was given away cannot be read any more, whether the run succeeds or fails, unless it is refused because names, types or
     * shapes do not fit: no half-written cache is taken for a whole one. An array or segment that it was made of must not be used
     * either. It must share no memory with other inputs, nor be read by another run meanwhile.
     *
     * @param given names of inputs whose tensors are given away
     * @throws ModelException as {@link #run(Map)} does, or if a tensor that is given away is in use, was given away before, or shares
     *     memory with another input
     */
    Map<String, Tensor> run(Map<String, Tensor> inputs, Set<String> given);

    /**
     * Runs the model on zeros until the JVM has compiled what works long for such inputs, so that {@link #run} is as quick as it becomes
     * from the next call on. Where inputs of these shapes have to be compiled for, that is done too. Takes seconds: ends when the JVM has compiled nothing of
     * it for ten runs and a third of a second, or after a minute.
     *
     * @param shapes the shape of each input by name, in elements; optional ones may be left out
     * @throws ModelException if a shape is missing or does not fit, zeros are no valid input, or as {@link #run(Map)} does
     */
    void warmUp(Map<String, long[]> shapes);

    /** Frees what the model holds; runs in flight finish first. Further calls do nothing. */
    @Override
    void close();
}
