package dev.quern.runtime;

import dev.quern.ir.Dim;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.HostExecutable;
import dev.quern.ir.backend.Target;
import dev.quern.ir.interpret.kernel.KernelInterpreter;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.math.ExpandMath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs kernels by the interpreter: slow, and right by definition; to tell a wrong kernel from a wrong back end. */
final class InterpretedBackend implements Backend {
    private static final String FROM = "range.from";
    private static final String TO = "range.to";

    @Override
    public String device() {
        return "interpreter";
    }

    @Override
    public Target target(int threads) {
        return Target.scalar(threads);
    }

    @Override
    public Executable compile(Kernel scheduled, Target target) {
        Kernel kernel = ExpandMath.expand(scheduled);
        return kernel.body() instanceof Stmt.For(String variable, Dim extent, LoopKind kind, Stmt body)
                        && kind == LoopKind.PARALLEL
                ? new Interpreted(scheduled, extent, ranged(kernel, variable, extent, body))
                : new Interpreted(scheduled, Dim.ONE, ranged(kernel, "range.once", Dim.ONE, kernel.body()));
    }

    /** {@code body} for those iterations alone that lie between two more symbols. */
    private static KernelInterpreter ranged(Kernel kernel, String variable, Dim extent, Stmt body) {
        Dim at = Dim.symbol(variable);
        List<Dim> inside =
                List.of(at.minus(Dim.symbol(FROM)), Dim.symbol(TO).minus(1).minus(at));
        Stmt loop = new Stmt.For(variable, extent, LoopKind.SERIAL, new Stmt.Guard(inside, body, Stmt.NOTHING));
        List<String> symbols = new ArrayList<>(kernel.symbols());
        symbols.add(FROM);
        symbols.add(TO);
        return new KernelInterpreter(
                new Kernel(kernel.name(), kernel.template(), symbols, kernel.parameters(), kernel.results(), loop));
    }

    private record Interpreted(Kernel kernel, Dim extent, KernelInterpreter interpreter) implements HostExecutable {
        @Override
        public long parallelExtent(long[] symbols) {
            return Math.max(0, extent.evaluate(name -> symbols[kernel.symbols().indexOf(name)]));
        }

        @Override
        public void run(Object[] buffers, long[] offsets, long[] symbols, long from, long to) {
            long[] all = Arrays.copyOf(symbols, symbols.length + 2);
            all[symbols.length] = from;
            all[symbols.length + 1] = to;
            interpreter.run(buffers, offsets, all);
        }

        @Override
        public byte[] artifact() {
            return new byte[0];
        }
    }
}
