package dev.quern.ir.verify;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.Layout;
import dev.quern.ir.NameText;
import dev.quern.ir.kernel.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is visible at a place of a kernel, and how messages name the place. Immutable. */
final class KernelScope {
    /** An enclosing loop. */
    private record EnclosingLoop(String variable, Dim extent) {}

    private final String where;
    private final Map<String, Dim> fixed;
    private final Map<String, Buffer> buffers;
    private final Set<String> integers;
    private final List<EnclosingLoop> loops;
    /** None of these is negative where this is reached. */
    private final List<Dim> conditions;

    private final DimRanges ranges;
    private final boolean conditional;
    private final boolean dead;

    /** The outermost scope, called {@code where}, with symbols that have values. */
    KernelScope(String where, Map<String, Dim> fixed) {
        this(where, fixed, Map.of(), Set.of(), List.of(), List.of(), DimRanges.NONE, false, false);
    }

    private KernelScope(
            String where,
            Map<String, Dim> fixed,
            Map<String, Buffer> buffers,
            Set<String> integers,
            List<EnclosingLoop> loops,
            List<Dim> conditions,
            DimRanges ranges,
            boolean conditional,
            boolean dead) {
        this.where = where;
        this.fixed = fixed;
        this.buffers = buffers;
        this.integers = integers;
        this.loops = loops;
        this.conditions = conditions;
        this.ranges = ranges;
        this.conditional = conditional;
        this.dead = dead;
    }

    /** The same things visible at a place inside. */
    KernelScope at(String place) {
        return new KernelScope(
                where + ", " + place, fixed, buffers, integers, loops, conditions, ranges, conditional, dead);
    }

    /** The same at a place that is reached only where all of {@code nonNegative} are. */
    KernelScope where(List<Dim> nonNegative) {
        List<Dim> more = new ArrayList<>(conditions);
        boolean never = false;
        for (Dim dim : nonNegative) {
            Dim condition = ranges.expand(dim);
            never |= isNegative(condition) || more.stream().anyMatch(other -> isNegative(condition.plus(other)));
            more.add(condition);
        }
        return new KernelScope(where, fixed, buffers, integers, loops, more, ranges, true, dead || never);
    }

    /** The same at a place that is reached only where one of {@code nonNegative} is negative. */
    KernelScope otherwise(List<Dim> nonNegative) {
        if (nonNegative.size() == 1) {
            return where(List.of(Dim.of(-1).minus(nonNegative.getFirst())));
        }
        boolean never = nonNegative.stream().allMatch(ranges::nonNegative);
        return new KernelScope(where, fixed, buffers, integers, loops, conditions, ranges, true, dead || never);
    }

    /** Whether {@code dim} is surely negative, by itself or for the fixed values. */
    private boolean isNegative(Dim dim) {
        if (ranges.nonNegative(Dim.of(-1).minus(dim))) {
            return true;
        }
        try {
            return ranges.nonNegative(Dim.of(-1).minus(dim.substitute(fixed)));
        } catch (ArithmeticException division) {
            return false;
        }
    }

    KernelScope with(Buffer buffer) {
        Map<String, Buffer> more = new HashMap<>(buffers);
        more.put(buffer.name(), buffer);
        return new KernelScope(where, fixed, more, integers, loops, conditions, ranges, conditional, dead);
    }

    KernelScope withSymbol(String name) {
        return new KernelScope(where, fixed, buffers, and(name), loops, conditions, ranges, conditional, dead);
    }

    KernelScope withBound(String name) {
        return new KernelScope(
                where, fixed, buffers, and(name), loops, conditions, ranges.withUnknown(name), conditional, dead);
    }

    KernelScope withNamed(String name, Dim index) {
        return new KernelScope(
                where, fixed, buffers, and(name), loops, conditions, ranges.defining(name, index), conditional, dead);
    }

    KernelScope withLoop(String variable, Dim extent) {
        List<EnclosingLoop> more = new ArrayList<>(loops);
        more.add(new EnclosingLoop(variable, ranges.expand(extent)));
        Dim expanded = ranges.expand(extent);
        boolean never = ranges.nonNegative(extent.times(-1)) || comesTo(expanded, 0);
        Map<String, Dim> known = new HashMap<>(fixed);
        if (!never && comesTo(expanded, 1)) {
            known.put(variable, Dim.ZERO);
        }
        return new KernelScope(
                where,
                known,
                buffers,
                and(variable),
                more,
                conditions,
                ranges.with(variable, extent),
                conditional,
                dead || never);
    }

    /** Whether {@code extent} is this much for the fixed values; a quotient by one that is 0 has no value, and stands in no loop that runs. */
    private boolean comesTo(Dim extent, long value) {
        try {
            return extent.substitute(fixed).is(value);
        } catch (ArithmeticException division) {
            return true;
        }
    }

    private Set<String> and(String name) {
        Set<String> more = new HashSet<>(integers);
        more.add(name);
        return more;
    }

    void require(boolean holds, String what, Object expected, Object found) {
        if (!holds) {
            throw new InvalidIrException(where, what, expected, found);
        }
    }

    /** Requires that all names in {@code dim} are visible. */
    void checkNames(Dim dim) {
        for (String name : dim.symbols()) {
            require(integers.contains(name), "name in " + dim, "a symbol, loop or bound integer", NameText.of(name));
        }
    }

    /** The visible buffer called {@code name}. */
    Buffer buffer(String name) {
        Buffer buffer = buffers.get(name);
        require(buffer != null, "buffer", "a parameter or an allocation around this", NameText.of(name));
        return buffer;
    }

    /** What is known of names here. */
    DimRanges ranges() {
        return ranges;
    }

    /** The buffer of which {@code indices} name an element. */
    Buffer element(String name, List<Dim> indices) {
        Buffer buffer = buffer(name);
        require(
                indices.size() == buffer.shape().rank(),
                "indices of " + NameText.of(name),
                buffer.shape().rank(),
                indices.size());
        for (int axis = 0; axis < indices.size(); axis++) {
            checkNames(indices.get(axis));
            checkInside(buffer, axis, ranges.expand(indices.get(axis)));
        }
        return buffer;
    }

    /** Where a loop never runs, everything can be proved: what is proved both ways says nothing. */
    private void checkInside(Buffer buffer, int axis, Dim index) {
        if (dead) {
            return;
        }
        Dim extent = buffer.shape().dim(axis);
        if (extent.is(0) && loops.stream().anyMatch(loop -> !ranges.atMost(Dim.ONE, loop.extent()))) {
            // A loop around this need not run, and does not where the buffer has that extent.
            return;
        }
        Optional<Dim> least = conditional ? Optional.of(index) : extreme(index, false);
        Optional<Dim> greatest = conditional ? Optional.of(index) : extreme(index, true);
        String what = "index " + axis + " of " + NameText.of(buffer.name());
        if (least.isPresent()) {
            boolean negative = ranges.nonNegative(Dim.of(-1).minus(least.get())) && !ranges.nonNegative(least.get());
            require(!negative, what, "at least 0", shown(index, least.get()));
        }
        if (greatest.isPresent()) {
            boolean outside = ranges.atMost(extent, greatest.get())
                    && !ranges.atMost(greatest.get().plus(1), extent)
                    && ranges.atMost(filled(buffer.layout(), axis), greatest.get());
            require(!outside, what, "less than " + extent, shown(index, greatest.get()));
        }
    }

    private static String shown(Dim index, Dim value) {
        return index.equals(value) ? index.toString() : index + ", which reaches " + value;
    }

    /** The extent of an axis whose digits are all filled: an index may lie in the padding of the last block. */
    private static Dim filled(Layout layout, int axis) {
        return Dim.product(
                layout.axes().get(axis).stream().map(Layout.Mode::extent).toList());
    }

    /** The index in the iteration that makes it greatest, or least; empty if that is not known. */
    private Optional<Dim> extreme(Dim index, boolean greatest) {
        Dim value = index;
        for (EnclosingLoop loop : loops.reversed()) {
            Optional<Dim> factor = value.coefficient(loop.variable());
            if (factor.isEmpty() || !factor.get().isConstant()) {
                return Optional.empty();
            }
            long sign = factor.get().constant();
            if (sign != 0) {
                Dim at = sign > 0 == greatest ? loop.extent().minus(1) : Dim.ZERO;
                value = value.substitute(Map.of(loop.variable(), at));
            }
        }
        return Optional.of(value);
    }
}
