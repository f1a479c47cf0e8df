package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.schedule.BufferAccesses.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a loop variable contributes to an index as a digit: a number below {@code base / place} at {@code place}, where what is below it is less than its
 * place and what is above it a multiple of the base. Equal indices have equal digits, whatever the others are.
 */
final class Digits {
    private Digits() {}

    /** The digit over {@code variable} that is the same in all {@code indices}, one for each access; empty if there is none. */
    static Optional<Dim> learn(String variable, List<Access> accesses, List<Dim> indices) {
        Dim own = own(indices.getFirst(), variable);
        long place = place(own);
        if (place == 0 || !own.symbols().equals(Set.of(variable))) {
            return Optional.empty();
        }
        if (!indices.stream().allMatch(index -> own(index, variable).equals(own))) {
            return Optional.empty();
        }
        Dim digit = divided(own, place);
        for (long base : bases(indices, own, place)) {
            boolean fits = true;
            for (int i = 0; i < indices.size() && fits; i++) {
                ScheduleScope scope = accesses.get(i).scope();
                fits = scope.within(below(indices.get(i).minus(own), base), Dim.of(place))
                        && scope.within(digit, Dim.of(base / place));
            }
            if (fits) {
                return Optional.of(digit);
            }
        }
        return Optional.empty();
    }

    private static Dim own(Dim index, String variable) {
        return sum(
                index.terms().stream().filter(term -> term.dependsOn(variable)).toList());
    }

    private static Dim below(Dim rest, long base) {
        return sum(rest.terms().stream()
                .filter(term -> term.coefficient() % base != 0)
                .toList());
    }

    private static Dim sum(List<Dim.Term> terms) {
        Dim sum = Dim.ZERO;
        for (Dim.Term term : terms) {
            sum = sum.plus(Dim.of(term));
        }
        return sum;
    }

    /** The greatest common divisor of the factors; 0 of none. */
    private static long place(Dim own) {
        long divisor = 0;
        for (Dim.Term term : own.terms()) {
            long left = divisor;
            long right = Math.abs(term.coefficient());
            while (right != 0) {
                long rest = left % right;
                left = right;
                right = rest;
            }
            divisor = left;
        }
        return divisor;
    }

    private static Dim divided(Dim own, long place) {
        return sum(own.terms().stream()
                .map(term -> new Dim.Term(term.coefficient() / place, term.atoms()))
                .toList());
    }

    /** The places that others have above {@code place}. */
    private static List<Long> bases(List<Dim> indices, Dim own, long place) {
        Set<Long> bases = new TreeSet<>();
        for (Dim index : indices) {
            for (Dim.Term term : index.minus(own).terms()) {
                long factor = Math.abs(term.coefficient());
                if (factor > place && factor % place == 0) {
                    bases.add(factor);
                }
            }
        }
        return new ArrayList<>(bases);
    }
}
