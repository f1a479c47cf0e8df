package dev.quern.ir.interpret.kernel;

import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Runs kernels as they are written, scheduled or not: what a kernel means, for tests of schedules and back ends.
 *
 * <p>Loops of every kind run in order; what the lanes of a vector loop join is joined after it, as {@link dev.quern.ir.kernel.Stmt.ReduceInto}
 * says. Every index is checked against the shape and the span of its buffer, and both sides of
 * every choice are evaluated. Fresh allocations hold NaN, or {@code 0x5A} in every byte. Arithmetic is that of the expression's
 * own type; functions that a back end may approximate are those of {@link StrictMath}, rounded.
 *
 * <p>A kernel that breaks a rule is an {@link IllegalStateException}, an index outside a buffer an
 * {@link IndexOutOfBoundsException}; both name the kernel and the place.
 */
public final class KernelInterpreter {
    private final Kernel kernel;
    private final Scope scope;
    private final int[] symbolSlots;
    private final int[] parameterSlots;
    private final StatementCode.Action body;

    /** Resolves the names of {@code kernel}, for runs of it. */
    public KernelInterpreter(Kernel kernel) {
        this.kernel = kernel;
        scope = new Scope(kernel.name());
        symbolSlots = kernel.symbols().stream().mapToInt(scope::define).toArray();
        parameterSlots = kernel.parameters().stream().mapToInt(scope::define).toArray();
        List<Buffer> inputs = kernel.parameters().subList(0, kernel.parameters().size() - kernel.results());
        body = new StatementCode(scope, inputs.stream().map(Buffer::name).collect(Collectors.toSet()))
                .action(kernel.body());
    }

    /** Runs {@code kernel} once; see {@link #run(Object[], long[], long[])}. */
    public static void run(Kernel kernel, Object[] buffers, long[] offsets, long[] symbols) {
        new KernelInterpreter(kernel).run(buffers, offsets, symbols);
    }

    /**
     * Runs the kernel. Thread-safe.
     *
     * @param buffers the array or segment of each parameter; an array of the element's primitive type, as
     *     {@link dev.quern.ir.backend.Executable} has it
     * @param offsets position of the first element of each
     * @param symbols values of the kernel's symbols
     */
    public void run(Object[] buffers, long[] offsets, long[] symbols) {
        require("buffers", parameterSlots.length, buffers.length);
        require("offsets", parameterSlots.length, offsets.length);
        require("symbols", symbolSlots.length, symbols.length);
        Frame frame = new Frame(scope.valueSlots(), scope.bufferSlots(), scope.laneSlots());
        for (int i = 0; i < symbols.length; i++) {
            frame.values[symbolSlots[i]] = symbols[i];
        }
        ToLongFunction<String> values = name -> symbols[symbolIndex(name)];
        for (int i = 0; i < buffers.length; i++) {
            frame.views[parameterSlots[i]] =
                    BufferView.over(kernel.parameters().get(i), values, buffers[i], offsets[i]);
        }
        body.run(frame);
    }

    private int symbolIndex(String name) {
        int index = kernel.symbols().indexOf(name);
        if (index < 0) {
            throw scope.bug("has a parameter whose shape uses " + name + ", which is not one of its symbols");
        }
        return index;
    }

    private void require(String what, int expected, int found) {
        if (expected != found) {
            throw new IllegalArgumentException(
                    "kernel " + kernel.name() + ": expected " + expected + " " + what + ", found " + found);
        }
    }
}
