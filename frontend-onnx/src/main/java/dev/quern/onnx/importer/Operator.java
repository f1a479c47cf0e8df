package dev.quern.onnx.importer;

import dev.quern.ir.graph.Value;
import java.util.List;

/**
 * A row of the table: versions of an operator and what they become.
 *
 * @param domain operator set; the standard one is {@code ""}
 * @param name operator
 * @param since first version of the operator set that means this
 * @param until last version of the operator set that has the operator
 * @param translation adds its nodes
 */
record Operator(String domain, String name, int since, int until, Translation translation) {
    /** The newest version of the standard operator set that the table was checked against. */
    static final int NEWEST = 28;

    /** Spells one call of an operator in operations of the graph level. */
    @FunctionalInterface
    interface Translation {
        /** The results, in ONNX's order; trailing ones may be left out where nothing can ask for them. */
        List<Value> apply(Call call);
    }

    /** The same for an operator of one result. */
    @FunctionalInterface
    interface Single {
        Value apply(Call call);
    }

    /** A standard operator of one result, from version {@code since} on. */
    static Operator one(String name, int since, Single translation) {
        return several(name, since, call -> List.of(translation.apply(call)));
    }

    /** A standard operator of any number of results, from version {@code since} on. */
    static Operator several(String name, int since, Translation translation) {
        return new Operator("", name, since, NEWEST, translation);
    }

    /** The same row, for an operator that went away after version {@code last}. */
    Operator until(int last) {
        return new Operator(domain, name, since, last, translation);
    }

    /** The same row, which computes with 16-bit floats as {@link RoundedOnce} has it. */
    Operator composite() {
        return new Operator(domain, name, since, until, RoundedOnce.of(translation));
    }

    /** The same row in another operator set. */
    Operator in(String otherDomain) {
        return new Operator(otherDomain, name, since, Integer.MAX_VALUE, translation);
    }
}
