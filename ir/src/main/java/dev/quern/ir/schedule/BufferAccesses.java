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
        buffers(statement, names);
        return names;
    }

    private static void buffers(Stmt statement, Set<String> names) {
        Statements.withParts(statement, part -> {
            buffers(part, names);
            return part;
        });
        switch (statement) {
            case Stmt.Store store -> {
                names.add(store.buffer());
                Expressions.loads(store.value(), load -> names.add(load.buffer()));
            }
            case Stmt.ReduceInto reduce -> {
                reduce.targets().forEach(target -> names.add(target.buffer()));
                reduce.inputs().forEach(input -> Expressions.loads(input, load -> names.add(load.buffer())));
            }
            case Stmt.Let let -> Expressions.loads(let.value(), load -> names.add(load.buffer()));
            case Stmt.Block block -> {}
            case Stmt.For loop -> {}
            case Stmt.Allocate allocate -> {}
            case Stmt.Guard guard -> {}
            case Stmt.Section section -> {}
        }
    }

    private void collect(Stmt statement, ScheduleScope scope, Set<String> inner, Set<String> own) {
        switch (statement) {
            case Stmt.Block block -> block.statements().forEach(each -> collect(each, scope, inner, own));
            case Stmt.For loop -> collect(loop.body(), scope.inside(loop), with(inner, loop.variable()), own);
            case Stmt.Store(String buffer, List<Dim> indices, Expr value) -> {
                reads(value, scope, inner, own);
                add(new Access(AccessKind.WRITE, Optional.empty(), buffer, indices, inner, scope), own);
            }
            case Stmt.ReduceInto reduce -> {
                ScheduleScope inside = scope.inside(reduce);
                Set<String> more = new HashSet<>(inner);
                more.addAll(reduce.alongVariables());
                reduce.inputs().forEach(input -> reads(input, inside, more, own));
                for (Stmt.Element target : reduce.targets()) {
                    Access access = new Access(
                            AccessKind.REDUCE, Optional.of(reduce), target.buffer(), target.indices(), more, inside);
                    add(access, own);
                }
            }
            case Stmt.Allocate allocate ->
                collect(
                        allocate.body(),
                        scope.inside(allocate),
                        inner,
                        with(own, allocate.buffer().name()));
            case Stmt.Guard(List<Dim> nonNegative, Stmt then, Stmt otherwise) -> {
                collect(then, scope.when(nonNegative), inner, own);
                collect(otherwise, scope.unless(nonNegative), inner, own);
            }
            case Stmt.Let let -> {
                reads(let.value(), scope, inner, own);
                collect(let.body(), scope.inside(let), with(inner, let.name()), own);
            }
            case Stmt.Section section -> collect(section.body(), scope, inner, own);
        }
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

    private static Set<String> with(Set<String> names, String name) {
        Set<String> more = new HashSet<>(names);
        more.add(name);
        return Set.copyOf(more);
    }
}
