package dev.quern.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A product of atoms in a fixed order; the key of a term. */
record Monomial(List<Dim.Atom> atoms, String text) implements Comparable<Monomial> {
    static final Monomial UNIT = new Monomial(List.of(), "");

    static Monomial of(List<Dim.Atom> atoms) {
        if (atoms.size() < 2) {
            return atoms.isEmpty()
                    ? UNIT
                    : new Monomial(List.copyOf(atoms), atoms.getFirst().toString());
        }
        TreeMap<String, List<Dim.Atom>> sorted = new TreeMap<>();
        for (Dim.Atom atom : atoms) {
            sorted.computeIfAbsent(atom.toString(), text -> new ArrayList<>()).add(atom);
        }
        List<Dim.Atom> ordered = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        sorted.forEach((name, equals) -> {
            for (Dim.Atom atom : equals) {
                ordered.add(atom);
                text.append(text.isEmpty() ? "" : "*").append(name);
            }
        });
        return new Monomial(List.copyOf(ordered), text.toString());
    }

    Monomial times(Monomial other) {
        if (atoms.isEmpty() || other.atoms.isEmpty()) {
            return atoms.isEmpty() ? other : this;
        }
        List<Dim.Atom> product = new ArrayList<>(atoms);
        product.addAll(other.atoms);
        return of(product);
    }

    /** This without the factors of {@code divisor}, if it has them all. */
    Optional<Monomial> dividedBy(Monomial divisor) {
        List<Dim.Atom> rest = new ArrayList<>(atoms);
        for (Dim.Atom atom : divisor.atoms) {
            if (!rest.remove(atom)) {
                return Optional.empty();
            }
        }
        return Optional.of(of(rest));
    }

    @Override
    public int compareTo(Monomial other) {
        int byDegree = Integer.compare(other.atoms.size(), atoms.size());
        return byDegree != 0 ? byDegree : text.compareTo(other.text);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Monomial that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }
}
