package dev.quern.ir;

import dev.quern.Limits;
import java.util.Arrays;
import java.util.Set;

/**
 * A sum of products with integer coefficients other than zero, in the order of {@link Monomial}: of higher degree first,
 * the constant last. Immutable. Arithmetic throws {@link SizeLimitException} where a coefficient leaves 64 bits, and where there
 * would be more than {@link Limits#SIZE_TERMS} terms.
 */
final class Polynomial {
    static final Polynomial ZERO = new Polynomial(new Monomial[0], new long[0]);

    private final Monomial[] monomials;
    private final long[] coefficients;
    /** Derived on first use; a race derives an equal one. */
    private int hash;
    /** Derived on first use; a race derives an equal one. */
    private int weight;

    private Polynomial(Monomial[] monomials, long[] coefficients) {
        this.monomials = monomials;
        this.coefficients = coefficients;
    }

    static Polynomial of(Monomial monomial, long coefficient) {
        return coefficient == 0 ? ZERO : new Polynomial(new Monomial[] {monomial}, new long[] {coefficient});
    }

    /** The number of terms. */
    int size() {
        return coefficients.length;
    }

    Monomial monomial(int term) {
        return monomials[term];
    }

    long coefficient(int term) {
        return coefficients[term];
    }

    boolean isConstant() {
        return monomials.length == 0 || monomials.length == 1 && monomials[0].degree() == 0;
    }

    boolean dependsOn(String symbol) {
        for (Monomial monomial : monomials) {
            for (int factor = 0; factor < monomial.degree(); factor++) {
                if (Dim.dependsOn(monomial.atom(factor), symbol)) {
                    return true;
                }
            }
        }
        return false;
    }

    boolean dependsOnAny(Set<String> names) {
        for (Monomial monomial : monomials) {
            for (int factor = 0; factor < monomial.degree(); factor++) {
                if (Dim.dependsOnAny(monomial.atom(factor), names)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Terms and atoms, those inside other atoms included. */
    int weight() {
        int known = weight;
        if (known == 0) {
            known = 1 + size();
            for (Monomial monomial : monomials) {
                for (int factor = 0; factor < monomial.degree(); factor++) {
                    known = Math.min(Integer.MAX_VALUE / 4, known + Weight.of(monomial.atom(factor)));
                }
            }
            weight = known;
        }
        return known;
    }

    Polynomial plus(Polynomial other) {
        if (monomials.length == 0 || other.monomials.length == 0) {
            return monomials.length == 0 ? other : this;
        }
        Builder sum = new Builder(monomials.length + other.monomials.length);
        int left = 0;
        int right = 0;
        while (left < monomials.length || right < other.monomials.length) {
            int order = left == monomials.length
                    ? 1
                    : right == other.monomials.length ? -1 : monomials[left].compareTo(other.monomials[right]);
            if (order == 0) {
                sum.append(monomials[left], Exact.sum(coefficients[left++], other.coefficients[right++]));
            } else if (order < 0) {
                sum.append(monomials[left], coefficients[left++]);
            } else {
                sum.append(other.monomials[right], other.coefficients[right++]);
            }
        }
        if (sum.size > Limits.SIZE_TERMS) {
            throw tooManyTerms();
        }
        return sum.build();
    }

    private static SizeLimitException tooManyTerms() {
        return new SizeLimitException("an expression of sizes has more than " + Limits.SIZE_TERMS + " terms");
    }

    Polynomial times(long factor) {
        if (factor == 0 || factor == 1) {
            return factor == 0 ? ZERO : this;
        }
        long[] scaled = new long[coefficients.length];
        for (int term = 0; term < scaled.length; term++) {
            scaled[term] = Exact.product(coefficients[term], factor);
        }
        return new Polynomial(monomials, scaled);
    }

    Polynomial times(Polynomial other) {
        if (isConstant() || other.isConstant()) {
            Polynomial constant = isConstant() ? this : other;
            Polynomial scaled = isConstant() ? other : this;
            return scaled.times(constant.size() == 0 ? 0 : constant.coefficients[0]);
        }
        int products = monomials.length * other.monomials.length;
        if (products > Limits.SIZE_TERMS * Limits.SIZE_TERMS / 16) {
            throw tooManyTerms();
        }
        Builder product = new Builder(products);
        for (int left = 0; left < monomials.length; left++) {
            for (int right = 0; right < other.monomials.length; right++) {
                product.append(
                        monomials[left].times(other.monomials[right]),
                        Exact.product(coefficients[left], other.coefficients[right]));
            }
        }
        return product.sorted();
    }

    /** The sum as written, such as {@code 4*i + floordiv(n, 8) - 1}. */
    String text() {
        if (size() == 0) {
            return "0";
        }
        StringBuilder out = new StringBuilder();
        for (int term = 0; term < size(); term++) {
            long coefficient = coefficients[term];
            long magnitude = coefficient;
            if (out.isEmpty()) {
                if (coefficient < 0 && coefficient != Long.MIN_VALUE) {
                    out.append('-');
                    magnitude = -coefficient;
                }
            } else {
                boolean negative = coefficient < 0 && coefficient != Long.MIN_VALUE;
                out.append(negative ? " - " : " + ");
                magnitude = negative ? -coefficient : coefficient;
            }
            if (monomials[term].degree() == 0) {
                out.append(magnitude);
            } else {
                if (magnitude != 1) {
                    out.append(magnitude).append('*');
                }
                out.append(monomials[term].text());
            }
        }
        return out.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Polynomial that
                && (this == that
                        || hashCode() == that.hashCode()
                                && Arrays.equals(coefficients, that.coefficients)
                                && Arrays.equals(monomials, that.monomials));
    }

    @Override
    public int hashCode() {
        int known = hash;
        if (known == 0) {
            known = 31 * Arrays.hashCode(coefficients) + Arrays.hashCode(monomials);
            hash = known;
        }
        return known;
    }

    /** Collects terms. */
    static final class Builder {
        private Monomial[] monomials;
        private long[] coefficients;
        private int size;

        Builder(int capacity) {
            monomials = new Monomial[capacity];
            coefficients = new long[capacity];
        }

        /** Adds a term, unless its coefficient is zero. */
        void append(Monomial monomial, long coefficient) {
            if (coefficient != 0) {
                if (size == coefficients.length) {
                    monomials = Arrays.copyOf(monomials, 2 * size + 1);
                    coefficients = Arrays.copyOf(coefficients, 2 * size + 1);
                }
                monomials[size] = monomial;
                coefficients[size++] = coefficient;
            }
        }

        /** The sum of terms that were appended in order, each monomial once. */
        Polynomial build() {
            return size == 0
                    ? ZERO
                    : size == coefficients.length
                            ? new Polynomial(monomials, coefficients)
                            : new Polynomial(Arrays.copyOf(monomials, size), Arrays.copyOf(coefficients, size));
        }

        /** The sum of terms that were appended in any order. */
        Polynomial sorted() {
            Polynomial[] parts = new Polynomial[size];
            for (int term = 0; term < size; term++) {
                parts[term] = of(monomials[term], coefficients[term]);
            }
            return size == 0 ? ZERO : sum(parts, 0, size);
        }

        private static Polynomial sum(Polynomial[] parts, int from, int to) {
            if (to - from == 1) {
                return parts[from];
            }
            int middle = (from + to) >>> 1;
            return sum(parts, from, middle).plus(sum(parts, middle, to));
        }
    }
}
