package dev.quern.ptx;

import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Stmt;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Before which statements the threads of a block wait for one another: where one may read what another has written since they last met, or write what
 * another has read or written. A statement is an outermost loop over threads, with all inside it, or one that all threads run alike; a
 * pipeline is one, and waits by itself inside.
 */
final class Barriers {
    /** What has been touched since the threads last met. */
    private record State(Set<String> read, Set<String> written) {
        static final State NONE = new State(Set.of(), Set.of());

        State with(State other) {
            return new State(union(read, other.read), union(written, other.written));
        }

        boolean conflicts(State next) {
            return !Collections.disjoint(written, next.read)
                    || !Collections.disjoint(written, next.written)
                    || !Collections.disjoint(read, next.written);
        }

        private static Set<String> union(Set<String> one, Set<String> other) {
            Set<String> all = new HashSet<>(one);
            all.addAll(other);
            return all;
        }
    }

    private final Map<String, String> common;
    private final Set<Stmt> placed;
    private Optional<Stmt> missing = Optional.empty();
    private final boolean grows;

    private Barriers(Map<String, String> common, Set<Stmt> placed, boolean grows) {
        this.common = common;
        this.placed = placed;
        this.grows = grows;
    }

    /** The statements of {@code body} before which threads have to wait; {@code common} names the memory of each buffer that more than one of them sees. */
    static Set<Stmt> place(Stmt body, Map<String, String> common) {
        Set<Stmt> placed = Collections.newSetFromMap(new IdentityHashMap<>());
        int before;
        do {
            before = placed.size();
            new Barriers(common, placed, true).after(body, State.NONE);
        } while (placed.size() > before);
        return placed;
    }

    /** A statement before which a barrier is missing, if the threads wait before {@code placed} only. */
    static Optional<Stmt> missing(Stmt body, Map<String, String> common, Set<Stmt> placed) {
        Barriers barriers = new Barriers(common, placed, false);
        barriers.after(body, State.NONE);
        return barriers.missing;
    }

    private State after(Stmt statement, State before) {
        return switch (statement) {
            case Stmt.Block block -> {
                State state = before;
                for (Stmt each : block.statements()) {
                    state = after(each, state);
                }
                yield state;
            }
            case Stmt.For loop when isOfThreads(loop) -> step(loop, touched(loop), before);
            case Stmt.For loop -> {
                State once = after(loop.body(), before);
                yield before.with(after(loop.body(), before.with(once)));
            }
            case Stmt.Store _, Stmt.ReduceInto _ -> step(statement, touched(statement), before);
            case Stmt.Allocate allocate -> after(allocate.body(), before);
            case Stmt.Guard guard -> after(guard.then(), before).with(after(guard.otherwise(), before));
            case Stmt.Let let -> {
                Touched value = new Touched();
                value.reads(let.value());
                yield after(let.body(), step(let, value.state(), before));
            }
            case Stmt.Section(var _, Realisation.CopyPipeline _, var _) -> step(statement, touched(statement), before);
            case Stmt.Section section -> after(section.body(), before);
        };
    }

    private State step(Stmt statement, State touched, State before) {
        boolean waits = placed.contains(statement);
        if (!waits && before.conflicts(touched)) {
            if (grows) {
                placed.add(statement);
                waits = true;
            } else {
                missing = missing.or(() -> Optional.of(statement));
            }
        }
        return waits ? touched : before.with(touched);
    }

    private static boolean isOfThreads(Stmt.For loop) {
        return loop.kind() == LoopKind.THREAD || loop.kind() == LoopKind.WARP;
    }

    private State touched(Stmt statement) {
        Touched touched = new Touched();
        touched.visit(statement);
        return touched.state();
    }

    /** What a statement reads and writes. */
    private final class Touched {
        private final Set<String> reads = new HashSet<>();
        private final Set<String> writes = new HashSet<>();

        State state() {
            return new State(memories(reads), memories(writes));
        }

        private Set<String> memories(Set<String> buffers) {
            return buffers.stream().map(common::get).filter(Objects::nonNull).collect(Collectors.toSet());
        }

        void visit(Stmt statement) {
            statement.walk(part -> {
                part.values().forEach(this::reads);
                part.written().forEach(element -> writes.add(element.buffer()));
                if (part instanceof Stmt.ReduceInto reduce) {
                    reduce.targets().forEach(target -> reads.add(target.buffer()));
                }
            });
        }

        void reads(Expr value) {
            Expressions.loads(value, load -> reads.add(load.buffer()));
        }
    }
}
