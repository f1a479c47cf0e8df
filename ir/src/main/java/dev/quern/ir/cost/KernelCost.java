package dev.quern.ir.cost;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.math.ExpandMath;
import dev.quern.ir.math.SpellReductions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a kernel has to do at given sizes, however it is scheduled.
 *
 * @param operations arithmetic operations on values of any type, functions such as {@code exp} as the formulas that compute them, reductions of several parts as their rules; a
 *     multiply-add counts two, indices and conversions nothing
 * @param wide those of them on elements of 64 bits
 * @param read bytes of the elements that it reads, each once
 * @param written bytes of the elements that it writes, each once
 */
public record KernelCost(double operations, double wide, double read, double written) {
    /**
     * Counts them.
     *
     * @param kernel as lowered, before it is scheduled: a schedule adds padding and repeats work
     * @param symbols values of its symbols, in their order
     */
    public static KernelCost of(Kernel kernel, long[] symbols) {
        Map<String, Long> values = new HashMap<>();
        for (int i = 0; i < symbols.length; i++) {
            values.put(kernel.symbols().get(i), symbols[i]);
        }
        Iterations once = Iterations.once(values);
        CostCount count = new CostCount(kernel, once);
        count.visit(
                IndexNames.inline(
                        ExpandMath.expand(SpellReductions.spell(kernel)).body()),
                once);
        double read = 0;
        double written = 0;
        int firstResult = kernel.parameters().size() - kernel.results();
        for (int i = 0; i < kernel.parameters().size(); i++) {
            double bytes = count.traffic.get(kernel.parameters().get(i).name()).bytes();
            read += i < firstResult ? bytes : 0;
            written += i < firstResult ? 0 : bytes;
        }
        return new KernelCost(count.operations, count.wide, read, written);
    }

    /** All bytes. */
    public double bytes() {
        return read + written;
    }

    private static final class CostCount {
        private final Map<String, Traffic> traffic = new HashMap<>();
        private double operations;
        private double wide;

        CostCount(Kernel kernel, Iterations outside) {
            for (Buffer parameter : kernel.parameters()) {
                traffic.put(parameter.name(), new Traffic(parameter, outside));
            }
        }

        void visit(Stmt statement, Iterations at) {
            switch (statement) {
                case Stmt.Block(List<Stmt> statements) -> statements.forEach(inner -> visit(inner, at));
                case Stmt.For loop -> visit(loop.body(), at.in(loop.variable(), loop.extent()));
                case Stmt.Store store -> {
                    add(Arithmetic.of(store.value()), at);
                    loads(store.value(), at);
                    touch(store.buffer(), store.indices(), at);
                }
                case Stmt.ReduceInto(var targets, var reduction, var inputs, var _) -> {
                    Expr value = reduction.lifted(inputs);
                    add(Arithmetic.of(value).andOne(value.dtype()), at);
                    loads(value, at);
                    targets.forEach(target -> touch(target.buffer(), target.indices(), at));
                }
                case Stmt.Allocate allocate -> visit(allocate.body(), at);
                case Stmt.Guard guard -> {
                    visit(guard.then(), at.where(guard.nonNegative()));
                    if (!guard.otherwise().equals(Stmt.NOTHING)) {
                        visit(guard.otherwise(), at.whereNot(guard.nonNegative()));
                    }
                }
                case Stmt.Let let -> {
                    add(Arithmetic.of(let.value()), at);
                    loads(let.value(), at);
                    visit(let.body(), at.reading(let.name()));
                }
                case Stmt.Section section -> visit(section.body(), at);
            }
        }

        private void add(Arithmetic each, Iterations at) {
            if (each.all() > 0) {
                operations += each.all() * at.count();
                wide += each.wide() * at.count();
            }
        }

        private void loads(Expr expression, Iterations at) {
            Expressions.loads(expression, load -> touch(load.buffer(), load.indices(), at));
        }

        private void touch(String buffer, List<Dim> indices, Iterations at) {
            Traffic own = traffic.get(buffer);
            if (own != null && at.count() > 0) {
                own.touch(indices, at);
            }
        }
    }
}
