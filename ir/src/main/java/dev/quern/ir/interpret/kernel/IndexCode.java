package dev.quern.ir.interpret.kernel;

import dev.quern.ir.Dim;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/** An index expression whose symbols are resolved to slots. */
@FunctionalInterface
interface IndexCode {
    long at(long[] values);

    /** {@code dim} with the slots that {@code slotOf} gives. */
    static IndexCode of(Dim dim, ToIntFunction<String> slotOf) {
        if (dim.isConstant()) {
            long constant = dim.constant();
            return values -> constant;
        }
        long constant = 0;
        List<Integer> slots = new ArrayList<>();
        List<Long> factors = new ArrayList<>();
        List<IndexCode> products = new ArrayList<>();
        for (Dim.Term term : dim.terms()) {
            List<Dim.Atom> atoms = term.atoms();
            if (atoms.isEmpty()) {
                constant = term.coefficient();
            } else if (atoms.size() == 1 && atoms.getFirst() instanceof Dim.Symbol(String name)) {
                slots.add(slotOf.applyAsInt(name));
                factors.add(term.coefficient());
            } else {
                products.add(product(term, slotOf));
            }
        }
        return sum(
                constant,
                slots.stream().mapToInt(Integer::intValue).toArray(),
                factors.stream().mapToLong(Long::longValue).toArray(),
                products.toArray(IndexCode[]::new));
    }

    private static IndexCode sum(long constant, int[] slots, long[] factors, IndexCode[] products) {
        if (products.length == 0 && slots.length == 1) {
            int slot = slots[0];
            long factor = factors[0];
            return factor == 1 && constant == 0 ? values -> values[slot] : values -> constant + factor * values[slot];
        }
        if (products.length == 0 && slots.length == 2) {
            int first = slots[0];
            int second = slots[1];
            long firstFactor = factors[0];
            long secondFactor = factors[1];
            return values -> constant + firstFactor * values[first] + secondFactor * values[second];
        }
        return values -> {
            long sum = constant;
            for (int i = 0; i < slots.length; i++) {
                sum += factors[i] * values[slots[i]];
            }
            for (IndexCode product : products) {
                sum += product.at(values);
            }
            return sum;
        };
    }

    private static IndexCode product(Dim.Term term, ToIntFunction<String> slotOf) {
        long factor = term.coefficient();
        IndexCode[] atoms =
                term.atoms().stream().map(atom -> atom(atom, slotOf)).toArray(IndexCode[]::new);
        if (atoms.length == 1) {
            IndexCode only = atoms[0];
            return values -> factor * only.at(values);
        }
        return values -> {
            long product = factor;
            for (IndexCode atom : atoms) {
                product *= atom.at(values);
            }
            return product;
        };
    }

    private static IndexCode atom(Dim.Atom atom, ToIntFunction<String> slotOf) {
        return switch (atom) {
            case Dim.Symbol(String name) -> {
                int slot = slotOf.applyAsInt(name);
                yield values -> values[slot];
            }
            case Dim.FloorDiv(Dim numerator, Dim denominator) -> {
                IndexCode left = of(numerator, slotOf);
                IndexCode right = of(denominator, slotOf);
                yield values -> Math.floorDiv(left.at(values), right.at(values));
            }
            case Dim.Min(Dim one, Dim other) -> {
                IndexCode left = of(one, slotOf);
                IndexCode right = of(other, slotOf);
                yield values -> Math.min(left.at(values), right.at(values));
            }
            case Dim.Max(Dim one, Dim other) -> {
                IndexCode left = of(one, slotOf);
                IndexCode right = of(other, slotOf);
                yield values -> Math.max(left.at(values), right.at(values));
            }
        };
    }
}
