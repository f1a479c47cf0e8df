package dev.quern.runtime;

import dev.quern.LoadWarmUp;
import dev.quern.ModelException;
import dev.quern.TensorInfo;
import dev.quern.ir.backend.GiveBack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Warms a model up when it has been loaded, for the sizes that its options name. */
final class WarmUpAtLoad {
    private static final System.Logger LOG = System.getLogger("dev.quern.runtime");

    private WarmUpAtLoad() {}

    /**
     * Does what {@code wanted} says; a model that cannot be warmed so is closed.
     *
     * @param limit how long that may take: warming that is awaited ends then, with the model as warm as it is
     */
    static void begin(CompiledModel model, LoadWarmUp wanted, Duration limit) {
        if (wanted.shapes().isEmpty()) {
            return;
        }
        try {
            List<Map<String, long[]>> all = shapes(model, wanted);
            all.forEach(model::zeros); // what does not fit is to be said by whoever loads
            if (wanted.awaited()) {
                long begin = System.nanoTime();
                warm(
                        model,
                        all,
                        () -> Duration.ofNanos(System.nanoTime() - begin).compareTo(limit) > 0);
            } else {
                Thread.ofPlatform().daemon().name("quern-warm-up").start(() -> warmBeside(model, all));
            }
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, model::close);
            throw failure;
        }
    }

    /** The shapes that {@code wanted} names, those that the model states where it names none. */
    static List<Map<String, long[]>> shapes(CompiledModel model, LoadWarmUp wanted) {
        List<Map<String, long[]>> all = new ArrayList<>();
        for (Map<String, List<Long>> each : wanted.shapes()) {
            all.add(each.isEmpty() ? stated(model) : arrays(each));
        }
        return all;
    }

    private static void warm(CompiledModel model, List<Map<String, long[]>> all, BooleanSupplier ended) {
        for (Map<String, long[]> shapes : all) {
            if (!ended.getAsBoolean()) {
                model.warmUp(shapes, ended);
            }
        }
    }

    private static void warmBeside(CompiledModel model, List<Map<String, long[]>> all) {
        try {
            warm(model, all, model::isClosed);
        } catch (ModelException failure) {
            if (!model.isClosed()) {
                LOG.log(System.Logger.Level.WARNING, "a model is not warmed up: {0}", failure.getMessage());
            }
        }
    }

    private static Map<String, long[]> arrays(Map<String, List<Long>> shapes) {
        Map<String, long[]> arrays = new HashMap<>();
        shapes.forEach((name, shape) ->
                arrays.put(name, shape.stream().mapToLong(Long::longValue).toArray()));
        return arrays;
    }

    /** The shapes of the inputs that have to be given, as the model states them. */
    private static Map<String, long[]> stated(CompiledModel model) {
        Map<String, long[]> shapes = new HashMap<>();
        for (TensorInfo input : model.inputs()) {
            if (!input.optional()) {
                shapes.put(input.name(), stated(input));
            }
        }
        return shapes;
    }

    private static long[] stated(TensorInfo input) {
        try {
            return input.shape().stream().mapToLong(Long::parseLong).toArray();
        } catch (NumberFormatException symbolic) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    "input '" + input.name() + "'",
                    "expected a shape to warm up or tune for, since the model states " + input + ", found none",
                    symbolic);
        }
    }
}
