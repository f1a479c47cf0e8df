package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.KernelMapper;
import dev.quern.ir.kernel.KernelVisitor;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A kernel's parameters and body on their way through the clean-up that follows a template.
 *
 * @param parameters global buffers of one stride per axis
 * @param body what is done to them
 */
record KernelDraft(List<Buffer> parameters, Stmt body) {
    KernelDraft {
        parameters = List.copyOf(parameters);
    }

    /** The ranges of all loops of the body. */
    DimRanges ranges() {
        var collected = new Object() {
            DimRanges ranges = DimRanges.NONE;
        };
        new KernelVisitor() {
            @Override
            protected void loop(Stmt.For loop) {
                collected.ranges = collected.ranges.with(loop.variable(), loop.extent());
            }
        }.stmt(body);
        return collected.ranges;
    }

    /** The index lists of every access to {@code buffer}. */
    List<List<Dim>> accesses(String buffer) {
        List<List<Dim>> found = new ArrayList<>();
        new KernelVisitor() {
            @Override
            protected void access(String name, List<Dim> indices) {
                if (name.equals(buffer)) {
                    found.add(indices);
                }
            }
        }.stmt(body);
        return found;
    }

    /**
     * This with every access to parameter {@code position} rewritten to the shape {@code shape}.
     *
     * @param strides where the elements of the shape lie
     */
    KernelDraft reshaped(int position, Shape shape, List<Dim> strides, UnaryOperator<List<Dim>> rewrite) {
        Buffer old = parameters.get(position);
        List<Buffer> changed = new ArrayList<>(parameters);
        changed.set(position, Buffer.global(old.name(), old.dtype(), shape, Layout.joinable(shape, strides)));
        Stmt rewritten = new KernelMapper() {
            @Override
            protected List<Dim> access(String buffer, List<Dim> indices) {
                return buffer.equals(old.name()) ? rewrite.apply(indices) : indices;
            }
        }.stmt(body);
        return new KernelDraft(changed, rewritten);
    }

    /** How many divisions, minima and maxima the loops and indices of {@code body} have. */
    static int divisions(Stmt body) {
        var count = new Object() {
            int value;
        };
        new KernelVisitor() {
            @Override
            protected void dim(Dim dim) {
                count.value += divisions(dim);
            }
        }.stmt(body);
        return count.value;
    }

    /** How many divisions, minima and maxima {@code dim} has. */
    static int divisions(Dim dim) {
        var count = new Object() {
            int value;
        };
        atoms(dim, atom -> count.value += atom instanceof Dim.Symbol ? 0 : 1);
        return count.value;
    }

    /** What the single symbol {@code symbol} is divided by in the loops and indices of {@code body}. */
    static Set<Dim> divisors(Stmt body, String symbol) {
        Dim index = Dim.symbol(symbol);
        Set<Dim> found = new LinkedHashSet<>();
        new KernelVisitor() {
            @Override
            protected void dim(Dim dim) {
                atoms(dim, atom -> {
                    if (atom instanceof Dim.FloorDiv(Dim left, Dim right) && left.equals(index)) {
                        found.add(right);
                    }
                });
            }
        }.stmt(body);
        return found;
    }

    /** Tells what {@code dim} is made of, and that what it is made of. */
    private static void atoms(Dim dim, Consumer<Dim.Atom> action) {
        for (Dim.Term term : dim.terms()) {
            for (Dim.Atom atom : term.atoms()) {
                action.accept(atom);
                switch (atom) {
                    case Dim.Symbol symbol -> {}
                    case Dim.FloorDiv(Dim left, Dim right) -> {
                        atoms(left, action);
                        atoms(right, action);
                    }
                    case Dim.Min(Dim left, Dim right) -> {
                        atoms(left, action);
                        atoms(right, action);
                    }
                    case Dim.Max(Dim left, Dim right) -> {
                        atoms(left, action);
                        atoms(right, action);
                    }
                }
            }
        }
    }

    /** The names that loops and bindings of the body define. */
    Set<String> bound() {
        Set<String> bound = new HashSet<>();
        new KernelVisitor() {
            @Override
            protected void loop(Stmt.For loop) {
                bound.add(loop.variable());
            }

            @Override
            protected void let(Stmt.Let let) {
                bound.add(let.name());
            }
        }.stmt(body);
        return bound;
    }

    /** The names that sizes and indices of the parameters and the body mention, those of the body's own among them. */
    Set<String> mentioned() {
        Set<String> used = new TreeSet<>();
        new KernelVisitor() {
            @Override
            protected void dim(Dim dim) {
                used.addAll(dim.symbols());
            }
        }.stmt(body);
        for (Buffer parameter : parameters) {
            parameter.shape().dims().forEach(dim -> used.addAll(dim.symbols()));
            parameter.layout().strides().forEach(dim -> used.addAll(dim.symbols()));
        }
        return used;
    }
}
