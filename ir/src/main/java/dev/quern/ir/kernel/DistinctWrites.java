package dev.quern.ir.kernel;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Whether statements write each element at most once, so that the order of their writes is nobody's concern. An element is named by its place in row-major order;
 * what is not proved counts as written twice.
 */
final class DistinctWrites {
    /** Which of the two statements of a guard a write stands in. */
    private record GuardArm(Stmt.Guard guard, boolean holds) {}

    /**
     * A statement that writes.
     *
     * @param place of the element, over {@linkplain #variable variables} of loops by their depth and what is outside
     * @param extents of the loops around, outermost first
     * @param branches of the guards around
     */
    private record Write(String buffer, Dim place, List<Dim> extents, List<GuardArm> branches) {
        /** Whether no iteration does both. */
        boolean excludes(Write other) {
            return branches.stream()
                    .anyMatch(branch -> other.branches.stream()
                            .anyMatch(its -> its.guard() == branch.guard() && its.holds() != branch.holds()));
        }
    }

    private final Map<String, Buffer> buffers = new TreeMap<>();
    private final List<Write> writes = new ArrayList<>();
    private final Set<String> unknown = new HashSet<>();
    private boolean isKnown = true;

    private DistinctWrites() {}

    /** Whether {@code statements}, taken together, write each element of {@code buffers} once at most. */
    static boolean isOnce(List<Stmt> statements, List<Buffer> buffers) {
        DistinctWrites writes = new DistinctWrites();
        buffers.forEach(buffer -> writes.buffers.put(buffer.name(), buffer));
        statements.forEach(statement -> writes.collect(statement, List.of(), List.of()));
        return writes.isKnown && writes.areApart();
    }

    private void collect(Stmt statement, List<Stmt.For> loops, List<GuardArm> branches) {
        for (Stmt.Element element : statement.written()) {
            if (buffers.containsKey(element.buffer())) {
                writes.add(write(element, loops, branches));
            }
        }
        switch (statement) {
            case Stmt.For loop -> {
                List<Stmt.For> inside = new ArrayList<>(loops);
                inside.add(loop);
                collect(loop.body(), inside, branches);
            }
            case Stmt.Guard guard -> {
                collect(guard.then(), loops, with(branches, new GuardArm(guard, true)));
                collect(guard.otherwise(), loops, with(branches, new GuardArm(guard, false)));
            }
            case Stmt.Let let -> {
                unknown.add(let.name());
                collect(let.body(), loops, branches);
            }
            case Stmt.Block _, Stmt.Store _, Stmt.ReduceInto _, Stmt.Allocate _, Stmt.Section _ ->
                statement.parts().forEach(part -> collect(part, loops, branches));
        }
    }

    private static List<GuardArm> with(List<GuardArm> branches, GuardArm branch) {
        List<GuardArm> more = new ArrayList<>(branches);
        more.add(branch);
        return List.copyOf(more);
    }

    private Write write(Stmt.Element element, List<Stmt.For> loops, List<GuardArm> branches) {
        Buffer buffer = buffers.get(element.buffer());
        Dim place = Dim.ZERO;
        for (int axis = 0; axis < element.indices().size(); axis++) {
            place = place.times(buffer.shape().dim(axis)).plus(element.indices().get(axis));
        }
        isKnown &= place.symbols().stream().noneMatch(unknown::contains);
        DimRanges ranges = DimRanges.NONE;
        Map<String, Dim> names = new TreeMap<>();
        List<Dim> extents = new ArrayList<>();
        for (Stmt.For loop : loops) {
            ranges = ranges.with(loop.variable(), loop.extent());
            names.put(loop.variable(), Dim.symbol(variable("", extents.size())));
            extents.add(loop.extent());
            isKnown &= loop.extent().isConstant();
        }
        return new Write(buffer.name(), ranges.simplify(place).substitute(names), List.copyOf(extents), branches);
    }

    private static String variable(String of, int depth) {
        return "loop " + of + depth;
    }

    private boolean areApart() {
        for (int i = 0; i < writes.size(); i++) {
            if (!isInjective(writes.get(i))) {
                return false;
            }
            for (int j = 0; j < i; j++) {
                if (!areApart(writes.get(i), writes.get(j))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Two that write the same element in the same iteration only are one, where an iteration does one of them. */
    private static boolean areApart(Write one, Write other) {
        if (!one.buffer().equals(other.buffer())
                || one.place().equals(other.place()) && one.extents().equals(other.extents()) && one.excludes(other)) {
            return true;
        }
        DimRanges ranges = DimRanges.NONE;
        Map<String, Dim> names = new TreeMap<>();
        for (int depth = 0; depth < one.extents().size(); depth++) {
            ranges = ranges.with(variable("", depth), one.extents().get(depth));
        }
        for (int depth = 0; depth < other.extents().size(); depth++) {
            names.put(variable("", depth), Dim.symbol(variable("other ", depth)));
            ranges = ranges.with(variable("other ", depth), other.extents().get(depth));
        }
        Dim apart = one.place().minus(other.place().substitute(names));
        return ranges.nonNegative(apart.minus(1))
                || ranges.nonNegative(Dim.of(-1).minus(apart))
                || isNoMultiple(apart);
    }

    /** Whether the constant of a sum is no multiple of what all its other terms are multiples of: then it is never 0. */
    private static boolean isNoMultiple(Dim sum) {
        long constant = 0;
        BigInteger divisor = BigInteger.ZERO;
        for (Dim.Term term : sum.terms()) {
            if (term.atoms().isEmpty()) {
                constant = term.coefficient();
            } else {
                divisor = divisor.gcd(BigInteger.valueOf(term.coefficient()));
            }
        }
        return divisor.signum() != 0
                && BigInteger.valueOf(constant).mod(divisor).signum() != 0;
    }

    /** Whether iterations write different elements: each loop's step is more than all smaller ones together come to. */
    private static boolean isInjective(Write write) {
        List<long[]> steps = new ArrayList<>();
        for (int depth = 0; depth < write.extents().size(); depth++) {
            long extent = write.extents().get(depth).constant();
            Optional<Dim> step = write.place().coefficient(variable("", depth));
            if (extent > 1) {
                if (step.isEmpty() || !step.get().isConstant()) {
                    return false;
                }
                steps.add(new long[] {Math.abs(step.get().constant()), extent});
            }
        }
        steps.sort(Comparator.comparingLong(step -> step[0]));
        long reached = 0;
        for (long[] step : steps) {
            if (step[0] <= reached) {
                return false;
            }
            reached += step[0] * (step[1] - 1);
        }
        return true;
    }
}
