package dev.quern.ir;

import dev.quern.Limits;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** A product of atoms in the order of their texts; the key of a term. Equal texts are equal products. Immutable. */
final class Monomial implements Comparable<Monomial> {
    private static final Dim.Atom[] NO_ATOMS = {};
    private static final String[] NO_NAMES = {};

    static final Monomial UNIT = new Monomial(NO_ATOMS, NO_NAMES);

    private final Dim.Atom[] atoms;
    /** The texts of the atoms, so that none is printed twice. */
    private final String[] names;
    /** Derived on first use; a race derives an equal one. */
    private String text;

    private Monomial(Dim.Atom[] atoms, String[] names) {
        this.atoms = atoms;
        this.names = names;
    }

    static Monomial of(Dim.Atom atom) {
        return new Monomial(new Dim.Atom[] {atom}, new String[] {atom.toString()});
    }

    static Monomial of(List<Dim.Atom> atoms) {
        Monomial product = UNIT;
        for (Dim.Atom atom : atoms) {
            product = product.times(of(atom));
        }
        return product;
    }

    /** The number of factors. */
    int degree() {
        return atoms.length;
    }

    Dim.Atom atom(int position) {
        return atoms[position];
    }

    List<Dim.Atom> atoms() {
        return Collections.unmodifiableList(Arrays.asList(atoms));
    }

    String text() {
        if (names.length == 1) {
            return names[0];
        }
        String joined = text;
        if (joined == null) {
            joined = String.join("*", names);
            text = joined;
        }
        return joined;
    }

    Monomial times(Monomial other) {
        if (atoms.length == 0 || other.atoms.length == 0) {
            return atoms.length == 0 ? other : this;
        }
        int length = atoms.length + other.atoms.length;
        if (length > Limits.SIZE_DEGREE) {
            throw new SizeLimitException("a product of sizes has more than " + Limits.SIZE_DEGREE + " factors");
        }
        Dim.Atom[] product = new Dim.Atom[length];
        String[] productNames = new String[length];
        int left = 0;
        int right = 0;
        for (int at = 0; at < length; at++) {
            boolean fromLeft = right == other.atoms.length
                    || left < atoms.length && names[left].compareTo(other.names[right]) <= 0;
            product[at] = fromLeft ? atoms[left] : other.atoms[right];
            productNames[at] = fromLeft ? names[left++] : other.names[right++];
        }
        return new Monomial(product, productNames);
    }

    /** This without the factors of {@code divisor}, if it has them all. */
    Optional<Monomial> dividedBy(Monomial divisor) {
        int length = atoms.length - divisor.atoms.length;
        if (length < 0) {
            return Optional.empty();
        }
        if (divisor.atoms.length == 0) {
            return Optional.of(this);
        }
        Dim.Atom[] rest = new Dim.Atom[length];
        String[] restNames = new String[length];
        int kept = 0;
        int taken = 0;
        for (int at = 0; at < atoms.length; at++) {
            if (taken < divisor.atoms.length && names[at].equals(divisor.names[taken])) {
                taken++;
            } else if (kept < length) {
                rest[kept] = atoms[at];
                restNames[kept++] = names[at];
            } else {
                return Optional.empty();
            }
        }
        if (taken < divisor.atoms.length) {
            return Optional.empty();
        }
        return Optional.of(length == 0 ? UNIT : new Monomial(rest, restNames));
    }

    @Override
    public int compareTo(Monomial other) {
        int byDegree = Integer.compare(other.atoms.length, atoms.length);
        return byDegree != 0 ? byDegree : this == other ? 0 : text().compareTo(other.text());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Monomial that && (this == that || text().equals(that.text()));
    }

    @Override
    public int hashCode() {
        return text().hashCode();
    }
}
