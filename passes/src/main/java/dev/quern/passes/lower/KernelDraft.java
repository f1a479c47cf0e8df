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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

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
    KernelDraft reshaped(
            int position, Shape shape, List<Dim> strides, java.util.function.UnaryOperator<List<Dim>> rewrite) {
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
        int count = 0;
        for (Dim.Term term : dim.terms()) {
            for (Dim.Atom atom : term.atoms()) {
                count += switch (atom) {
                    case Dim.Symbol symbol -> 0;
                    case Dim.FloorDiv(Dim left, Dim right) -> 1 + divisions(left) + divisions(right);
                    case Dim.Min(Dim left, Dim right) -> 1 + divisions(left) + divisions(right);
                    case Dim.Max(Dim left, Dim right) -> 1 + divisions(left) + divisions(right);
                };
            }
        }
        return count;
    }

    /** What the single symbol {@code symbol} is divided by in the loops and indices of {@code body}. */
    static Set<Dim> divisors(Stmt body, String symbol) {
        Set<Dim> found = new LinkedHashSet<>();
        new KernelVisitor() {
            @Override
            protected void dim(Dim dim) {
                divisors(dim, Dim.symbol(symbol), found);
            }
        }.stmt(body);
        return found;
    }

    private static void divisors(Dim dim, Dim symbol, Set<Dim> found) {
        for (Dim.Term term : dim.terms()) {
            for (Dim.Atom atom : term.atoms()) {
                switch (atom) {
                    case Dim.Symbol plain -> {}
                    case Dim.FloorDiv(Dim left, Dim right) -> {
                        if (left.equals(symbol)) {
                            found.add(right);
                        }
                        divisors(left, symbol, found);
                        divisors(right, symbol, found);
                    }
                    case Dim.Min(Dim left, Dim right) -> {
                        divisors(left, symbol, found);
                        divisors(right, symbol, found);
                    }
                    case Dim.Max(Dim left, Dim right) -> {
                        divisors(left, symbol, found);
                        divisors(right, symbol, found);
                    }
                }
            }
        }
    }
}
