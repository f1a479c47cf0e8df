package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.BufferAccesses.Access;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether the iterations of a loop depend on one another, from the elements that they touch.
 *
 * <p>Two iterations that touch the same element of a buffer have equal indices there. From each axis, and from each
 * flattened run of axes, this learns what must then be equal: an index {@code c*f + r} with {@code r} in {@code [0, c)} in every
 * access gives {@code f}. If the loop variable itself follows from what was learnt, no two iterations meet. Anything else counts as
 * meeting: sound, and enough for split, fused and re-linearised indices.
 */
final class Dependence {
    /** What the iterations of a loop have to do with one another. */
    enum LoopRelation {
        /** No two touch the same element with a write among them. */
        PARALLEL,
        /** Two may reduce into the same value by the same join (sums and fused products count as one), and nothing else. */
        REDUCTION,
        /** They must run in order. */
        SEQUENTIAL
    }

    /**
     * The answer for one loop.
     *
     * @param kind what the iterations have to do with one another
     * @param reduced the buffers that several iterations reduce into
     * @param reason where they meet, for messages; empty for a parallel loop
     */
    record LoopVerdict(LoopRelation kind, Set<String> reduced, String reason) {}

    /** BufferAccesses of one buffer that are compared pair by pair. */
    private static final int PAIRS = 32;

    private Dependence() {}

    /** The verdict on {@code loop}, which stands in {@code scope}. */
    static LoopVerdict of(Stmt.For loop, ScheduleScope scope) {
        return of(loop.variable(), BufferAccesses.of(loop.body(), scope.inside(loop)), Set.of());
    }

    /** The verdict on the loop over {@code variable} if the loops over {@code varying} were inside it. */
    static LoopVerdict of(String variable, List<Access> accesses, Set<String> varying) {
        Map<String, List<Access>> byBuffer = new LinkedHashMap<>();
        for (Access access : accesses) {
            byBuffer.computeIfAbsent(access.buffer(), name -> new ArrayList<>()).add(access);
        }
        Set<String> reduced = new HashSet<>();
        String reason = "";
        for (List<Access> group : byBuffer.values()) {
            if (independent(variable, group, varying)) {
                continue;
            }
            Access first = group.getFirst();
            if (group.stream().allMatch(access -> reducesLike(first, access))) {
                reduced.add(first.buffer());
                reason = "iterations of " + variable + " may share elements: one " + first;
            } else {
                return new LoopVerdict(LoopRelation.SEQUENTIAL, Set.of(), meeting(variable, group));
            }
        }
        for (Access access : accesses) {
            if (reduced.contains(access.buffer())) {
                for (Stmt.Element other : access.reduce().orElseThrow().targets()) {
                    if (!reduced.contains(other.buffer()) && byBuffer.containsKey(other.buffer())) {
                        String apart = "one " + access + " together with " + other.buffer() + other.indices();
                        return new LoopVerdict(
                                LoopRelation.SEQUENTIAL,
                                Set.of(),
                                "iterations of " + variable + " share some parts of a value: " + apart);
                    }
                }
            }
        }
        return new LoopVerdict(reduced.isEmpty() ? LoopRelation.PARALLEL : LoopRelation.REDUCTION, reduced, reason);
    }

    /** Whether both are the same part of values that are joined alike, in any order; a fused product is a summand. */
    private static boolean reducesLike(Access first, Access second) {
        if (first.kind() != BufferAccesses.AccessKind.REDUCE || second.kind() != BufferAccesses.AccessKind.REDUCE) {
            return false;
        }
        Stmt.ReduceInto one = first.reduce().orElseThrow();
        Stmt.ReduceInto other = second.reduce().orElseThrow();
        return one.reduction().reorderable()
                && one.reduction().joined().equals(other.reduction().joined())
                && (one.targets().size() == 1 || WideTargets.sameValue(one, other));
    }

    private static String meeting(String variable, List<Access> group) {
        Access write = group.stream()
                .filter(access -> access.kind() != BufferAccesses.AccessKind.READ)
                .findFirst()
                .orElseThrow();
        Access other = group.stream()
                .filter(access ->
                        access.kind() != write.kind() || !access.indices().equals(write.indices()))
                .findFirst()
                .orElse(write);
        return "iterations of " + variable + " may share elements: one " + write + ", another " + other;
    }

    private static boolean independent(String variable, List<Access> group, Set<String> varying) {
        if (group.stream().allMatch(access -> access.kind() == BufferAccesses.AccessKind.READ)
                || disjoint(variable, group, varying)) {
            return true;
        }
        if (group.size() > PAIRS) {
            return false;
        }
        for (Access one : group) {
            for (Access other : group) {
                boolean written = one.kind() != BufferAccesses.AccessKind.READ;
                if (written
                        && !apart(variable, one, other, varying)
                        && !disjoint(variable, List.of(one, other), varying)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether the two never touch the same element, because they differ on an axis in what no iteration changes. */
    private static boolean apart(String variable, Access one, Access other, Set<String> varying) {
        Set<String> moving = new HashSet<>(varying);
        moving.addAll(one.inner());
        moving.addAll(other.inner());
        moving.add(variable);
        for (int axis = 0; axis < one.indices().size(); axis++) {
            Dim first = one.indices().get(axis);
            Dim second = other.indices().get(axis);
            if (!first.equals(second) && !first.dependsOnAny(moving) && !second.dependsOnAny(moving)) {
                Dim difference = first.minus(second);
                if (one.scope().positive(difference) || one.scope().negative(difference)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether two iterations that touch the same element are one; digits, which take more to find, are asked last. */
    private static boolean disjoint(String variable, List<Access> group, Set<String> varying) {
        if (!group.stream().allMatch(access -> dependsOn(variable, access))) {
            return false;
        }
        Shape shape = group.getFirst().scope().buffer(group.getFirst().buffer()).shape();
        List<List<Dim>> runs = new ArrayList<>();
        List<Dim> equal = new ArrayList<>();
        for (int first = 0; first < shape.rank(); first++) {
            for (int last = first; last < shape.rank(); last++) {
                List<Dim> indices = new ArrayList<>();
                for (Access access : group) {
                    indices.add(index(access, shape, first, last));
                }
                runs.add(indices);
                learn(variable, group, varying, indices).ifPresent(equal::add);
            }
        }
        if (Equalities.determine(variable, equal)) {
            return true;
        }
        runs.forEach(indices -> Digits.learn(variable, group, indices).ifPresent(equal::add));
        return Equalities.determine(variable, equal);
    }

    private static boolean dependsOn(String variable, Access access) {
        return access.indices().stream().anyMatch(index -> index.dependsOn(variable));
    }

    private static Dim index(Access access, Shape shape, int first, int last) {
        Dim index = Dim.ZERO;
        for (int axis = first; axis <= last; axis++) {
            index = index.times(shape.dim(axis)).plus(access.indices().get(axis));
        }
        return access.scope().simplify(index);
    }

    /** What is equal in two iterations that agree on {@code indices}, one of each access. */
    private static Optional<Dim> learn(String variable, List<Access> group, Set<String> varying, List<Dim> indices) {
        List<IndexForm> forms = new ArrayList<>();
        for (int i = 0; i < group.size(); i++) {
            Set<String> moving = new HashSet<>(varying);
            moving.addAll(group.get(i).inner());
            moving.remove(variable);
            Optional<IndexForm> form = IndexForm.of(indices.get(i), variable, moving);
            if (form.isEmpty() || !form.get().sameShape(forms.isEmpty() ? form.get() : forms.getFirst())) {
                return Optional.empty();
            }
            forms.add(form.get());
        }
        Dim scale = forms.getFirst().scale();
        for (IndexForm base : forms) {
            boolean fits = true;
            for (int i = 0; i < group.size() && fits; i++) {
                Dim rest = forms.get(i).inner().plus(forms.get(i).fixed()).minus(base.fixed());
                fits = group.get(i).scope().within(rest, scale);
            }
            if (fits) {
                return Optional.of(forms.getFirst().factor());
            }
        }
        return Optional.empty();
    }
}
