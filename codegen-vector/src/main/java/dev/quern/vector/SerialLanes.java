package dev.quern.vector;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Reduction;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Spells out the order of {@link Stmt.ReduceInto} across lanes in vector loops that do not run as vectors: what each lane gives is kept
 * in a buffer, joined in halves by loops, and joined to the target.
 */
final class SerialLanes {
    private final Predicate<Stmt.For> asVectors;

    private SerialLanes(Predicate<Stmt.For> asVectors) {
        this.asVectors = asVectors;
    }

    /** {@code body} with what lanes join spelled out in vector loops other than {@code asVectors}; the same if there are none. */
    static Stmt spell(Stmt body, Predicate<Stmt.For> asVectors) {
        return new SerialLanes(asVectors).rewrite(body);
    }

    private Stmt rewrite(Stmt statement) {
        return switch (statement) {
            case Stmt.For loop
            when loop.kind() == LoopKind.VECTOR
                    && !asVectors.test(loop)
                    && loop.extent().isConstant() -> {
                Stmt spelled = new SerialLoop(loop).spelled();
                yield spelled == loop ? Statements.withParts(loop, this::rewrite) : rewrite(spelled);
            }
            case Stmt other -> Statements.withParts(other, this::rewrite);
        };
    }

    /** One vector loop. */
    private static final class SerialLoop {
        private final Stmt.For loop;
        private final long lanes;
        private final Set<String> inside = new HashSet<>();
        private final List<Stmt> before = new ArrayList<>();
        private final List<Stmt> after = new ArrayList<>();
        private final List<Buffer> kept = new ArrayList<>();
        private int loops;

        SerialLoop(Stmt.For loop) {
            this.loop = loop;
            this.lanes = Math.max(0, loop.extent().constant());
            inside.add(loop.variable());
        }

        Stmt spelled() {
            Stmt body = keep(loop.body(), List.of(), false, 0);
            if (kept.isEmpty() || lanes == 0) {
                return loop;
            }
            List<Stmt> all = new ArrayList<>(before);
            all.add(new Stmt.For(loop.variable(), loop.extent(), LoopKind.SERIAL, body));
            all.addAll(after);
            Stmt result = new Stmt.Block(all);
            for (Buffer buffer : kept.reversed()) {
                result = new Stmt.Allocate(buffer, result);
            }
            return result;
        }

        /**
         * The statement with reductions across lanes as stores.
         *
         * @param conditions those around it that are the same in all lanes
         * @param partial whether some lanes may not get here
         * @param depth loops inside the vector loop around it
         */
        private Stmt keep(Stmt statement, List<Dim> conditions, boolean partial, int depth) {
            return switch (statement) {
                case Stmt.For inner -> {
                    inside.add(inner.variable());
                    yield inner.kind() == LoopKind.VECTOR
                            ? inner
                            : Statements.withParts(inner, part -> keep(part, conditions, partial, depth + 1));
                }
                case Stmt.Guard(List<Dim> nonNegative, Stmt then, Stmt otherwise) -> {
                    List<Dim> more = new ArrayList<>(conditions);
                    nonNegative.stream()
                            .filter(each -> each.symbols().stream().noneMatch(inside::contains))
                            .forEach(more::add);
                    yield new Stmt.Guard(
                            nonNegative, keep(then, more, true, depth), keep(otherwise, conditions, true, depth));
                }
                case Stmt.ReduceInto reduce ->
                    reduce.joinsLanes(inside) ? keep(reduce, conditions, partial, depth) : reduce;
                case Stmt other -> {
                    inside.addAll(other.defined());
                    yield Statements.withParts(other, part -> keep(part, conditions, partial, depth));
                }
            };
        }

        private Stmt keep(Stmt.ReduceInto reduce, List<Dim> conditions, boolean partial, int depth) {
            if (depth > 0) {
                throw Refusal.because("lanes joined into "
                        + reduce.targets().getFirst().buffer() + " in a loop inside a vector loop");
            }
            Reduction reduction = reduce.reduction();
            DType dtype = reduction.targets().getFirst().dtype();
            Buffer buffer = Buffer.register(loop.variable() + ".lanes" + kept.size(), dtype, Shape.of(lanes));
            kept.add(buffer);
            if (partial) {
                before.add(counted(
                        lanes,
                        at -> store(buffer, at, reduction.targets().getFirst().identity())));
            }
            BinaryOp function = reduction.function().orElseThrow();
            long width = Long.highestOneBit(Math.max(1, lanes - 1)) * 2;
            for (long half = width / 2; half >= 1 && half < lanes; half /= 2) {
                long distance = half;
                after.add(counted(
                        Math.min(half, lanes - half),
                        at -> store(
                                buffer,
                                at,
                                new Expr.BinaryOperation(
                                        function, load(buffer, at), load(buffer, at.plus(distance))))));
            }
            Stmt last = new Stmt.ReduceInto(
                    reduce.targets(), reduction.joined(), List.of(load(buffer, Dim.ZERO)), List.of());
            after.add(conditions.isEmpty() ? last : new Stmt.Guard(conditions, last, Stmt.NOTHING));
            return store(buffer, Dim.symbol(loop.variable()), reduction.lifted(reduce.inputs()));
        }

        private Stmt counted(long extent, Function<Dim, Stmt> body) {
            String variable = loop.variable() + ".join" + loops++;
            return new Stmt.For(variable, Dim.of(extent), LoopKind.SERIAL, body.apply(Dim.symbol(variable)));
        }

        private static Stmt store(Buffer buffer, Dim at, Expr value) {
            return new Stmt.Store(buffer.name(), List.of(at), value);
        }

        private static Expr load(Buffer buffer, Dim at) {
            return new Expr.Load(buffer.name(), List.of(at), buffer.dtype());
        }
    }
}
