package dev.quern.ir.interpret;

import dev.quern.ir.graph.Attribute;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The attributes of a host operation, by name. */
record HostAttributes(Map<String, Attribute> values) {
    long whole(String name, long otherwise) {
        return values.get(name) instanceof Attribute.Whole(long value) ? value : otherwise;
    }

    double real(String name, double otherwise) {
        return values.get(name) instanceof Attribute.Real(double value) ? value : otherwise;
    }

    String text(String name, String otherwise) {
        return values.get(name) instanceof Attribute.Text(String value) ? value : otherwise;
    }

    Optional<List<Long>> wholes(String name) {
        return values.get(name) instanceof Attribute.Wholes(List<Long> list) ? Optional.of(list) : Optional.empty();
    }

    boolean has(String name) {
        return values.containsKey(name);
    }
}
