package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Collects what a statement reads and writes outside its own allocations. */
final class BufferAccesses {
    /** How an element is touched. */
    enum AccessKind {
        READ,
        WRITE,
        REDUCE
    }

    /**
     * One load, store or reduce.
     *
     * @param kind how the element is touched
     * @param reduce the reduction that this is a target of
     * @param buffer which buffer
     * @param indices which element
     * @param inner variables bound inside the statement, around this access
     * @param scope what is known at the access
     */
    record Access(
            AccessKind kind,
            Optional<Stmt.ReduceInto> reduce,
            String buffer,
            List<Dim> indices,
            Set<String> inner,
            ScheduleScope scope) {
        @Override
        public String toString() {
            String word = switch (kind) {
                case READ -> "reads ";
                case WRITE -> "writes ";
                case REDUCE -> "reduces into ";
            };
            return word + buffer + indices;
        }
    }

    private final List<Access> found = new ArrayList<>();

    private BufferAccesses() {}

    static List<Access> of(Stmt statement, ScheduleScope scope) {
        BufferAccesses accesses = new BufferAccesses();
        accesses.collect(statement, scope, Set.of(), Set.of());
        return accesses.found;
    }

    /** Every buffer that the statement touches, its own included. */
    static Set<String> buffers(Stmt statement) {
        Set<String> names = new LinkedHashSet<>();
        statement.walk(part -> {
            part.written().forEach(element -> names.add(element.buffer()));
            part.values().forEach(value -> Expressions.loads(value, load -> names.add(load.buffer())));
        });
        return names;
    }

    private void collect(Stmt statement, ScheduleScope scope, Set<String> inner, Set<String> own) {
        switch (statement) {
            case Stmt.Store(String buffer, List<Dim> indices, Expr value) -> {
                reads(value, scope, inner, own);
                add(new Access(AccessKind.WRITE, Optional.empty(), buffer, indices, inner, scope), own);
            }
            case Stmt.ReduceInto reduce -> {
                ScheduleScope inside = scope.inside(reduce);
                Set<String> more = with(inner, reduce.alongVariables());
                reduce.inputs().forEach(input -> reads(input, inside, more, own));
                for (Stmt.Element target : reduce.targets()) {
                    Access access = new Access(
                            AccessKind.REDUCE, Optional.of(reduce), target.buffer(), target.indices(), more, inside);
                    add(access, own);
                }
            }
            case Stmt.Let let -> {
                reads(let.value(), scope, inner, own);
                parts(let, scope, with(inner, let.defined()), own);
            }
            case Stmt.For loop -> parts(loop, scope, with(inner, loop.defined()), own);
            case Stmt.Allocate allocate -> parts(allocate, scope, inner, with(own, allocate.defined()));
            case Stmt.Block _, Stmt.Guard _, Stmt.Section _ -> parts(statement, scope, inner, own);
        }
    }

    private void parts(Stmt statement, ScheduleScope scope, Set<String> inner, Set<String> own) {
        scope.parts(statement, (part, inside) -> collect(part, inside, inner, own));
    }

    private void reads(Expr value, ScheduleScope scope, Set<String> inner, Set<String> own) {
        Expressions.loads(
                value,
                load -> add(
                        new Access(AccessKind.READ, Optional.empty(), load.buffer(), load.indices(), inner, scope),
                        own));
    }

    private void add(Access access, Set<String> own) {
        if (!own.contains(access.buffer())) {
            found.add(access);
        }
    }

    private static Set<String> with(Set<String> names, Set<String> others) {
        Set<String> more = new HashSet<>(names);
        more.addAll(others);
        return Set.copyOf(more);
    }
}
