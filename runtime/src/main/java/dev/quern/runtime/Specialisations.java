package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.graph.Guard;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Programs for exact input shapes, where the general one's assumptions fail; the least recently used goes first. */
final class Specialisations {
    private static final System.Logger LOG = System.getLogger("dev.quern.runtime");
    private static final int MOST = 8;

    private final Function<List<long[]>, PreparedProgram> compile;
    private final Map<List<List<Long>>, PreparedProgram> programs = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<List<Long>>, PreparedProgram> eldest) {
            return size() > MOST;
        }
    };

    Specialisations(Function<List<long[]>, PreparedProgram> compile) {
        this.compile = compile;
    }

    /** The program for the shapes of {@code inputs}, compiled now if it is not there. */
    synchronized PreparedProgram forShapes(String model, List<Tensor> inputs, Guard failed) {
        List<List<Long>> key = inputs.stream()
                .map(tensor -> Arrays.stream(tensor.shape()).boxed().toList())
                .toList();
        PreparedProgram known = programs.get(key);
        if (known == null) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0}: compiling for input shapes {1}, because {2} does not hold of them ({3})",
                    model,
                    key,
                    failed,
                    failed.reason());
            try {
                known = compile.apply(inputs.stream().map(Tensor::shape).toList());
            } catch (ModelException refused) {
                throw new ModelException(
                        refused.code() == ModelException.Code.LIMIT
                                ? ModelException.Code.LIMIT
                                : ModelException.Code.INVALID_INPUT,
                        model,
                        "input shapes " + key + " do not fit the model: " + refused.getMessage(),
                        refused);
            }
            programs.put(key, known);
        }
        return known;
    }

    synchronized void clear() {
        programs.clear();
    }
}
