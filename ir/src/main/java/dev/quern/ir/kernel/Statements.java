package dev.quern.ir.kernel;

import dev.quern.ir.Dim;
import dev.quern.ir.Lists;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Statements put together and taken apart. */
public final class Statements {
    private Statements() {}

    /** The statements in order, blocks flattened; the statement itself if there is one. */
    public static Stmt block(List<Stmt> statements) {
        List<Stmt> flat = new ArrayList<>();
        statements.forEach(statement -> flatten(statement, flat));
        return flat.size() == 1 ? flat.getFirst() : new Stmt.Block(flat);
    }

    public static Stmt block(Stmt... statements) {
        return block(List.of(statements));
    }

    private static void flatten(Stmt statement, List<Stmt> flat) {
        if (statement instanceof Stmt.Block(List<Stmt> inner)) {
            inner.forEach(each -> flatten(each, flat));
        } else {
            flat.add(statement);
        }
    }

    public static boolean isNothing(Stmt statement) {
        if (statement instanceof Stmt.Block(List<Stmt> statements)) {
            for (Stmt each : statements) {
                if (!isNothing(each)) {
                    return false;
                }
            }
            return true;
        }
        return false;
    }

    public static Stmt serial(String variable, Dim extent, Stmt body) {
        return new Stmt.For(variable, extent, LoopKind.SERIAL, body);
    }

    public static Stmt when(Dim nonNegative, Stmt then) {
        return new Stmt.Guard(List.of(nonNegative), then, Stmt.NOTHING);
    }

    /** The buffers that {@code statement} writes. */
    public static Set<String> written(Stmt statement) {
        Set<String> names = new HashSet<>();
        statement.walk(part -> part.written().forEach(element -> names.add(element.buffer())));
        return names;
    }

    /** Whether the value of {@code let} is the same wherever in {@code statement} it is computed, as long as its symbols are. */
    public static boolean isPure(Stmt.Let let, Stmt statement) {
        boolean[] pure = {true};
        Set<String> written = written(statement);
        Expressions.loads(let.value(), load -> pure[0] &= !written.contains(load.buffer()));
        return pure[0];
    }

    /** The loop inside the pure lets that its body begins with and that are the same in all its iterations. */
    public static Stmt outOfLoop(Stmt.For loop) {
        if (loop.body() instanceof Stmt.Let let
                && !Expressions.mentions(let.value(), loop.variable())
                && isPure(let, let.body())) {
            Stmt inside = outOfLoop(new Stmt.For(loop.variable(), loop.extent(), loop.kind(), let.body()));
            return new Stmt.Let(let.name(), let.value(), inside);
        }
        return loop;
    }

    /** Whether any of {@code statement} and what is inside it is such. */
    public static boolean any(Stmt statement, Predicate<Stmt> such) {
        if (such.test(statement)) {
            return true;
        }
        for (Stmt part : statement.parts()) {
            if (any(part, such)) {
                return true;
            }
        }
        return false;
    }

    /** The statement with the statements directly inside it replaced, blocks flattened; itself if nothing changes. */
    public static Stmt withParts(Stmt statement, UnaryOperator<Stmt> change) {
        List<Stmt> before = statement.parts();
        List<Stmt> after = Lists.map(before, change);
        return after == before && isFlat(statement) ? statement : of(statement, after);
    }

    private static boolean isFlat(Stmt statement) {
        if (statement instanceof Stmt.Block(List<Stmt> statements)) {
            for (Stmt each : statements) {
                if (each instanceof Stmt.Block) {
                    return false;
                }
            }
            return statements.size() != 1;
        }
        return true;
    }

    private static Stmt of(Stmt statement, List<Stmt> parts) {
        return switch (statement) {
            case Stmt.Block _ -> block(parts);
            case Stmt.For(String variable, Dim extent, LoopKind kind, var _) ->
                new Stmt.For(variable, extent, kind, parts.getFirst());
            case Stmt.Store store -> store;
            case Stmt.ReduceInto reduce -> reduce;
            case Stmt.Allocate(var buffer, var _) -> new Stmt.Allocate(buffer, parts.getFirst());
            case Stmt.Guard(var nonNegative, var _, var _) ->
                new Stmt.Guard(nonNegative, parts.getFirst(), parts.getLast());
            case Stmt.Let(String name, var value, var _) -> new Stmt.Let(name, value, parts.getFirst());
            case Stmt.Section(String name, var by, var _) -> new Stmt.Section(name, by, parts.getFirst());
        };
    }
}
