package dev.quern.ir.math;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Reduction;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Replaces reductions that are not {@linkplain Reduction#isPlain plain} by stores of what their rules give, through scalar registers, and
 * loops over the parts of wide targets. Lanes that such a reduction joins are kept in registers and joined in halves by further vector loops, in
 * the order of {@link Stmt.ReduceInto}. Applied to scheduled kernels.
 */
public final class SpellReductions {
    private final KernelNames names;

    private SpellReductions(Kernel kernel) {
        names = new KernelNames(kernel);
    }

    /** {@code kernel} with such reductions spelled out; the same if it has none. */
    public static Kernel spell(Kernel kernel) {
        if (!hasAny(kernel.body())) {
            return kernel;
        }
        return kernel.withBody(new SpellReductions(kernel).rewrite(kernel.body()));
    }

    /** Whether {@code reduce} is left to back ends. */
    static boolean isPlain(Stmt.ReduceInto reduce) {
        return reduce.reduction().isPlain() && reduce.along().isEmpty();
    }

    private static boolean hasAny(Stmt statement) {
        return Statements.any(statement, part -> part instanceof Stmt.ReduceInto reduce && !isPlain(reduce));
    }

    /** A name like {@code name} that nothing else has. */
    String fresh(String name) {
        return names.fresh(name);
    }

    Stmt rewrite(Stmt statement) {
        return switch (statement) {
            case Stmt.For loop
            when loop.kind() == LoopKind.VECTOR && hasAny(loop.body()) -> new SpelledLanes(this, loop).spelled();
            case Stmt.ReduceInto reduce -> isPlain(reduce) ? reduce : entered(reduce);
            case Stmt other -> Statements.withParts(other, this::rewrite);
        };
    }

    /** The element joined to the targets. */
    Stmt entered(Stmt.ReduceInto reduce) {
        Names names = new Names(reduce);
        return names.stores(reduce.reduction().entering(), reduce.targets());
    }

    /** The lifted element stored to {@code places}, one for each target. */
    Stmt lifted(Stmt.ReduceInto reduce, List<Stmt.Element> places) {
        Names names = new Names(reduce);
        return names.stores(reduce.reduction().lift(), places);
    }

    /** What the names in the rules of one statement stand for. */
    private final class Names {
        private final Stmt.ReduceInto reduce;
        private final Map<String, Expr> values = new HashMap<>();
        private final Set<String> wide = new HashSet<>();
        private final List<Buffer> buffers = new ArrayList<>();
        private final List<Buffer> wideBuffers = new ArrayList<>();
        private final List<Stmt> outside = new ArrayList<>();
        private final List<Stmt> inside = new ArrayList<>();

        Names(Stmt.ReduceInto reduce) {
            this.reduce = reduce;
            for (int part = 0; part < reduce.targets().size(); part++) {
                Stmt.Element element = reduce.targets().get(part);
                Reduction.ReducedPart target = reduce.reduction().targets().get(part);
                String left = "left." + target.name();
                values.put(left, new Expr.Load(element.buffer(), element.indices(), target.dtype()));
                if (isWide(element)) {
                    wide.add(left);
                }
            }
            for (int i = 0; i < reduce.inputs().size(); i++) {
                Expr input = reduce.inputs().get(i);
                String name = reduce.reduction().inputs().get(i).name();
                values.put(name, input);
                if (reduce.alongVariables().stream().anyMatch(each -> Expressions.mentions(input, each))) {
                    wide.add(name);
                }
            }
        }

        private boolean isWide(Stmt.Element element) {
            return element.indices().stream()
                    .flatMap(index -> index.symbols().stream())
                    .anyMatch(reduce.alongVariables()::contains);
        }

        /** What is narrow is computed first and stored last, so that what is wide sees the targets as they were. */
        Stmt stores(Reduction.ReductionRule rule, List<Stmt.Element> places) {
            keepInputs(rule);
            for (Reduction.RuleLet let : rule.lets()) {
                keep(let.name(), let.value());
            }
            List<Stmt> narrow = new ArrayList<>();
            List<Stmt> wideStores = new ArrayList<>();
            for (int part = 0; part < places.size(); part++) {
                Stmt.Element place = places.get(part);
                boolean isWide = isWide(reduce.targets().get(part));
                String name = "new." + reduce.reduction().targets().get(part).name();
                if (isWide) {
                    wide.add(name);
                }
                bind(name, named(rule.values().get(part)), isWide);
                (isWide ? wideStores : narrow).add(new Stmt.Store(place.buffer(), place.indices(), values.get(name)));
            }
            List<Stmt> all = new ArrayList<>(outside);
            if (!wideStores.isEmpty()) {
                inside.addAll(wideStores);
                Stmt body = allocated(wideBuffers, inside);
                for (Stmt.TargetAxis along : reduce.along().reversed()) {
                    body = new Stmt.For(along.variable(), along.extent(), LoopKind.SERIAL, body);
                }
                all.add(body);
            }
            all.addAll(narrow);
            return allocated(buffers, all);
        }

        private static Stmt allocated(List<Buffer> buffers, List<Stmt> statements) {
            Stmt body = statements.size() == 1 ? statements.getFirst() : new Stmt.Block(statements);
            for (Buffer buffer : buffers.reversed()) {
                body = new Stmt.Allocate(buffer, body);
            }
            return body;
        }

        /** Computes inputs that {@code rule} uses more than once to registers. */
        private void keepInputs(Reduction.ReductionRule rule) {
            Map<String, Integer> uses = new HashMap<>();
            rule.lets().forEach(let -> count(let.value(), uses));
            rule.values().forEach(value -> count(value, uses));
            for (Reduction.Input input : reduce.reduction().inputs()) {
                Expr value = values.get(input.name());
                if (uses.getOrDefault(input.name(), 0) > 1 && !(value instanceof Expr.Immediate)) {
                    bind(input.name(), value, wide.contains(input.name()));
                }
            }
        }

        private static void count(Expr rule, Map<String, Integer> uses) {
            Expressions.loads(rule, load -> uses.merge(load.buffer(), 1, Integer::sum));
        }

        private void keep(String name, Expr rule) {
            boolean isWide = Reduction.names(rule).stream().anyMatch(wide::contains);
            if (isWide) {
                wide.add(name);
            }
            bind(name, named(rule), isWide);
        }

        private Expr named(Expr rule) {
            return Reduction.replaced(rule, values);
        }

        private void bind(String name, Expr value, boolean isWide) {
            Buffer buffer = Buffer.register(fresh("rule." + name), value.dtype(), Shape.SCALAR);
            (isWide ? wideBuffers : buffers).add(buffer);
            (isWide ? inside : outside).add(new Stmt.Store(buffer.name(), List.of(), value));
            values.put(name, new Expr.Load(buffer.name(), List.of(), value.dtype()));
        }
    }

    /** The indices of a part of a value among others: over the loops of a wide one, then {@code last}. */
    static List<Dim> indices(Stmt.ReduceInto reduce, int part, Dim last) {
        List<Dim> indices = new ArrayList<>();
        for (Stmt.TargetAxis along : reduce.along()) {
            if (isOver(reduce, part, along)) {
                indices.add(Dim.symbol(along.variable()));
            }
        }
        indices.add(last);
        return indices;
    }

    static boolean isOver(Stmt.ReduceInto reduce, int part, Stmt.TargetAxis along) {
        return reduce.targets().get(part).indices().stream().anyMatch(index -> index.dependsOn(along.variable()));
    }
}
