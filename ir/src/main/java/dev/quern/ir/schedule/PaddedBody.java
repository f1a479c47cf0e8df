package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Lets a tile run beyond the end of its loop. What happens there must not be seen: statements that write anything but the
 * tile's own allocations, or read outside the padding of a layout, or read what such a statement left unwritten, are guarded.
 */
final class PaddedBody {
    private final Dim left;
    private final Set<String> variables;
    private final Set<String> own = new HashSet<>();
    private final Set<String> partial = new HashSet<>();

    /** Guards {@code left >= 0} for a tile over {@code outer} and {@code inner}. */
    PaddedBody(Dim left, String outer, String inner) {
        this.left = left;
        this.variables = Set.of(outer, inner);
    }

    Stmt guarded(Stmt body, ScheduleScope scope) {
        int before;
        Stmt result;
        do {
            before = partial.size();
            result = rewrite(body, scope);
        } while (partial.size() > before);
        return result;
    }

    private Stmt rewrite(Stmt statement, ScheduleScope scope) {
        return switch (statement) {
            case Stmt.Block _, Stmt.For _, Stmt.Section _, Stmt.Guard _ -> scope.withParts(statement, this::rewrite);
            case Stmt.Allocate allocate -> {
                own.add(allocate.buffer().name());
                yield scope.withParts(allocate, this::rewrite);
            }
            case Stmt.Let let -> {
                boolean[] safe = {Statements.isPure(let, let.body())};
                Expressions.loads(let.value(), load -> safe[0] &= isSafe(load, scope));
                if (safe[0]) {
                    yield scope.withParts(let, this::rewrite);
                }
                partial.addAll(Statements.written(let));
                yield Statements.when(left, let);
            }
            case Stmt.Store(String buffer, var indices, Expr value) ->
                leaf(statement, List.of(buffer), List.of(value), scope);
            case Stmt.ReduceInto reduce ->
                leaf(
                        statement,
                        reduce.targets().stream().map(Stmt.Element::buffer).toList(),
                        reduce.inputs(),
                        scope.inside(reduce));
        };
    }

    private Stmt leaf(Stmt statement, List<String> buffers, List<Expr> values, ScheduleScope scope) {
        boolean[] safe = {own.containsAll(buffers)};
        values.forEach(value -> Expressions.loads(value, load -> safe[0] &= isSafe(load, scope)));
        if (safe[0]) {
            return statement;
        }
        partial.addAll(buffers);
        return Statements.when(left, statement);
    }

    private boolean isSafe(Expr.Load load, ScheduleScope scope) {
        if (own.contains(load.buffer())) {
            return !partial.contains(load.buffer());
        }
        Buffer buffer = scope.buffer(load.buffer());
        for (int axis = 0; axis < buffer.shape().rank(); axis++) {
            Dim index = scope.simplify(load.indices().get(axis));
            if (index.symbols().stream().anyMatch(variables::contains)
                    && !scope.within(index, capacity(buffer.layout().axes().get(axis)))) {
                return false;
            }
        }
        return true;
    }

    /** Elements that an axis has room for, padding included. */
    private static Dim capacity(List<Layout.Mode> modes) {
        return Dim.product(modes.stream().map(Layout.Mode::extent).toList());
    }
}
