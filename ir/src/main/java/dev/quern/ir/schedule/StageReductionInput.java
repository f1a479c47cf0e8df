package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a reduction takes is computed first, once for all iterations of the loops that do not change it, into memory with an axis for
 * each loop that does. Whatever the element is made of is done by the copy: gathers, masks, conversions.
 */
final class StageReductionInput {
    /** The reduction, the loops and conditions around it inside the staged loop, and what else is defined there. */
    private record StagedReduction(
            Stmt.ReduceInto reduce,
            List<Stmt.For> loops,
            List<Dim> conditions,
            Set<String> defined,
            ScheduleScope scope) {
        StagedReduction inside(Stmt.For loop) {
            List<Stmt.For> more = new ArrayList<>(loops);
            more.add(loop);
            return new StagedReduction(null, more, conditions, defined, scope.inside(loop));
        }

        StagedReduction when(List<Dim> nonNegative) {
            List<Dim> more = new ArrayList<>(conditions);
            more.addAll(nonNegative);
            return new StagedReduction(null, loops, more, defined, scope.when(nonNegative));
        }

        StagedReduction with(String name, ScheduleScope inside) {
            Set<String> more = new HashSet<>(defined);
            more.add(name);
            return new StagedReduction(null, loops, conditions, more, inside);
        }

        StagedReduction at(Stmt.ReduceInto found) {
            return new StagedReduction(found, loops, conditions, defined, scope);
        }
    }

    private final Step.StageInput step;
    private final Application application;

    private StageReductionInput(Step.StageInput step, Application application) {
        this.step = step;
        this.application = application;
    }

    static Kernel apply(Step.StageInput step, Application application) {
        if (step.input() < 0 || step.pad() < 0) {
            throw application.refusal("input " + step.input() + " and padding " + step.pad() + " are not both counts");
        }
        return application.atLoops(step.loop(), new StageReductionInput(step, application)::stage);
    }

    private Stmt stage(Stmt.For loop, ScheduleScope scope) {
        List<StagedReduction> sites = new ArrayList<>();
        find(loop.body(), new StagedReduction(null, List.of(), List.of(), Set.of(), scope.inside(loop)), sites);
        if (sites.size() != 1) {
            throw application.refusal(
                    "the body of " + loop.variable() + " has " + sites.size() + " reductions, expected one");
        }
        StagedReduction site = sites.getFirst();
        Stmt.ReduceInto reduce = site.reduce();
        if (step.input() >= reduce.inputs().size() || !reduce.along().isEmpty()) {
            throw application.refusal("the reduction into "
                    + reduce.targets().getFirst().buffer() + " has no plain input " + step.input());
        }
        Expr value = narrowest(reduce.inputs().get(step.input()));
        requireReadOnly(value, loop, site);
        List<Stmt.For> varying = site.loops().stream()
                .filter(inner -> Expressions.mentions(value, inner.variable()))
                .toList();
        List<Dim> extents = new ArrayList<>();
        for (Stmt.For inner : varying) {
            Dim bound = site.scope().bound(inner.extent());
            if (!bound.isConstant() || bound.constant() < 1) {
                throw application.refusal(
                        "the extent of " + inner.variable() + ", " + inner.extent() + ", has no known bound");
            }
            extents.add(bound);
        }
        Shape shape = new Shape(extents);
        String name = application.names().take("input" + step.input());
        Buffer copy =
                new Buffer(name, value.dtype(), shape, padded(extents, step.pad()), step.space(), Buffer.Storage.ARRAY);
        List<Dim> element =
                varying.stream().map(inner -> Dim.symbol(inner.variable())).toList();
        Expr read = new Expr.Load(name, element, value.dtype());
        Stmt body = Statements.block(
                fill(copy, value, varying, conditions(site, varying)), redirect(loop.body(), reduce, value, read));
        return new Stmt.For(loop.variable(), loop.extent(), loop.kind(), new Stmt.Allocate(copy, body));
    }

    private void find(Stmt statement, StagedReduction site, List<StagedReduction> found) {
        switch (statement) {
            case Stmt.For loop -> find(loop.body(), site.inside(loop), found);
            case Stmt.ReduceInto reduce -> found.add(site.at(reduce));
            case Stmt.Allocate allocate ->
                find(
                        allocate.body(),
                        site.with(allocate.buffer().name(), site.scope().inside(allocate)),
                        found);
            case Stmt.Guard guard -> {
                find(guard.then(), site.when(guard.nonNegative()), found);
                if (!Statements.isNothing(guard.otherwise())) {
                    List<StagedReduction> others = new ArrayList<>();
                    find(guard.otherwise(), site, others);
                    if (!others.isEmpty()) {
                        throw application.refusal("a reduction stands where a condition does not hold");
                    }
                }
            }
            case Stmt.Let let ->
                find(let.body(), site.with(let.name(), site.scope().inside(let)), found);
            case Stmt.Block _, Stmt.Store _, Stmt.Section _ ->
                statement.parts().forEach(each -> find(each, site, found));
        }
    }

    /** A number that was widened is kept as it was before. */
    private static Expr narrowest(Expr value) {
        return value instanceof Expr.Conversion(var dtype, Expr operand)
                        && dtype.isFloat()
                        && operand.dtype().isFloat()
                        && operand.dtype().bits() < dtype.bits()
                ? narrowest(operand)
                : value;
    }

    private void requireReadOnly(Expr value, Stmt.For loop, StagedReduction site) {
        Set<String> written = new HashSet<>(site.defined());
        BufferAccesses.of(loop.body(), site.scope()).stream()
                .filter(access -> access.kind() != BufferAccesses.AccessKind.READ)
                .forEach(access -> written.add(access.buffer()));
        Expressions.loads(value, load -> {
            if (written.contains(load.buffer())) {
                throw application.refusal("the body of " + loop.variable() + " writes " + load.buffer());
            }
        });
        for (String name : site.defined()) {
            if (Expressions.mentions(value, name)) {
                throw application.refusal("the input depends on " + name);
            }
        }
    }

    /** What has to hold where an element is computed: all conditions that it may vary with, and the ends of its loops. */
    private List<Dim> conditions(StagedReduction site, List<Stmt.For> varying) {
        Set<String> own = new HashSet<>();
        varying.forEach(inner -> own.add(inner.variable()));
        Set<String> others = new HashSet<>(site.defined());
        site.loops().stream()
                .map(Stmt.For::variable)
                .filter(name -> !own.contains(name))
                .forEach(others::add);
        List<Dim> kept = new ArrayList<>();
        for (Dim condition : site.conditions()) {
            boolean varies = condition.symbols().stream().anyMatch(own::contains);
            boolean foreign = condition.symbols().stream().anyMatch(others::contains);
            if (varies && foreign) {
                throw application.refusal(
                        "the condition " + condition + " joins loops that change the input and others");
            }
            if (!foreign) {
                kept.add(condition);
            }
        }
        for (Stmt.For inner : varying) {
            if (!inner.extent().isConstant()) {
                if (inner.extent().symbols().stream().anyMatch(others::contains)) {
                    throw application.refusal("the extent of " + inner.variable() + " depends on a loop beside it");
                }
                kept.add(inner.extent().minus(1).minus(Dim.symbol(inner.variable())));
            }
        }
        return kept;
    }

    private static Layout padded(List<Dim> extents, int pad) {
        List<List<Layout.Mode>> axes = new ArrayList<>();
        long stride = 1;
        for (int axis = extents.size() - 1; axis >= 0; axis--) {
            axes.addFirst(List.of(new Layout.Mode(extents.get(axis), Dim.of(stride))));
            stride *= extents.get(axis).constant();
            if (axis == extents.size() - 1 && axis > 0) {
                stride += pad;
            }
        }
        return new Layout(axes, Optional.empty());
    }

    private Stmt fill(Buffer copy, Expr value, List<Stmt.For> varying, List<Dim> conditions) {
        Substitution renamed = new Substitution();
        List<String> variables = new ArrayList<>();
        List<Dim> element = new ArrayList<>();
        for (int axis = 0; axis < varying.size(); axis++) {
            String variable = application.names().take(copy.name() + ".s" + axis);
            variables.add(variable);
            element.add(Dim.symbol(variable));
            renamed.with(varying.get(axis).variable(), Dim.symbol(variable));
        }
        Stmt store = new Stmt.Store(copy.name(), element, renamed.in(value));
        Stmt result = conditions.isEmpty()
                ? store
                : new Stmt.Guard(conditions.stream().map(renamed::in).toList(), store, Stmt.NOTHING);
        for (int axis = varying.size() - 1; axis >= 0; axis--) {
            result = Statements.serial(variables.get(axis), copy.shape().dim(axis), result);
        }
        return result;
    }

    private Stmt redirect(Stmt statement, Stmt.ReduceInto reduce, Expr value, Expr read) {
        if (statement != reduce) {
            return Statements.withParts(statement, part -> redirect(part, reduce, value, read));
        }
        List<Expr> inputs = new ArrayList<>(reduce.inputs());
        inputs.set(step.input(), widened(inputs.get(step.input()), value, read));
        return new Stmt.ReduceInto(reduce.targets(), reduce.reduction(), inputs, reduce.along());
    }

    private static Expr widened(Expr input, Expr value, Expr read) {
        return input == value || !(input instanceof Expr.Conversion(var dtype, Expr operand))
                ? read
                : new Expr.Conversion(dtype, widened(operand, value, read));
    }
}
