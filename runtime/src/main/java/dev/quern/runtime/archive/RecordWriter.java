package dev.quern.runtime.archive;

import dev.quern.ir.Dim;
import dev.quern.ir.graph.Literal;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes trees of records, each object once however often it occurs, what it is made of before it. A record is its class and
 * its components, a constant of an enum its class and its name; {@link Dim}s are sums, and the elements of literals lie elsewhere
 * ({@link Weights}). Numbers of objects count from 1; 0 is null.
 */
public final class RecordWriter {
    private final ByteWriter out = new ByteWriter();
    private final Weights weights;
    private final Map<Object, Integer> same = new IdentityHashMap<>();
    private final Map<Object, Integer> equal = new HashMap<>();
    private final Map<Class<?>, Integer> types = new HashMap<>();
    private final Map<Class<?>, RecordComponent[]> components = new HashMap<>();
    private int objects;

    private RecordWriter(Weights weights) {
        this.weights = weights;
    }

    /**
     * {@code root} as bytes.
     *
     * @throws IllegalArgumentException if it holds what is no record, constant, collection, number or text
     */
    public static byte[] write(Object root, Weights weights) {
        RecordWriter writer = new RecordWriter(weights);
        writer.number(root);
        return writer.out.toByteArray();
    }

    private int number(Object object) {
        if (object == null) {
            return 0;
        }
        Integer known = same.get(object);
        if (known != null) {
            return known;
        }
        boolean small = object instanceof String || object instanceof Number || object instanceof Dim;
        if (small) {
            known = equal.get(object);
        }
        if (known == null) {
            define(object);
            known = ++objects;
            if (small) {
                equal.put(object, known);
            }
        }
        same.put(object, known);
        return known;
    }

    private void kind(RecordTag kind) {
        out.number(kind.ordinal());
    }

    private void define(Object object) {
        switch (object) {
            case String text -> {
                kind(RecordTag.STRING);
                out.text(text);
            }
            case Long value -> {
                kind(RecordTag.LONG);
                out.signed(value);
            }
            case Integer value -> {
                kind(RecordTag.INTEGER);
                out.signed(value);
            }
            case Double value -> {
                kind(RecordTag.DOUBLE);
                out.bits(Double.doubleToRawLongBits(value));
            }
            case Boolean value -> {
                kind(RecordTag.BOOLEAN);
                out.number(value ? 1 : 0);
            }
            case List<?> list -> all(RecordTag.LIST, list);
            case Set<?> set -> all(RecordTag.SET, set);
            case Map<?, ?> map -> {
                int[] numbers = new int[2 * map.size()];
                int at = 0;
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    numbers[at++] = number(entry.getKey());
                    numbers[at++] = number(entry.getValue());
                }
                kind(RecordTag.MAP);
                out.number(map.size());
                numbers(numbers);
            }
            case Optional<?> optional -> {
                int number = number(optional.orElse(null));
                kind(RecordTag.OPTIONAL);
                out.number(number);
            }
            case Enum<?> constant -> {
                int type = type(constant.getDeclaringClass());
                kind(RecordTag.CONSTANT);
                out.number(type);
                out.text(constant.name());
            }
            case Dim dim -> dim(dim);
            case Literal literal -> {
                kind(RecordTag.LITERAL);
                out.number(weights.put(literal));
            }
            case Record record -> record(record);
            default ->
                throw new IllegalArgumentException(
                        "nothing to write a " + object.getClass().getName() + " as");
        }
    }

    private void all(RecordTag kind, Collection<?> collection) {
        int[] numbers = new int[collection.size()];
        int at = 0;
        for (Object element : collection) {
            numbers[at++] = number(element);
        }
        kind(kind);
        out.number(numbers.length);
        numbers(numbers);
    }

    private void numbers(int[] numbers) {
        for (int number : numbers) {
            out.number(number);
        }
    }

    private void dim(Dim dim) {
        List<Dim.Term> terms = dim.terms();
        int[][] atoms = new int[terms.size()][];
        for (int term = 0; term < atoms.length; term++) {
            List<Dim.Atom> factors = terms.get(term).atoms();
            atoms[term] = new int[factors.size()];
            for (int position = 0; position < atoms[term].length; position++) {
                atoms[term][position] = number(factors.get(position));
            }
        }
        kind(RecordTag.DIM);
        out.number(atoms.length);
        for (int term = 0; term < atoms.length; term++) {
            out.signed(terms.get(term).coefficient());
            out.number(atoms[term].length);
            numbers(atoms[term]);
        }
    }

    private void record(Record record) {
        RecordComponent[] parts = components.computeIfAbsent(record.getClass(), Class::getRecordComponents);
        int type = type(record.getClass());
        Object[] values = new Object[parts.length];
        int[] numbers = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            values[i] = value(record, parts[i]);
            numbers[i] = parts[i].getType().isPrimitive() ? 0 : number(values[i]);
        }
        kind(RecordTag.RECORD);
        out.number(type);
        for (int i = 0; i < parts.length; i++) {
            if (parts[i].getType().isPrimitive()) {
                primitive(values[i]);
            } else {
                out.number(numbers[i]);
            }
        }
    }

    private static Object value(Record record, RecordComponent part) {
        try {
            return part.getAccessor().invoke(record);
        } catch (IllegalAccessException | InvocationTargetException hidden) {
            throw new IllegalArgumentException(
                    "cannot read " + part + " of " + record.getClass().getName(), hidden);
        }
    }

    private void primitive(Object value) {
        switch (value) {
            case Boolean truth -> out.number(truth ? 1 : 0);
            case Integer number -> out.signed(number);
            case Long number -> out.signed(number);
            case Double number -> out.bits(Double.doubleToRawLongBits(number));
            default -> throw new IllegalArgumentException("nothing to write a " + value.getClass() + " as");
        }
    }

    private int type(Class<?> type) {
        Integer known = types.get(type);
        if (known == null) {
            kind(RecordTag.TYPE);
            out.text(type.getName());
            known = types.size();
            types.put(type, known);
        }
        return known;
    }
}
