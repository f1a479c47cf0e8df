package dev.quern.acceptance.hostile;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Changes a file as protobuf, whatever its fields mean: a number, a text, a field twice or not at all, lengths kept right; or
 * single bytes, lengths be damned.
 */
final class WireMutations {
    private static final int DEEPEST = 12;

    /** A field: a number, or bytes, which may be a message. */
    private record Field(int number, int wireType, long value, byte[] bytes, List<Field> message) {}

    private final Dice dice;

    WireMutations(Dice dice) {
        this.dice = dice;
    }

    byte[] apply(byte[] file) {
        Optional<List<Field>> fields = dice.oneIn(5) ? Optional.empty() : parse(file, 0, file.length, 0);
        if (fields.isEmpty() || fields.get().isEmpty()) {
            return raw(file);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(change(fields.get()), out);
        return out.toByteArray();
    }

    private byte[] raw(byte[] file) {
        if (file.length == 0 || dice.oneIn(6)) {
            return java.util.Arrays.copyOf(file, dice.below(file.length + 9));
        }
        byte[] changed = file.clone();
        for (int i = dice.below(3); i >= 0; i--) {
            changed[dice.below(changed.length)] = dice.octet();
        }
        return changed;
    }

    private List<Field> change(List<Field> fields) {
        List<Field> changed = new ArrayList<>(fields);
        int at = dice.below(changed.size());
        Field field = changed.get(at);
        if (field.message() != null && !field.message().isEmpty() && !dice.oneIn(10)) {
            changed.set(at, new Field(field.number(), 2, 0, null, change(field.message())));
            return changed;
        }
        switch (dice.below(8)) {
            case 0 -> changed.remove(at);
            case 1 -> changed.add(dice.below(changed.size()), field);
            case 2 ->
                changed.set(
                        at,
                        new Field(1 + dice.below(26), field.wireType(), field.value(), field.bytes(), field.message()));
            default -> changed.set(at, other(field));
        }
        return changed;
    }

    private Field other(Field field) {
        if (field.wireType() == 0) {
            return new Field(field.number(), 0, dice.near(field.value()), null, null);
        }
        byte[] bytes = field.message() != null ? new byte[0] : field.bytes().clone();
        if (field.wireType() == 2 && dice.oneIn(3)) {
            bytes = java.util.Arrays.copyOf(bytes, dice.below(bytes.length + 4));
        }
        if (bytes.length > 0) {
            bytes[dice.below(bytes.length)] = dice.octet();
        }
        return new Field(field.number(), field.wireType(), 0, bytes, null);
    }

    private static Optional<List<Field>> parse(byte[] file, int from, int to, int depth) {
        List<Field> fields = new ArrayList<>();
        int[] at = {from};
        while (at[0] < to) {
            long key = varint(file, at, to);
            int number = (int) (key >>> 3);
            int wireType = (int) (key & 7);
            if (at[0] > to || number < 1 || number > 30) {
                return Optional.empty();
            }
            if (wireType == 0) {
                fields.add(new Field(number, 0, varint(file, at, to), null, null));
            } else {
                long length = switch (wireType) {
                    case 1 -> 8;
                    case 2 -> varint(file, at, to);
                    case 5 -> 4;
                    default -> -1;
                };
                if (length < 0 || length > to - at[0]) {
                    return Optional.empty();
                }
                int end = at[0] + (int) length;
                byte[] bytes = java.util.Arrays.copyOfRange(file, at[0], end);
                Optional<List<Field>> message = wireType == 2 && depth < DEEPEST && length > 1
                        ? parse(file, at[0], end, depth + 1)
                        : Optional.empty();
                fields.add(new Field(number, wireType, 0, bytes, message.orElse(null)));
                at[0] = end;
            }
        }
        return at[0] == to ? Optional.of(fields) : Optional.empty();
    }

    private static long varint(byte[] file, int[] at, int to) {
        long value = 0;
        for (int shift = 0; shift < 64 && at[0] < to; shift += 7) {
            byte octet = file[at[0]++];
            value |= (long) (octet & 0x7F) << shift;
            if (octet >= 0) {
                return value;
            }
        }
        at[0] = to + 1;
        return value;
    }

    private static void write(List<Field> fields, ByteArrayOutputStream out) {
        for (Field field : fields) {
            number((long) field.number() << 3 | field.wireType(), out);
            if (field.wireType() == 0) {
                number(field.value(), out);
                continue;
            }
            byte[] bytes = field.bytes();
            if (field.message() != null) {
                ByteArrayOutputStream inner = new ByteArrayOutputStream();
                write(field.message(), inner);
                bytes = inner.toByteArray();
            }
            if (field.wireType() == 2) {
                number(bytes.length, out);
            }
            out.writeBytes(bytes);
        }
    }

    private static void number(long value, ByteArrayOutputStream out) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
