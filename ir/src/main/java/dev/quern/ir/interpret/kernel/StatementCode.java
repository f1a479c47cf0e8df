package dev.quern.ir.interpret.kernel;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.stream.Collectors;

/**
 * Statements as closures over a {@link Frame}. Every kind of loop runs its iterations in order; what lanes join is kept until the
 * end of their loop.
 */
final class StatementCode {
    /** Runs a statement. */
    @FunctionalInterface
    interface Action {
        void run(Frame frame);
    }

    /** The vector loop being resolved: the names defined in it, the loops inside it, and what joins the lanes at its end. */
    private static final class LaneLoop {
        final int variable;
        final int lanes;
        final Set<String> inside = new HashSet<>();
        final List<Action> starts = new ArrayList<>();
        final List<Action> ends = new ArrayList<>();
        int loops;

        LaneLoop(int variable, int lanes) {
            this.variable = variable;
            this.lanes = lanes;
        }
    }

    private final Scope scope;
    private final Set<String> readOnly;
    private final ExpressionCode expressions;
    private LaneLoop laneLoop;

    StatementCode(Scope scope, Set<String> readOnly) {
        this.scope = scope;
        this.readOnly = readOnly;
        this.expressions = new ExpressionCode(scope);
    }

    /** The closure of a statement. */
    Action action(Stmt statement) {
        return switch (statement) {
            case Stmt.Block(List<Stmt> statements) ->
                block(statements.stream().map(this::action).toArray(Action[]::new));
            case Stmt.For(String variable, Dim extent, LoopKind kind, Stmt body) ->
                kind == LoopKind.VECTOR ? lanes(variable, extent, body) : loop(variable, extent, body);
            case Stmt.Store(String buffer, List<Dim> indices, Expr value) -> store(buffer, indices, value);
            case Stmt.ReduceInto reduce -> reduce(reduce);
            case Stmt.Allocate(Buffer buffer, Stmt body) -> allocate(buffer, body);
            case Stmt.Guard(List<Dim> nonNegative, Stmt then, Stmt otherwise) -> guard(nonNegative, then, otherwise);
            case Stmt.Let(String name, Expr value, Stmt body) -> let(name, value, body);
            case Stmt.Section(String _, var _, Stmt body) -> action(body);
        };
    }

    private static Action block(Action[] actions) {
        return frame -> {
            for (Action action : actions) {
                action.run(frame);
            }
        };
    }

    private Action loop(String variable, Dim extent, Stmt body) {
        IndexCode end = scope.index(extent);
        int slot = scope.define(variable);
        enter(variable, 1);
        Action inner = action(body);
        enter(variable, -1);
        scope.forget(variable);
        return frame -> {
            long iterations = end.at(frame.values);
            for (long i = 0; i < iterations; i++) {
                frame.values[slot] = i;
                inner.run(frame);
            }
        };
    }

    private void enter(String variable, int loops) {
        if (laneLoop != null) {
            laneLoop.inside.add(variable);
            laneLoop.loops += loops;
        }
    }

    private Action lanes(String variable, Dim extent, Stmt body) {
        if (!extent.isConstant()) {
            throw scope.bug("has a vector loop " + variable + " of extent " + extent + ", expected a constant");
        }
        LaneLoop outer = laneLoop;
        int slot = scope.define(variable);
        int extents = (int) Math.max(0, extent.constant());
        laneLoop = new LaneLoop(slot, extents);
        laneLoop.inside.add(variable);
        Action inner = action(body);
        Action start = block(laneLoop.starts.toArray(Action[]::new));
        Action end = block(laneLoop.ends.toArray(Action[]::new));
        laneLoop = outer;
        scope.forget(variable);
        return frame -> {
            start.run(frame);
            for (long lane = 0; lane < extents; lane++) {
                frame.values[slot] = lane;
                inner.run(frame);
            }
            end.run(frame);
        };
    }

    private Action store(String buffer, List<Dim> indices, Expr value) {
        ElementAccess target = target(buffer, indices, value);
        ExpressionCode.WholeCode bits = expressions.bits(value);
        return frame -> target.set(frame, bits.at(frame));
    }

    private ElementAccess target(String buffer, List<Dim> indices, Expr value) {
        ElementAccess target = scope.access(buffer, indices);
        if (readOnly.contains(buffer)) {
            throw scope.bug("writes parameter " + buffer + ", which is not one of its results");
        }
        if (target.buffer().dtype() != value.dtype()) {
            throw scope.bug("stores " + value.dtype() + " to buffer " + buffer + " of "
                    + target.buffer().dtype());
        }
        return target;
    }

    private Action reduce(Stmt.ReduceInto reduce) {
        for (Stmt.Element target : reduce.targets()) {
            if (readOnly.contains(target.buffer())) {
                throw scope.bug("writes parameter " + target.buffer() + ", which is not one of its results");
            }
        }
        boolean across = laneLoop != null && reduce.joinsLanes(laneLoop.inside);
        if (across || !reduce.reduction().isPlain() || !reduce.along().isEmpty()) {
            ReductionCode code = new ReductionCode(scope, expressions, reduce);
            return across ? acrossLanes(reduce, code) : frame -> code.write(frame, code.enter(frame, code.read(frame)));
        }
        Stmt.Element element = reduce.targets().getFirst();
        Expr first = reduce.inputs().getFirst();
        ElementAccess target = target(element.buffer(), element.indices(), first);
        DType type = first.dtype();
        BinaryOp function = reduce.reduction().function().orElseThrow();
        if (!type.isFloat()) {
            LongBinaryOperator join = ScalarFunctions.wholeBinary(function, type);
            ExpressionCode.WholeCode operand =
                    expressions.whole(reduce.reduction().lifted(reduce.inputs()));
            return frame ->
                    target.set(frame, join.applyAsLong(Scalars.wrap(type, target.get(frame)), operand.at(frame)));
        }
        if (reduce.reduction().isFused()) {
            return fma(target, type, first, reduce.inputs().get(1));
        }
        DoubleBinaryOperator join = ScalarFunctions.realBinary(function, type);
        ExpressionCode.RealCode operand = expressions.real(first);
        return frame -> {
            double joined = join.applyAsDouble(FloatFormats.decode(type, target.get(frame)), operand.at(frame));
            target.set(frame, FloatFormats.encode(type, joined));
        };
    }

    private Action acrossLanes(Stmt.ReduceInto reduce, ReductionCode code) {
        if (laneLoop.loops > 0) {
            throw scope.bug(
                    "joins lanes into " + reduce.targets().getFirst().buffer() + " in a loop inside a vector loop");
        }
        int slot = scope.takeLanes();
        int variable = laneLoop.variable;
        int lanes = laneLoop.lanes;
        laneLoop.starts.add(frame -> frame.lanes[slot] = new LaneValues(lanes));
        laneLoop.ends.add(frame -> {
            LaneValues values = frame.lanes[slot];
            if (values.any()) {
                values.join((left, right) -> code.join(frame, left, right));
                code.write(frame, code.join(frame, code.read(frame), values.first()));
            }
        });
        return frame -> frame.lanes[slot].give((int) frame.values[variable], code.lift(frame));
    }

    private Action fma(ElementAccess target, DType type, Expr a, Expr b) {
        ExpressionCode.RealCode left = expressions.real(a);
        ExpressionCode.RealCode right = expressions.real(b);
        return frame -> {
            double sum =
                    Scalars.fma(type, left.at(frame), right.at(frame), FloatFormats.decode(type, target.get(frame)));
            target.set(frame, FloatFormats.encode(type, sum));
        };
    }

    private Action allocate(Buffer buffer, Stmt body) {
        Map<String, Integer> slots = names(buffer).stream().collect(Collectors.toMap(name -> name, scope::slot));
        int slot = scope.define(buffer);
        if (laneLoop != null) {
            laneLoop.inside.add(buffer.name());
        }
        Action inner = action(body);
        scope.forget(buffer);
        return frame -> {
            frame.views[slot] = BufferView.allocate(buffer, name -> frame.values[slots.get(name)]);
            inner.run(frame);
            frame.views[slot] = null;
        };
    }

    private static Set<String> names(Buffer buffer) {
        Set<String> names = new HashSet<>();
        buffer.shape().dims().forEach(dim -> names.addAll(dim.symbols()));
        buffer.layout()
                .axes()
                .forEach(modes -> modes.forEach(mode -> {
                    names.addAll(mode.extent().symbols());
                    names.addAll(mode.stride().symbols());
                }));
        return names;
    }

    private Action guard(List<Dim> nonNegative, Stmt then, Stmt otherwise) {
        IndexCode[] conditions = scope.indices(nonNegative);
        Action yes = action(then);
        Action no = action(otherwise);
        return frame -> {
            boolean all = true;
            for (IndexCode condition : conditions) {
                all &= condition.at(frame.values) >= 0;
            }
            (all ? yes : no).run(frame);
        };
    }

    private Action let(String name, Expr value, Stmt body) {
        ExpressionCode.WholeCode bound = expressions.whole(value);
        int slot = scope.define(name);
        enter(name, 0);
        Action inner = action(body);
        scope.forget(name);
        return frame -> {
            frame.values[slot] = bound.at(frame);
            inner.run(frame);
        };
    }
}
