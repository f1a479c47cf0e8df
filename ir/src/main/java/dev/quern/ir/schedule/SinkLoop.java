package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A parallel loop moves to the leaves of its body. Its iterations do not meet, so they may run interleaved in any way, once each
 * has its own copy of what the body allocates.
 */
final class SinkLoop {
    private final Application application;
    private final Stmt.For loop;
    private final Dim bound;
    private final Set<String> dependent = new HashSet<>();
    private final Set<String> bindings = new HashSet<>();
    private boolean named;

    private SinkLoop(Application application, Stmt.For loop, Dim bound) {
        this.application = application;
        this.loop = loop;
        this.bound = bound;
        dependent.add(loop.variable());
    }

    static Kernel apply(Step.Sink step, Application application) {
        return application.atLoops(step.loop(), (loop, scope) -> sunk(application, loop, scope));
    }

    /** What {@code loop}, which stands in {@code scope}, becomes. */
    static Stmt sunk(Application application, Stmt.For loop, ScheduleScope scope) {
        requireSerial(application, loop);
        application.requireParallel(loop, scope);
        return sunk(application, loop, SplitLoop.atLeastZero(scope.bound(loop.extent()), scope));
    }

    /** The same of a loop that is known to be parallel and to have at most {@code bound} iterations. */
    static Stmt sunk(Application application, Stmt.For loop, Dim bound) {
        return new SinkLoop(application, loop, bound).sink(loop.body(), List.of());
    }

    static void requireSerial(Application application, Stmt.For loop) {
        if (loop.kind() != LoopKind.SERIAL) {
            throw application.refusal(loop.variable() + " is bound to " + loop.kind());
        }
    }

    /** What depends on the loop and was met on the way in. */
    private sealed interface Taken {}

    /** A guard; {@code holds} tells which of its branches. */
    private record SunkGuard(List<Dim> nonNegative, boolean holds) implements Taken {
        Stmt around(Stmt statement) {
            return holds
                    ? new Stmt.Guard(nonNegative, statement, Stmt.NOTHING)
                    : new Stmt.Guard(nonNegative, Stmt.NOTHING, statement);
        }
    }

    /** A pure let, of which each leaf that needs it has a copy. */
    private record SunkLet(String name, Expr value) implements Taken {}

    /** {@code statement} with the loop inside it. */
    private Stmt sink(Stmt statement, List<Taken> taken) {
        if (stays(statement, taken)) {
            return around(statement, taken);
        }
        return switch (statement) {
            case Stmt.Let(String name, Expr value, Stmt body)
            when isTaken(value, taken) -> {
                dependent.add(name);
                yield sink(body, and(taken, new SunkLet(name, value)));
            }
            case Stmt.Block _, Stmt.For _, Stmt.Let _, Stmt.Section _ ->
                Statements.withParts(statement, part -> sink(part, taken));
            case Stmt.Guard(List<Dim> nonNegative, Stmt then, Stmt otherwise) -> {
                if (nonNegative.stream().noneMatch(this::depends)) {
                    yield new Stmt.Guard(nonNegative, sink(then, taken), sink(otherwise, taken));
                }
                Stmt first = sink(then, and(taken, new SunkGuard(nonNegative, true)));
                yield Statements.block(first, sink(otherwise, and(taken, new SunkGuard(nonNegative, false))));
            }
            case Stmt.Allocate(Buffer buffer, Stmt body) -> {
                Dim index = Dim.symbol(loop.variable());
                Stmt indexed =
                        new Substitution().withLeading(buffer.name(), index).in(body);
                yield new Stmt.Allocate(expand(buffer), sink(indexed, taken));
            }
            case Stmt.Store _, Stmt.ReduceInto _ -> throw new IllegalStateException("a leaf stays");
        };
    }

    /** Whether the loop stays outside {@code statement}. */
    private boolean stays(Stmt statement, List<Taken> taken) {
        return switch (statement) {
            case Stmt.Store _, Stmt.ReduceInto _ -> true;
            case Stmt.For inner -> depends(inner.extent());
            case Stmt.Let let -> isTaken(let.value(), taken) && !Statements.isPure(let, loop.body());
            case Stmt.Allocate allocate -> stays(allocate.body(), taken);
            case Stmt.Block _, Stmt.Guard _, Stmt.Section _ -> false;
        };
    }

    private boolean depends(Dim dim) {
        return dependent.stream().anyMatch(dim::dependsOn);
    }

    /** Whether a value is known only inside the loop, or only where conditions hold. */
    private boolean isTaken(Expr value, List<Taken> taken) {
        return taken.stream().anyMatch(SunkGuard.class::isInstance)
                || dependent.stream().anyMatch(name -> Expressions.mentions(value, name));
    }

    private static List<Taken> and(List<Taken> taken, Taken more) {
        List<Taken> all = new ArrayList<>(taken);
        all.add(more);
        return all;
    }

    /** {@code body} under a copy of a let, if it needs it; the first keeps the name. */
    private Stmt bound(String name, Expr value, Stmt body) {
        if (!Simplify.mentions(body, name)) {
            return body;
        }
        String own = bindings.add(name) ? name : application.names().copy(name);
        return new Stmt.Let(own, value, Substitution.of(name, Dim.symbol(own)).in(body));
    }

    /** A copy of the loop around {@code statement}; the first keeps the name. */
    private Stmt around(Stmt statement, List<Taken> taken) {
        Stmt body = statement;
        for (Taken each : taken.reversed()) {
            body = switch (each) {
                case SunkGuard condition -> condition.around(body);
                case SunkLet(String name, Expr value) -> bound(name, value, body);
            };
        }
        if (Statements.isNothing(statement)) {
            return statement;
        }
        String name = named ? application.names().copy(loop.variable()) : loop.variable();
        named = true;
        return Statements.serial(
                name,
                loop.extent(),
                Substitution.of(loop.variable(), Dim.symbol(name)).in(body));
    }

    /** The buffer with an axis for the loop in front. Registers without constant extents become scratch memory. */
    private Buffer expand(Buffer buffer) {
        if (buffer.shape().dims().stream().anyMatch(this::depends)) {
            throw application.refusal(
                    "the shape of " + buffer.name() + ", " + buffer.shape() + ", depends on " + loop.variable());
        }
        List<Dim> extents = new ArrayList<>(List.of(bound));
        extents.addAll(buffer.shape().dims());
        List<List<Layout.Mode>> axes = new ArrayList<>();
        axes.add(List.of(new Layout.Mode(bound, buffer.layout().span())));
        axes.addAll(buffer.layout().axes());
        Shape shape = new Shape(extents);
        boolean scratch = buffer.space() == MemorySpace.REGISTER && !shape.isConstant();
        MemorySpace space = scratch ? MemorySpace.SHARED : buffer.space();
        Layout layout = new Layout(axes, buffer.layout().swizzle());
        return new Buffer(buffer.name(), buffer.dtype(), shape, layout, space, buffer.storage());
    }
}
