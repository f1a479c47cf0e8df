package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.TensorInfo;
import dev.quern.ir.backend.MachineCode;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Runs a model until the JVM compiles nothing more of it. */
final class WarmUp {
    /** Runs after the last compilation: a method that is called in each of them would have been compiled. */
    private static final int QUIET_RUNS = 10;

    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(1);

    private WarmUp() {}

    /**
     * Does {@code run} until {@code code} is what it was for long enough.
     *
     * @param ended whether it is to end before
     * @return the runs
     */
    static int run(Runnable run, Supplier<MachineCode> code, BooleanSupplier ended) {
        long begin = System.nanoTime();
        MachineCode last = MachineCode.NONE;
        long changed = begin;
        long looked = begin;
        int quiet = 0;
        int runs = 0;
        long now = begin;
        while ((quiet < QUIET_RUNS || now - changed < QUIET_NANOS)
                && now - begin < MOST_NANOS
                && !ended.getAsBoolean()) {
            run.run();
            runs++;
            quiet++;
            now = System.nanoTime();
            if (now - looked >= LOOK_NANOS) {
                looked = now;
                MachineCode found = code.get();
                if (found.inTheMaking() || !found.equals(last)) {
                    last = found;
                    changed = now;
                    quiet = 0;
                }
            }
        }
        return runs;
    }

    /**
     * Zeros for inputs.
     *
     * @param inputs all that the model has
     * @param shapes the shapes of those to make
     * @param most bytes that they may take altogether
     */
    static Map<String, Tensor> zeros(List<TensorInfo> inputs, Map<String, long[]> shapes, long most) {
        if (shapes == null) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT, "shapes", "expected one for each of " + inputs + ", found null");
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        MemoryBudget budget = new MemoryBudget(most);
        for (TensorInfo info : inputs) {
            long[] shape = shapes.get(info.name());
            if (shape != null) {
                tensors.put(info.name(), zeros(info, shape.clone(), budget));
            } else if (!info.optional()) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT,
                        "input '" + info.name() + "'",
                        "expected a shape for each of " + inputs + ", found none for it");
            }
        }
        for (String name : shapes.keySet()) {
            if (!tensors.containsKey(name)) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT,
                        "input '" + name + "'",
                        "the model has no such input; its inputs are " + inputs);
            }
        }
        return tensors;
    }

    private static Tensor zeros(TensorInfo info, long[] shape, MemoryBudget budget) {
        long elements = Tensor.count(shape);
        String owner = "input '" + info.name() + "' of shape " + Arrays.toString(shape);
        if (elements > ArrayKind.MOST_ELEMENTS) {
            throw ArrayKind.tooLong(owner, info.dtype(), elements);
        }
        if (info.dtype() == DType.STRING) {
            String[] texts = new String[(int) elements];
            Arrays.fill(texts, "");
            return Tensor.of(texts, shape);
        }
        long bytes = info.dtype().byteSize(elements);
        budget.charge(bytes, owner);
        return Tensor.of(Arena.ofAuto().allocate(Math.max(1, bytes), 64).asSlice(0, bytes), info.dtype(), shape);
    }
}
