package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Statements put together and taken apart. */
final class Statements {
    private Statements() {}

    /** The statements in order, blocks flattened; the statement itself if there is one. */
    static Stmt block(List<Stmt> statements) {
        List<Stmt> flat = new ArrayList<>();
        statements.forEach(statement -> flatten(statement, flat));
        return flat.size() == 1 ? flat.getFirst() : new Stmt.Block(flat);
    }

    static Stmt block(Stmt... statements) {
        return block(List.of(statements));
    }

    private static void flatten(Stmt statement, List<Stmt> flat) {
        if (statement instanceof Stmt.Block(List<Stmt> inner)) {
            inner.forEach(each -> flatten(each, flat));
        } else {
            flat.add(statement);
        }
    }

    static boolean isNothing(Stmt statement) {
        return statement instanceof Stmt.Block(List<Stmt> statements)
                && statements.stream().allMatch(Statements::isNothing);
    }

    static Stmt serial(String variable, Dim extent, Stmt body) {
        return new Stmt.For(variable, extent, LoopKind.SERIAL, body);
    }

    static Stmt when(Dim nonNegative, Stmt then) {
        return new Stmt.Guard(List.of(nonNegative), then, Stmt.NOTHING);
    }

    /** The buffers that {@code statement} writes. */
    static Set<String> written(Stmt statement) {
        Set<String> names = new HashSet<>();
        statement.walk(part -> {
            if (part instanceof Stmt.Store store) {
                names.add(store.buffer());
            } else if (part instanceof Stmt.ReduceInto reduce) {
                reduce.targets().forEach(target -> names.add(target.buffer()));
            }
        });
        return names;
    }

    /** Whether the value of {@code let} is the same wherever in {@code statement} it is computed, as long as its symbols are. */
    static boolean isPure(Stmt.Let let, Stmt statement) {
        boolean[] pure = {true};
        Set<String> written = written(statement);
        Expressions.loads(let.value(), load -> pure[0] &= !written.contains(load.buffer()));
        return pure[0];
    }

    /** The loop inside the pure lets that its body begins with and that are the same in all its iterations. */
    static Stmt outOfLoop(Stmt.For loop) {
        if (loop.body() instanceof Stmt.Let let
                && !Expressions.mentions(let.value(), loop.variable())
                && isPure(let, let.body())) {
            Stmt inside = outOfLoop(new Stmt.For(loop.variable(), loop.extent(), loop.kind(), let.body()));
            return new Stmt.Let(let.name(), let.value(), inside);
        }
        return loop;
    }

    /** The statement with the statements directly inside it replaced. */
    static Stmt withParts(Stmt statement, UnaryOperator<Stmt> change) {
        return switch (statement) {
            case Stmt.Block(List<Stmt> statements) ->
                block(statements.stream().map(change).toList());
            case Stmt.For(String variable, Dim extent, LoopKind kind, Stmt body) ->
                new Stmt.For(variable, extent, kind, change.apply(body));
            case Stmt.Store store -> store;
            case Stmt.ReduceInto reduce -> reduce;
            case Stmt.Allocate(var buffer, Stmt body) -> new Stmt.Allocate(buffer, change.apply(body));
            case Stmt.Guard(var nonNegative, Stmt then, Stmt otherwise) ->
                new Stmt.Guard(nonNegative, change.apply(then), change.apply(otherwise));
            case Stmt.Let(String name, var value, Stmt body) -> new Stmt.Let(name, value, change.apply(body));
            case Stmt.Section(String name, Stmt body) -> new Stmt.Section(name, change.apply(body));
        };
    }
}
