package dev.quern.runtime.archive;

import dev.quern.ir.Dim;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what a {@link RecordWriter} wrote. Only public records and enums of Quern's own are made, by their constructors, which check as
 * always; whatever does not fit is a {@link DamagedException}.
 */
public final class RecordReader {
    private static final Class<?>[] NO_TYPES = {};

    /** A record's constructor and the types of what it takes. */
    private record RecordType(Class<?> type, Constructor<?> constructor, Class<?>[] parts) {}

    private final ByteReader in;
    private final Weights weights;
    private final List<Object> objects = new ArrayList<>();
    private final List<RecordType> types = new ArrayList<>();

    private RecordReader(byte[] bytes, Weights weights) {
        this.in = new ByteReader(bytes);
        this.weights = weights;
        objects.add(null);
    }

    /**
     * The root that was written as {@code bytes}.
     *
     * @throws DamagedException if none was
     */
    public static <T> T read(byte[] bytes, Class<T> root, Weights weights) {
        RecordReader reader = new RecordReader(bytes, weights);
        try {
            while (!reader.in.isAtEnd()) {
                reader.next();
            }
            Object last = reader.objects.getLast();
            if (!root.isInstance(last)) {
                throw new DamagedException("it holds no " + root.getSimpleName());
            }
            return root.cast(last);
        } catch (DamagedException damaged) {
            throw damaged;
        } catch (RuntimeException | ReflectiveOperationException misfit) {
            throw new DamagedException("its parts do not fit together: " + misfit, misfit);
        }
    }

    private void next() throws ReflectiveOperationException {
        RecordTag kind = RecordTag.of(in.number());
        if (kind == RecordTag.TYPE) {
            types.add(type(in.text()));
        } else {
            objects.add(object(kind));
        }
    }

    private static RecordType type(String name) throws ReflectiveOperationException {
        if (!name.startsWith("dev.quern.")) {
            throw new DamagedException("there is a class " + name);
        }
        Class<?> type = Class.forName(name, false, RecordReader.class.getClassLoader());
        if (!type.isRecord()) {
            if (!type.isEnum()) {
                throw new DamagedException(name + " is neither a record nor an enum");
            }
            return new RecordType(type, null, NO_TYPES);
        }
        Class<?>[] parts = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        return new RecordType(type, type.getConstructor(parts), parts);
    }

    private Object object() {
        long number = in.number();
        if (number < 0 || number >= objects.size()) {
            throw new DamagedException("object " + number + " is used before it is there");
        }
        return objects.get((int) number);
    }

    private <T> T object(Class<T> type) {
        Object object = object();
        if (!type.isInstance(object)) {
            throw new DamagedException("expected a " + type.getSimpleName() + ", found " + object);
        }
        return type.cast(object);
    }

    private RecordType type() {
        long number = in.number();
        if (number < 0 || number >= types.size()) {
            throw new DamagedException("class " + number + " is used before it is there");
        }
        return types.get((int) number);
    }

    private Object object(RecordTag kind) throws ReflectiveOperationException {
        return switch (kind) {
            case STRING -> in.text();
            case LONG -> in.signed();
            case INTEGER -> Math.toIntExact(in.signed());
            case DOUBLE -> Double.longBitsToDouble(in.bits());
            case BOOLEAN -> in.number() != 0;
            case LIST -> List.of(several());
            case SET -> Collections.unmodifiableSet(new LinkedHashSet<>(Arrays.asList(several())));
            case MAP -> map();
            case OPTIONAL -> Optional.ofNullable(object());
            case CONSTANT -> constant(type().type(), in.text());
            case RECORD -> record(type());
            case DIM -> dim();
            case LITERAL -> weights.get(in.number());
            case TYPE -> throw new IllegalStateException("classes are no objects");
        };
    }

    private Object[] several() {
        Object[] several = new Object[in.count()];
        for (int i = 0; i < several.length; i++) {
            several[i] = object();
        }
        return several;
    }

    private Map<Object, Object> map() {
        Map<Object, Object> map = new LinkedHashMap<>();
        int count = in.count();
        for (int i = 0; i < count; i++) {
            Object key = object();
            map.put(key, object());
        }
        return Collections.unmodifiableMap(map);
    }

    private static Object constant(Class<?> type, String name) {
        Object[] constants = type.getEnumConstants();
        for (int i = 0; constants != null && i < constants.length; i++) {
            if (((Enum<?>) constants[i]).name().equals(name)) {
                return constants[i];
            }
        }
        throw new DamagedException(type.getName() + " has no constant " + name);
    }

    private Object record(RecordType type) throws ReflectiveOperationException {
        if (type.constructor() == null) {
            throw new DamagedException(type.type().getName() + " is no record");
        }
        Object[] values = new Object[type.parts().length];
        for (int i = 0; i < values.length; i++) {
            Class<?> part = type.parts()[i];
            if (part == boolean.class) {
                values[i] = in.number() != 0;
            } else if (part == int.class) {
                values[i] = Math.toIntExact(in.signed());
            } else if (part == long.class) {
                values[i] = in.signed();
            } else if (part == double.class) {
                values[i] = Double.longBitsToDouble(in.bits());
            } else {
                values[i] = object();
            }
        }
        return type.constructor().newInstance(values);
    }

    private Dim dim() {
        Dim sum = Dim.ZERO;
        int terms = in.count();
        for (int term = 0; term < terms; term++) {
            long coefficient = in.signed();
            int degree = in.count();
            List<Dim.Atom> atoms = new ArrayList<>(degree);
            for (int i = 0; i < degree; i++) {
                atoms.add(object(Dim.Atom.class));
            }
            sum = sum.plus(Dim.of(new Dim.Term(coefficient, atoms)));
        }
        return sum;
    }
}
