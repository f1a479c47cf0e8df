package dev.quern.ir.graph;

import java.util.List;

/** An attribute of a {@link Op.Host} operation. */
public sealed interface Attribute {
    /** An integer. */
    record Whole(long value) implements Attribute {}

    /** A number. */
    record Real(double value) implements Attribute {}

    /** A text. */
    record Text(String value) implements Attribute {}

    /** Integers. */
    record Wholes(List<Long> values) implements Attribute {
        public Wholes {
            values = List.copyOf(values);
        }
    }

    /** Numbers. */
    record Reals(List<Double> values) implements Attribute {
        public Reals {
            values = List.copyOf(values);
        }
    }

    /** Texts. */
    record Texts(List<String> values) implements Attribute {
        public Texts {
            values = List.copyOf(values);
        }
    }
}
