package dev.quern.passes.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Roles;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The loops of an unscheduled kernel.
 *
 * @param outer the perfectly nested loops at the top, outermost first
 * @param inner all loops below them, in order of appearance
 * @param body what the outer loops contain
 * @param roles what the loops are
 */
record LoopNest(List<Stmt.For> outer, List<Stmt.For> inner, Stmt body, Roles roles) {
    private static final long LIKELY_EXTENT = 128;

    static LoopNest of(Kernel kernel) {
        List<Stmt.For> outer = new ArrayList<>();
        Stmt at = kernel.body();
        while (at instanceof Stmt.For loop) {
            outer.add(loop);
            at = loop.body();
        }
        return new LoopNest(List.copyOf(outer), loops(at), at, kernel.roles());
    }

    private static List<Stmt.For> loops(Stmt body) {
        List<Stmt.For> loops = new ArrayList<>();
        body.walk(statement -> {
            if (statement instanceof Stmt.For loop) {
                loops.add(loop);
            }
        });
        return List.copyOf(loops);
    }

    /** The same with the lets between the outer loops taken to be inside them, where schedules can move them. */
    static LoopNest throughBindings(Kernel kernel) {
        List<Stmt.For> outer = new ArrayList<>();
        Stmt at = kernel.body();
        while (at instanceof Stmt.For || at instanceof Stmt.Let) {
            if (at instanceof Stmt.For loop) {
                outer.add(loop);
            }
            at = at.parts().getFirst();
        }
        return new LoopNest(List.copyOf(outer), loops(at), at, kernel.roles());
    }

    /** The outer loops of one of these roles. */
    List<Stmt.For> outer(AxisRole... wanted) {
        return outer.stream().filter(loop -> roles.is(loop, wanted)).toList();
    }

    /** The inner loops of one of these roles. */
    List<Stmt.For> inner(AxisRole... wanted) {
        return inner.stream().filter(loop -> roles.is(loop, wanted)).toList();
    }

    /** Names of {@code loops}, in order. */
    static List<String> names(List<Stmt.For> loops) {
        return loops.stream().map(Stmt.For::variable).toList();
    }

    /** The extent of {@code loop}; of one that is not known, what a schedule takes it for. */
    static long likely(Stmt.For loop) {
        return extent(loop, LIKELY_EXTENT);
    }

    /** The extent of {@code loop} where symbols have these values; of one that depends on others, what a schedule takes it for. */
    static long extent(Stmt.For loop, Map<String, Long> sizes) {
        return sizes.keySet().containsAll(loop.extent().symbols())
                ? loop.extent().evaluate(sizes::get)
                : likely(loop);
    }

    /** The extent of {@code loop} if it is constant, else {@code otherwise}. */
    static long extent(Stmt.For loop, long otherwise) {
        return loop.extent().asConstant().orElse(otherwise);
    }

    /** Whether which elements of {@code buffer} the kernel's reductions take depends on {@code loop}. */
    boolean selects(Stmt.For loop, String buffer) {
        return reduced(buffer).stream()
                .anyMatch(load -> load.indices().stream().anyMatch(index -> index.dependsOn(loop.variable())));
    }

    /** The loads of {@code buffer} in what is reduced. */
    private List<Expr.Load> reduced(String buffer) {
        List<Expr.Load> loads = new ArrayList<>();
        body.walk(statement -> {
            if (statement instanceof Stmt.ReduceInto reduce) {
                reduce.inputs()
                        .forEach(input -> Expressions.loads(input, load -> {
                            if (load.buffer().equals(buffer)) {
                                loads.add(load);
                            }
                        }));
            }
        });
        return loads;
    }

    /** The panels of {@code width} columns of a product's second operand, {@code loop} being the one over columns. */
    Layout panels(Buffer operand, Stmt.For loop, long width) {
        int last = operand.shape().rank() - 1;
        List<Expr.Load> loads = reduced(operand.name());
        boolean isAlongRows = loads.stream()
                        .noneMatch(load -> load.indices().get(last).dependsOn(loop.variable()))
                && loads.stream().anyMatch(load -> load.indices().get(last - 1).dependsOn(loop.variable()));
        return isAlongRows ? Layout.panelsAlongRows(operand.shape(), width) : Layout.panels(operand.shape(), width);
    }

    /** Whether {@code loop} runs along neighbouring elements of everything that {@code statement} loads from a parameter and that depends on it. */
    static boolean contiguous(Kernel kernel, Stmt statement, Stmt.For loop) {
        boolean[] result = {true};
        statement.walk(part -> {
            if (part instanceof Stmt.Store store) {
                result[0] &= adjacent(kernel, store.buffer(), store.indices(), loop);
            }
            if (part instanceof Stmt.Store || part instanceof Stmt.ReduceInto) {
                part.values()
                        .forEach(value -> Expressions.loads(
                                value, load -> result[0] &= adjacent(kernel, load.buffer(), load.indices(), loop)));
            }
        });
        return result[0];
    }

    private static boolean adjacent(Kernel kernel, String buffer, List<Dim> indices, Stmt.For loop) {
        return kernel.parameters().stream()
                .filter(parameter -> parameter.name().equals(buffer))
                .allMatch(parameter -> parameter
                        .layout()
                        .address(indices)
                        .coefficient(loop.variable())
                        .filter(factor -> factor.is(0) || factor.is(1))
                        .isPresent());
    }
}
