package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Divisors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An index seen from one loop: {@code scale*factor + inner + fixed}, where {@code factor} depends on the loop's variable,
 * {@code inner} on what varies within an iteration, and {@code fixed} on neither.
 */
record IndexForm(Dim scale, Dim factor, Dim inner, Dim fixed) {
    /** The form of {@code index}; empty if it does not depend on {@code variable}, or not apart from {@code varying}. */
    static Optional<IndexForm> of(Dim index, String variable, Set<String> varying) {
        List<Dim.Term> moving = new ArrayList<>();
        Dim inner = Dim.ZERO;
        Dim fixed = Dim.ZERO;
        for (Dim.Term term : index.terms()) {
            Dim one = Dim.of(term);
            boolean varies = term.dependsOnAny(varying);
            if (term.dependsOn(variable)) {
                if (varies) {
                    return Optional.empty();
                }
                moving.add(term);
            } else if (varies) {
                inner = inner.plus(one);
            } else {
                fixed = fixed.plus(one);
            }
        }
        if (moving.isEmpty()) {
            return Optional.empty();
        }
        Dim.Term common = common(moving, variable);
        Dim factor = Dim.ZERO;
        for (Dim.Term term : moving) {
            List<Dim.Atom> atoms = new ArrayList<>(term.atoms());
            common.atoms().forEach(atoms::remove);
            factor = factor.plus(Dim.of(new Dim.Term(term.coefficient() / common.coefficient(), atoms)));
        }
        return Optional.of(new IndexForm(Dim.of(common), factor, inner, fixed));
    }

    /** The greatest common divisor of the terms that is free of {@code variable}. */
    private static Dim.Term common(List<Dim.Term> terms, String variable) {
        long divisor = 0;
        List<Dim.Atom> shared = new ArrayList<>();
        for (Dim.Atom atom : terms.getFirst().atoms()) {
            if (!Dim.dependsOn(atom, variable)) {
                shared.add(atom);
            }
        }
        for (Dim.Term term : terms) {
            divisor = Divisors.greatestCommon(divisor, Math.abs(term.coefficient()));
            List<Dim.Atom> left = new ArrayList<>(term.atoms());
            shared.removeIf(atom -> !left.remove(atom));
        }
        return new Dim.Term(divisor, shared);
    }

    /** Whether both have the same scale and factor. */
    boolean sameShape(IndexForm other) {
        return scale.equals(other.scale) && factor.equals(other.factor);
    }
}
