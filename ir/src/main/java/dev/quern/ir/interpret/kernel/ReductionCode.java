package dev.quern.ir.interpret.kernel;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.Reduction;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A reduction statement of several parts, or by a rule of its own, as closures. A value is the bits of each part; a wide part has one
 * number for each point of the statement's inner loops, a narrow one has one number.
 */
final class ReductionCode {
    /** A name of a rule, and how its bits are found once those before it are known. */
    private record Definition(String name, Buffer cell, int slot, ExpressionCode.WholeCode bits, boolean wide) {}

    /** The definitions of a rule, and what the parts become. */
    private record RuleCode(List<Definition> lets, List<ExpressionCode.WholeCode> values) {}

    private final Scope scope;
    private final ExpressionCode expressions;
    private final Stmt.ReduceInto reduce;
    private final List<ElementAccess> targets = new ArrayList<>();
    private final boolean[] wide;
    private final Map<String, Expr> names = new HashMap<>();
    private final Map<String, Definition> known = new HashMap<>();
    private final List<Definition> inputs = new ArrayList<>();
    private final int[] variables;
    private final IndexCode[] extents;
    private final RuleCode lift;
    private final RuleCode join;
    private final Optional<RuleCode> enter;

    ReductionCode(Scope scope, ExpressionCode expressions, Stmt.ReduceInto reduce) {
        this.scope = scope;
        this.expressions = expressions;
        this.reduce = reduce;
        Reduction reduction = reduce.reduction();
        extents = reduce.along().stream()
                .map(along -> scope.index(along.extent()))
                .toArray(IndexCode[]::new);
        variables = reduce.along().stream()
                .mapToInt(along -> scope.define(along.variable()))
                .toArray();
        wide = new boolean[reduce.targets().size()];
        for (int part = 0; part < wide.length; part++) {
            Stmt.Element target = reduce.targets().get(part);
            targets.add(scope.access(target.buffer(), target.indices()));
            wide[part] = target.indices().stream().anyMatch(this::isOverParts);
            Reduction.ReducedPart declared = reduction.targets().get(part);
            if (targets.getLast().buffer().dtype() != declared.dtype()) {
                throw scope.bug("reduces " + declared.dtype() + " into buffer " + target.buffer() + " of "
                        + targets.getLast().buffer().dtype());
            }
        }
        for (int i = 0; i < reduction.inputs().size(); i++) {
            Expr input = reduce.inputs().get(i);
            Reduction.Input declared = reduction.inputs().get(i);
            if (input.dtype() != declared.dtype()) {
                throw scope.bug("reduces " + input.dtype() + " by " + reduction.name() + ", expected "
                        + declared.dtype() + " for " + declared.name());
            }
            boolean[] over = {false};
            Expressions.withIndices(input, index -> {
                over[0] |= isOverParts(index);
                return index;
            });
            inputs.add(define(declared.name(), declared.dtype(), expressions.bits(input), over[0]));
        }
        for (int part = 0; part < wide.length; part++) {
            Reduction.ReducedPart target = reduction.targets().get(part);
            define("left." + target.name(), target.dtype(), null, wide[part]);
            define("right." + target.name(), target.dtype(), null, wide[part]);
        }
        lift = rule(reduction.lift());
        join = rule(reduction.join());
        enter = reduction.enter().map(this::rule);
        reduce.along().forEach(along -> scope.forget(along.variable()));
        known.values().forEach(each -> scope.forget(each.cell()));
    }

    private boolean isOverParts(Dim index) {
        return reduce.along().stream().anyMatch(along -> index.dependsOn(along.variable()));
    }

    private Definition define(String name, DType dtype, ExpressionCode.WholeCode bits, boolean isWide) {
        Buffer cell = Buffer.register(scope.fresh(name), dtype, Shape.SCALAR);
        names.put(name, new Expr.Load(cell.name(), List.of(), dtype));
        Definition definition = new Definition(name, cell, scope.define(cell), bits, isWide);
        known.put(name, definition);
        return definition;
    }

    private RuleCode rule(Reduction.ReductionRule rule) {
        List<Definition> lets = new ArrayList<>();
        List<String> own = new ArrayList<>();
        for (Reduction.RuleLet let : rule.lets()) {
            boolean isWide = isWide(let.value());
            lets.add(define(let.name(), let.value().dtype(), expressions.bits(named(let.value())), isWide));
            own.add(let.name());
        }
        List<ExpressionCode.WholeCode> values = new ArrayList<>();
        for (Expr value : rule.values()) {
            if (!wide[values.size()] && isWide(value)) {
                throw scope.bug("reduces by " + reduce.reduction().name() + " into one element what differs along "
                        + reduce.along());
            }
            values.add(expressions.bits(named(value)));
        }
        own.forEach(names::remove);
        for (String name : own) {
            scope.forget(known.remove(name).cell());
        }
        return new RuleCode(List.copyOf(lets), List.copyOf(values));
    }

    private Expr named(Expr rule) {
        return Reduction.replaced(rule, names);
    }

    private boolean isWide(Expr rule) {
        return Reduction.names(rule).stream().anyMatch(name -> known.get(name).wide());
    }

    /** What is in the targets. */
    long[][] read(Frame frame) {
        long[][] value = new long[wide.length][];
        int points = points(frame);
        for (int part = 0; part < wide.length; part++) {
            value[part] = new long[wide[part] ? points : 1];
            for (int point = 0; point < value[part].length; point++) {
                goTo(point, wide[part], frame);
                value[part][point] = targets.get(part).get(frame);
            }
        }
        return value;
    }

    /** Writes the targets. */
    void write(Frame frame, long[][] value) {
        for (int part = 0; part < wide.length; part++) {
            for (int point = 0; point < value[part].length; point++) {
                goTo(point, wide[part], frame);
                targets.get(part).set(frame, value[part][point]);
            }
        }
    }

    /** The element at hand as a value. */
    long[][] lift(Frame frame) {
        return evaluate(frame, inputs, lift, null, null);
    }

    /** The element at hand joined to {@code value}. */
    long[][] enter(Frame frame, long[][] value) {
        return enter.isPresent() ? evaluate(frame, inputs, enter.get(), value, null) : join(frame, value, lift(frame));
    }

    long[][] join(Frame frame, long[][] left, long[][] right) {
        return evaluate(frame, List.of(), join, left, right);
    }

    private long[][] evaluate(Frame frame, List<Definition> element, RuleCode rule, long[][] left, long[][] right) {
        long[][] result = new long[wide.length][];
        int points = points(frame);
        for (int part = 0; part < wide.length; part++) {
            result[part] = new long[wide[part] ? points : 1];
        }
        evaluate(frame, element, rule, left, right, result, false, 0);
        for (int point = 0; point < points; point++) {
            goTo(point, true, frame);
            evaluate(frame, element, rule, left, right, result, true, point);
        }
        return result;
    }

    /** What is wide, at a point, or what is not. */
    private void evaluate(
            Frame frame,
            List<Definition> element,
            RuleCode rule,
            long[][] left,
            long[][] right,
            long[][] result,
            boolean isWide,
            int point) {
        compute(frame, element, isWide);
        for (int part = 0; part < wide.length; part++) {
            if (wide[part] == isWide) {
                String name = reduce.reduction().targets().get(part).name();
                set(frame, known.get("left." + name), left, part, point);
                set(frame, known.get("right." + name), right, part, point);
            }
        }
        compute(frame, rule.lets(), isWide);
        for (int part = 0; part < wide.length; part++) {
            if (wide[part] == isWide) {
                result[part][point] = rule.values().get(part).at(frame);
            }
        }
    }

    private static void compute(Frame frame, List<Definition> definitions, boolean isWide) {
        for (Definition definition : definitions) {
            if (definition.wide() == isWide) {
                put(frame, definition, definition.bits().at(frame));
            }
        }
    }

    private static void set(Frame frame, Definition side, long[][] value, int part, int point) {
        if (value != null) {
            put(frame, side, value[part][point]);
        }
    }

    private static void put(Frame frame, Definition definition, long bits) {
        if (frame.views[definition.slot()] == null) {
            frame.views[definition.slot()] = BufferView.allocate(definition.cell(), name -> 0);
        }
        frame.views[definition.slot()].memory.set(0, bits);
    }

    private int points(Frame frame) {
        long points = 1;
        for (IndexCode extent : extents) {
            points *= Math.max(0, extent.at(frame.values));
        }
        return extents.length == 0 ? 0 : Math.toIntExact(points);
    }

    private void goTo(int point, boolean isWide, Frame frame) {
        if (!isWide) {
            return;
        }
        long rest = point;
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            long extent = extents[axis].at(frame.values);
            frame.values[variables[axis]] = rest % extent;
            rest /= extent;
        }
    }
}
