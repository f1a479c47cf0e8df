package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Derives from expressions that are equal in two iterations what else is. */
final class Equalities {
    private Equalities() {}

    /** Whether two iterations for which each of {@code equal} has the same value must have the same {@code variable}. */
    static boolean determine(String variable, List<Dim> equal) {
        Set<Dim.Atom> known = new HashSet<>();
        Dim.Atom wanted = new Dim.Symbol(variable);
        boolean learnt = true;
        while (learnt && !known.contains(wanted)) {
            learnt = false;
            for (Dim dim : equal) {
                learnt |= learn(variable, dim, known);
            }
        }
        return known.contains(wanted);
    }

    /** Adds the one atom of {@code dim} that is not known, if it has a constant factor. */
    private static boolean learn(String variable, Dim dim, Set<Dim.Atom> known) {
        List<Dim.Term> open = new ArrayList<>();
        for (Dim.Term term : dim.terms()) {
            boolean determined = true;
            for (Dim.Atom atom : term.atoms()) {
                determined &= known.contains(atom) || !Dim.dependsOn(atom, variable);
            }
            if (!determined) {
                open.add(term);
            }
        }
        return open.size() == 1
                && open.getFirst().atoms().size() == 1
                && known.add(open.getFirst().atoms().getFirst());
    }
}
