package dev.quern.ir.kernel;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How elements are reduced to one value of several parts: what the value is before any element, how an element becomes such a value, and
 * how two of them are joined. Sums and greatest values are such, and so are the greatest with its place, a mean with its variance, and a
 * softmax with what it weighs ({@link Reductions}).
 *
 * <p>Rules are expressions over names, written as loads without indices: {@code left.t} and {@code right.t} are part {@code t} of the
 * values joined, an input has its own name, and so has what a rule binds.
 *
 * @param name for the text form
 * @param targets the parts, one at least
 * @param inputs what an element consists of
 * @param lift an element as a value; over the inputs
 * @param join two values as one; over {@code left} and {@code right}. Associative, up to rounding, and the identities joined to a value
 *     from either side give its own bits (NaN being one value)
 * @param enter an element joined to a value, where that is not {@code join} of {@code lift}: with fewer roundings or operations; over
 *     {@code left} and the inputs
 * @param reorderable whether elements may be taken in any order, up to rounding; if not, no schedule changes it
 */
public record Reduction(
        String name,
        List<ReducedPart> targets,
        List<Input> inputs,
        ReductionRule lift,
        ReductionRule join,
        Optional<ReductionRule> enter,
        boolean reorderable) {
    /**
     * A part of the value.
     *
     * @param identity what joined to anything changes nothing; its type is the part's
     */
    public record ReducedPart(String name, Expr.Immediate identity) {
        /** The type of the part. */
        public DType dtype() {
            return identity.dtype();
        }

        /** This part of the value on the left, in a rule. */
        public Expr left() {
            return named("left." + name, dtype());
        }

        /** This part of the value on the right, in a rule. */
        public Expr right() {
            return named("right." + name, dtype());
        }
    }

    /** Something that an element has. */
    public record Input(String name, DType dtype) {
        /** This input, in a rule. */
        public Expr value() {
            return named(name, dtype);
        }
    }

    /** A name for what a rule uses more than once. */
    public record RuleLet(String name, Expr value) {
        /** The value bound, in what follows. */
        public Expr bound() {
            return named(name, value.dtype());
        }
    }

    /**
     * How a value is computed.
     *
     * @param lets names bound in order, each over what is bound before
     * @param values of the targets, in their order
     */
    public record ReductionRule(List<RuleLet> lets, List<Expr> values) {
        public ReductionRule {
            lets = List.copyOf(lets);
            values = List.copyOf(values);
        }

        /** The rule without names of its own. */
        public static ReductionRule of(Expr... values) {
            return new ReductionRule(List.of(), List.of(values));
        }

        /** The value of the only target, with {@code names} replaced; for rules that bind nothing. */
        private Expr only(Map<String, Expr> names) {
            return Reduction.replaced(values.getFirst(), names);
        }
    }

    public Reduction {
        targets = List.copyOf(targets);
        inputs = List.copyOf(inputs);
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("reduction " + name + " has no targets");
        }
        Map<String, DType> sides = new HashMap<>();
        Map<String, DType> element = new HashMap<>();
        for (ReducedPart target : targets) {
            define("left." + target.name(), target.dtype(), sides);
            define("right." + target.name(), target.dtype(), sides);
        }
        inputs.forEach(input -> define(input.name(), input.dtype(), element));
        check(name, lift, targets, element);
        check(name, join, targets, sides);
        if (enter.isPresent()) {
            Map<String, DType> both = new HashMap<>(element);
            targets.forEach(target -> define("left." + target.name(), target.dtype(), both));
            check(name, enter.get(), targets, both);
        }
    }

    private static void define(String name, DType dtype, Map<String, DType> names) {
        if (names.put(name, dtype) != null) {
            throw new IllegalArgumentException("two things are called " + name);
        }
    }

    private static void check(String name, ReductionRule rule, List<ReducedPart> targets, Map<String, DType> outside) {
        Map<String, DType> names = new HashMap<>(outside);
        for (RuleLet let : rule.lets()) {
            checkNames(name, let.value(), names);
            define(let.name(), let.value().dtype(), names);
        }
        if (rule.values().size() != targets.size()) {
            throw new IllegalArgumentException("reduction " + name + ": a rule gives "
                    + rule.values().size() + " values for " + targets.size() + " targets");
        }
        for (int i = 0; i < targets.size(); i++) {
            ReducedPart target = targets.get(i);
            Expr value = rule.values().get(i);
            checkNames(name, value, names);
            if (value.dtype() != target.dtype()) {
                throw new IllegalArgumentException("reduction " + name + ": a rule gives " + value.dtype() + " for "
                        + target.name() + " of type " + target.dtype());
            }
        }
    }

    private static void checkNames(String name, Expr value, Map<String, DType> names) {
        value.walk(part -> {
            boolean known = part instanceof Expr.Load(String used, var indices, DType dtype)
                    && indices.isEmpty()
                    && names.get(used) == dtype;
            if (!known && (part instanceof Expr.Load || part instanceof Expr.Index)) {
                throw new IllegalArgumentException("reduction " + name + ": a rule uses " + part + ", expected one of "
                        + names.keySet().stream().sorted().toList());
            }
        });
    }

    private static Expr named(String name, DType dtype) {
        return new Expr.Load(name, List.of(), dtype);
    }

    /** {@code rule} with what it calls by the keys of {@code names} replaced. */
    public static Expr replaced(Expr rule, Map<String, Expr> names) {
        return Expressions.withLeaves(
                rule, leaf -> leaf instanceof Expr.Load load ? names.getOrDefault(load.buffer(), load) : leaf);
    }

    /** The names in {@code rule}. */
    public static Set<String> names(Expr rule) {
        Set<String> names = new HashSet<>();
        Expressions.loads(rule, load -> names.add(load.buffer()));
        return names;
    }

    /** The rule by which an element enters a value: the one given, or {@code join} of {@code lift}. */
    public ReductionRule entering() {
        if (enter.isPresent()) {
            return enter.get();
        }
        List<RuleLet> lets = new ArrayList<>(lift.lets());
        Map<String, Expr> rights = new HashMap<>();
        for (int i = 0; i < targets.size(); i++) {
            rights.put("right." + targets.get(i).name(), lift.values().get(i));
        }
        Set<String> taken = new HashSet<>();
        lets.forEach(let -> taken.add(let.name()));
        inputs.forEach(input -> taken.add(input.name()));
        for (RuleLet let : join.lets()) {
            String name = let.name();
            while (!taken.add(name)) {
                name += "_";
            }
            lets.add(new RuleLet(name, replaced(let.value(), rights)));
            rights.put(let.name(), lets.getLast().bound());
        }
        return new ReductionRule(
                lets,
                join.values().stream().map(value -> replaced(value, rights)).toList());
    }

    /** This for elements that are values already: what partial results are joined by. */
    public Reduction joined() {
        List<Input> parts = targets.stream()
                .map(target -> new Input(target.name(), target.dtype()))
                .toList();
        ReductionRule same =
                new ReductionRule(List.of(), parts.stream().map(Input::value).toList());
        if (enter.isEmpty() && parts.equals(inputs) && lift.equals(same)) {
            return this;
        }
        Optional<BinaryOp> function = function();
        return function.isPresent()
                ? Reductions.of(function.get(), targets.getFirst().dtype())
                : new Reduction(name + JOINED, targets, parts, same, join, Optional.empty(), reorderable);
    }

    /** What the name of a {@link #joined} reduction ends with. */
    public static final String JOINED = ".join";

    /** The function that joins, where the value is one number, joined by a function as it is. */
    public Optional<BinaryOp> function() {
        if (targets.size() > 1
                || !(join.values().getFirst() instanceof Expr.BinaryOperation(BinaryOp function, Expr a, Expr b))) {
            return Optional.empty();
        }
        ReducedPart target = targets.getFirst();
        return Identities.has(function) && a.equals(target.left()) && b.equals(target.right())
                ? Optional.of(function)
                : Optional.empty();
    }

    /**
     * Whether every engine and back end takes this as it is: one number, joined by a function, of an element that is one already, or
     * of two in a product that is not rounded before it is added.
     */
    public boolean isPlain() {
        return function().isPresent() && (isFused() || (enter.isEmpty() && joined() == this));
    }

    /** Whether elements enter as the product of their inputs, rounded once with the sum. */
    public boolean isFused() {
        return inputs.size() == 2
                && enter.isPresent()
                && enter.get().lets().isEmpty()
                && enter.get()
                        .values()
                        .getFirst()
                        .equals(new Expr.Fma(
                                inputs.get(0).value(),
                                inputs.get(1).value(),
                                targets.getFirst().left()));
    }

    /** Whether the order of the elements may show in the result. */
    public boolean rounds() {
        return !isPlain()
                || targets.getFirst().dtype().isFloat()
                        && switch (function().orElseThrow()) {
                            case MIN, MAX, AND, OR -> false;
                            case ADD, SUB, MUL, DIV, MOD, REM, POW, XOR, SHIFT_LEFT, SHIFT_RIGHT -> true;
                        };
    }

    /** The only part of an element as a value, for a {@linkplain #isPlain plain} reduction. */
    public Expr lifted(List<Expr> element) {
        Map<String, Expr> names = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            names.put(inputs.get(i).name(), element.get(i));
        }
        return lift.only(names);
    }
}
