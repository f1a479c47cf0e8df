package dev.quern.ptx;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Indices in 64-bit registers. What was computed in a scope is kept until the scope ends, so that equal parts of indices are computed
 * once.
 */
final class DimCode {
    private final PtxCode code;
    private final Map<String, String> names = new HashMap<>();
    private final Deque<Map<Dim, String>> known = new ArrayDeque<>();
    private final Deque<Map<SwizzledOffset, String>> swizzled = new ArrayDeque<>();

    /** The place of an element, in bytes, after a swizzle. */
    private record SwizzledOffset(Dim element, Layout.Swizzle swizzle, int bytes) {}

    DimCode(PtxCode code) {
        this.code = code;
        open();
    }

    /** From here on, until {@link #close}, code may not run, or run again. */
    void open() {
        known.push(new HashMap<>());
        swizzled.push(new HashMap<>());
    }

    void close() {
        known.pop();
        swizzled.pop();
    }

    /** {@code name} is the number in {@code register}. */
    void bind(String name, String register) {
        names.put(name, register);
    }

    /** The register with the value of {@code dim}, or its digits if it is constant. */
    String of(Dim dim) {
        if (dim.isConstant()) {
            return Long.toString(dim.constant());
        }
        for (Map<Dim, String> scope : known) {
            String register = scope.get(dim);
            if (register != null) {
                return register;
            }
        }
        String register = sum(dim.terms());
        known.peek().put(dim, register);
        return register;
    }

    /** The same, always in a register. */
    String register(Dim dim) {
        return dim.isConstant() ? code.into(RegisterClass.LONG, "mov.b64", Long.toString(dim.constant())) : of(dim);
    }

    /** The register with where the element at address {@code element} lies after {@code swizzle}, in bytes. */
    String swizzled(Dim element, Layout.Swizzle swizzle, int bytes) {
        SwizzledOffset place = new SwizzledOffset(element, swizzle, bytes);
        for (Map<SwizzledOffset, String> scope : swizzled) {
            String register = scope.get(place);
            if (register != null) {
                return register;
            }
        }
        String plain = register(element);
        String from =
                code.into(RegisterClass.LONG, "shr.u64", plain, Integer.toString(swizzle.base() + swizzle.shift()));
        String bits = code.into(RegisterClass.LONG, "and.b64", from, Long.toString((1L << swizzle.bits()) - 1));
        String moved = code.into(RegisterClass.LONG, "shl.b64", bits, Integer.toString(swizzle.base()));
        String exchanged = code.into(RegisterClass.LONG, "xor.b64", plain, moved);
        String offset = times(exchanged, bytes);
        swizzled.peek().put(place, offset);
        return offset;
    }

    private String sum(List<Dim.Term> terms) {
        String sum = null;
        for (Dim.Term term : terms) {
            String product = product(term.atoms());
            long factor = term.coefficient();
            if (product == null) {
                String constant = Long.toString(factor);
                sum = sum == null ? code.into(RegisterClass.LONG, "mov.b64", constant) : plus(sum, constant);
            } else if (sum == null) {
                sum = factor == 1 ? product : times(product, factor);
            } else if (factor == 1) {
                sum = plus(sum, product);
            } else if (factor == -1) {
                sum = code.into(RegisterClass.LONG, "sub.s64", sum, product);
            } else {
                sum = code.into(RegisterClass.LONG, "mad.lo.s64", product, Long.toString(factor), sum);
            }
        }
        return sum;
    }

    private String plus(String left, String right) {
        return code.into(RegisterClass.LONG, "add.s64", left, right);
    }

    private String times(String left, long right) {
        return Long.bitCount(right) == 1 && right > 0
                ? code.into(RegisterClass.LONG, "shl.b64", left, Integer.toString(Long.numberOfTrailingZeros(right)))
                : code.into(RegisterClass.LONG, "mul.lo.s64", left, Long.toString(right));
    }

    /** The product of atoms; null for none. */
    private String product(List<Dim.Atom> atoms) {
        String product = null;
        for (Dim.Atom atom : atoms) {
            String value = atom(atom);
            product = product == null ? value : code.into(RegisterClass.LONG, "mul.lo.s64", product, value);
        }
        return product;
    }

    private String atom(Dim.Atom atom) {
        return switch (atom) {
            case Dim.Symbol(String name) -> {
                String register = names.get(name);
                if (register == null) {
                    throw new IllegalStateException("an index uses " + name + ", which is not in sight");
                }
                yield register;
            }
            case Dim.FloorDiv(Dim left, Dim right) -> quotient(left, right);
            case Dim.Min(Dim left, Dim right) ->
                code.into(RegisterClass.LONG, "min.s64", register(left), register(right));
            case Dim.Max(Dim left, Dim right) ->
                code.into(RegisterClass.LONG, "max.s64", register(left), register(right));
        };
    }

    /** Rounded down; 0 for a divisor of 0. */
    private String quotient(Dim left, Dim right) {
        String dividend = register(left);
        if (right.isConstant() && right.constant() > 0 && Long.bitCount(right.constant()) == 1) {
            String distance = Integer.toString(Long.numberOfTrailingZeros(right.constant()));
            return code.into(RegisterClass.LONG, "shr.s64", dividend, distance);
        }
        String divisor = register(right);
        return IntegerCode.floorQuotient(code, dividend, divisor, !right.isConstant() || right.constant() == 0);
    }
}
