package dev.quern.ir.cost;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.math.ExpandMath;
import dev.quern.ir.math.SpellReductions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a kernel takes of a processor as it is scheduled: padding, tails and elements without lanes count, and what is loaded once for several operations counts once. An estimate that tells the schedules of
 * one kernel apart; waiting for memory is not in it.
 *
 * @param instructions vector or scalar instructions on values; a multiply-add is one
 * @param loads vectors or elements that are loaded from memory, a broadcast one, a gather one for each lane
 */
public record ScheduledCost(double instructions, double loads) {
    private static final Dim LANE = Dim.symbol("a lane");

    /**
     * Counts them.
     *
     * @param scheduled the kernel that a schedule makes
     * @param symbols values of its symbols, in their order
     * @param vectorBits of a register, 0 for scalar code
     */
    public static ScheduledCost of(Kernel scheduled, long[] symbols, int vectorBits) {
        Map<String, Long> values = new HashMap<>();
        for (int i = 0; i < symbols.length; i++) {
            values.put(scheduled.symbols().get(i), symbols[i]);
        }
        InstructionCount count = new InstructionCount(vectorBits);
        Stmt body = IndexNames.inline(
                ExpandMath.expand(SpellReductions.spell(scheduled)).body());
        count.visit(body, new Standing(Iterations.once(values), Map.of(), "", 1, new HashSet<>()));
        return new ScheduledCost(count.instructions, count.loads);
    }

    /**
     * What a load takes, whatever the vector loop around it is called: straight code has many of these.
     *
     * @param buffer from where
     * @param indices with one name for lanes
     */
    private record LoadedElements(String buffer, List<Dim> indices) {
        static LoadedElements of(Expr.Load load, String lane) {
            return new LoadedElements(
                    load.buffer(),
                    lane.isEmpty()
                            ? load.indices()
                            : load.indices().stream()
                                    .map(index -> index.substitute(Map.of(lane, LANE)))
                                    .toList());
        }
    }

    /**
     * Where a statement stands.
     *
     * @param at the loops around it, lanes aside
     * @param straight extents of the loops around it that are straight code, by variable
     * @param lane variable of the vector loop around it; empty if none
     * @param lanes of that
     * @param loaded what the same straight code has loaded already
     */
    private record Standing(
            Iterations at, Map<String, Long> straight, String lane, long lanes, Set<LoadedElements> loaded) {
        Standing with(Iterations other) {
            return new Standing(other, straight, lane, lanes, loaded);
        }
    }

    private static final class InstructionCount {
        private final int vectorBits;
        private final Set<String> registers = new HashSet<>();
        private double instructions;
        private double loads;

        InstructionCount(int vectorBits) {
            this.vectorBits = vectorBits;
        }

        void visit(Stmt statement, Standing here) {
            switch (statement) {
                case Stmt.Block block -> block.statements().forEach(inner -> visit(inner, here));
                case Stmt.For loop -> visit(loop.body(), in(loop, here));
                case Stmt.Store store -> add(store.value(), 0, here);
                case Stmt.ReduceInto reduce -> {
                    Expr value = reduce.reduction().lifted(reduce.inputs());
                    add(value, reduce.reduction().isFused() ? 0 : 1, here);
                }
                case Stmt.Allocate allocate -> {
                    if (allocate.buffer().space() == MemorySpace.REGISTER) {
                        registers.add(allocate.buffer().name());
                    }
                    visit(allocate.body(), here);
                }
                case Stmt.Guard guard -> {
                    visit(guard.then(), here.with(here.at().where(guard.nonNegative())));
                    if (!guard.otherwise().equals(Stmt.NOTHING)) {
                        visit(guard.otherwise(), here.with(here.at().whereNot(guard.nonNegative())));
                    }
                }
                case Stmt.Let let -> {
                    add(let.value(), 0, here);
                    visit(let.body(), here.with(here.at().reading(let.name())));
                }
                case Stmt.Section section -> visit(section.body(), here);
            }
        }

        private static Standing in(Stmt.For loop, Standing here) {
            if (loop.kind() == LoopKind.VECTOR
                    && here.lane().isEmpty()
                    && loop.extent().isConstant()) {
                // A condition on lanes is a mask: the instruction is there all the same.
                return new Standing(
                        here.at().reading(loop.variable()),
                        here.straight(),
                        loop.variable(),
                        loop.extent().constant(),
                        here.loaded());
            }
            Iterations inside = here.at().in(loop.variable(), loop.extent());
            if (loop.kind() == LoopKind.UNROLL && loop.extent().isConstant()) {
                Map<String, Long> straight = new HashMap<>(here.straight());
                straight.put(loop.variable(), loop.extent().constant());
                return new Standing(inside, straight, here.lane(), here.lanes(), here.loaded());
            }
            return new Standing(inside, here.straight(), here.lane(), here.lanes(), new HashSet<>());
        }

        private void add(Expr value, int more, Standing here) {
            double times = here.at().count();
            if (times == 0) {
                return;
            }
            long vectors = vectors(value.dtype().bits(), here);
            instructions += (operations(value) + more) * times * vectors;
            Expressions.loads(value, load -> {
                if (!registers.contains(load.buffer()) && here.loaded().add(LoadedElements.of(load, here.lane()))) {
                    loads += times / shared(load, here) * instructions(load, here);
                }
            });
        }

        /** Registers that the lanes around take. */
        private long vectors(int bits, Standing here) {
            return here.lane().isEmpty() ? 1 : Math.ceilDiv(here.lanes() * bits, (long) Math.max(bits, vectorBits));
        }

        /** How many iterations of straight code one load serves. */
        private static double shared(Expr.Load load, Standing here) {
            double shared = 1;
            for (Map.Entry<String, Long> loop : here.straight().entrySet()) {
                boolean depends = load.indices().stream().anyMatch(index -> index.dependsOn(loop.getKey()));
                shared *= depends ? 1 : loop.getValue();
            }
            return shared;
        }

        private double instructions(Expr.Load load, Standing here) {
            if (here.lane().isEmpty() || load.indices().stream().noneMatch(index -> index.dependsOn(here.lane()))) {
                return 1;
            }
            Dim last = load.indices().getLast();
            boolean contiguous =
                    last.coefficient(here.lane()).filter(one -> one.is(1)).isPresent();
            return contiguous ? vectors(load.dtype().bits(), here) : here.lanes();
        }

        private static int operations(Expr expression) {
            int own = switch (expression) {
                case Expr.UnaryOperation _, Expr.BinaryOperation _, Expr.Fma _ -> 1;
                case Expr.Comparison _, Expr.Conditional _, Expr.Conversion _ -> 1;
                case Expr.Immediate _, Expr.Load _, Expr.Index _, Expr.Reinterpretation _ -> 0;
            };
            return own
                    + expression.operands().stream()
                            .mapToInt(InstructionCount::operations)
                            .sum();
        }
    }
}
