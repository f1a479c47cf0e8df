package dev.quern.vector;

import dev.quern.DType;
import java.util.Set;

/** Builds vector values in a draft. */
final class VectorCode {
    /** Methods whose receiver and argument may change places. */
    private static final Set<String> COMMUTATIVE = Set.of("add", "mul", "min", "max", "and", "or", "xor");

    private final MethodDraft draft;

    VectorCode(MethodDraft draft) {
        this.draft = draft;
    }

    CodeNode species(JvmType type) {
        Instruction.StaticField field = VectorCalls.species(type);
        return draft.staticField(field.owner(), field.name(), field.descriptor());
    }

    CodeNode operator(String name, String kind) {
        Instruction.StaticField field = VectorCalls.operator(name, kind);
        return draft.staticField(field.owner(), field.name(), field.descriptor());
    }

    /** Every lane {@code scalar}, which has the lanes' type. */
    CodeNode broadcast(JvmType type, CodeNode scalar) {
        String element = JvmType.of(type.lane()).descriptor();
        String descriptor = "(" + VectorCalls.SPECIES + element + ")" + type.descriptor();
        return draft.value(VectorCalls.onClass(type, "broadcast", descriptor), type, species(type), scalar);
    }

    /** Every lane the number {@code value}. */
    CodeNode number(JvmType type, double value) {
        return broadcast(
                type,
                switch (type.lane()) {
                    case F32 -> draft.push((float) value);
                    case F64 -> draft.push(value);
                    case I32 -> draft.push((int) value);
                    case I64 -> draft.push((long) value);
                    default -> throw new IllegalStateException("vector of " + type.lane());
                });
    }

    /** Every lane the integer {@code bits}. */
    CodeNode bits(JvmType type, long bits) {
        return broadcast(type, type.lane() == DType.I64 ? draft.push(bits) : draft.push((int) bits));
    }

    /**
     * A method of the first vector on the others, such as {@code add} or {@code fma}. Of a vector from a local variable that a loop
     * changes, C2 knows no more than the variable's type, an abstract class: a method called on it is inlined only where the profile
     * of the Vector API's own methods happens to say which class it was, and else vectors are boxed. An argument is compared with the
     * receiver, so that it takes that place where it may.
     */
    CodeNode apply(String method, CodeNode... vectors) {
        JvmType type = vectors[0].type;
        boolean swapped = vectors.length == 2
                && COMMUTATIVE.contains(method)
                && vectors[0].instruction instanceof Instruction.CellValue
                && !(vectors[1].instruction instanceof Instruction.CellValue);
        CodeNode[] operands = swapped ? new CodeNode[] {vectors[1], vectors[0]} : vectors;
        return draft.value(VectorCalls.arithmetic(type, method, vectors.length - 1), type, operands);
    }

    /** A binary operator that has no method of its own. */
    CodeNode lanewise(String operator, CodeNode left, CodeNode right) {
        JvmType type = left.type;
        CodeNode constant = operator(operator, operator.equals("XOR") ? "Associative" : "Binary");
        String descriptor = "(" + VectorCalls.BINARY + VectorCalls.ANY_VECTOR + ")" + type.descriptor();
        return draft.value(VectorCalls.on(type, "lanewise", descriptor), type, left, constant, right);
    }

    /** The lanes for which {@code relation} holds. */
    CodeNode compare(String relation, CodeNode left, CodeNode right) {
        CodeNode constant = operator(relation, "Comparison");
        String descriptor = "(" + constant.type.descriptor() + VectorCalls.ANY_VECTOR + ")" + VectorCalls.ANY_MASK;
        JvmType type = left.type;
        return draft.value(VectorCalls.on(type, "compare", descriptor), maskOf(type), left, constant, right);
    }

    /** {@code then} where {@code mask} is set, else {@code otherwise}. */
    CodeNode blend(CodeNode mask, CodeNode then, CodeNode otherwise) {
        JvmType type = then.type;
        String descriptor = "(" + VectorCalls.ANY_VECTOR + VectorCalls.ANY_MASK + ")" + type.descriptor();
        return draft.value(VectorCalls.on(type, "blend", descriptor), type, otherwise, then, maskFor(mask, type));
    }

    static JvmType maskOf(JvmType vector) {
        return JvmType.mask(vector.lane(), vector.lanes());
    }

    /** The integer vectors with lanes as wide as those of {@code type}. */
    static JvmType integers(JvmType type) {
        return JvmType.vector(type.lane().bits() == 64 ? DType.I64 : DType.I32, type.lanes());
    }

    /** {@code mask} as a mask of vectors of {@code type}. */
    CodeNode maskFor(CodeNode mask, JvmType type) {
        JvmType wanted = maskOf(type);
        if (mask.type.equals(wanted)) {
            return mask;
        }
        return draft.hoisted(VectorCalls.onMask("cast", VectorCalls.SPECIES), wanted, mask, species(type));
    }

    CodeNode maskAll(JvmType type, CodeNode condition) {
        return draft.value(VectorCalls.maskAll(), maskOf(type), species(type), condition);
    }

    /** VectorParts {@code n} of {@code type} with {@code 0 <= offset + n < limit}. */
    CodeNode indexInRange(JvmType type, CodeNode offset, CodeNode limit) {
        return draft.hoisted(VectorCalls.indexInRange(), maskOf(type), species(type), offset, limit);
    }

    CodeNode not(CodeNode mask) {
        return draft.hoisted(VectorCalls.onMask("not", ""), mask.type, mask);
    }

    /** {@code and}, {@code or}, {@code xor} or {@code eq} of masks. */
    CodeNode combine(String method, CodeNode left, CodeNode right) {
        CodeNode same = maskFor(right, JvmType.vector(left.type.lane(), left.type.lanes()));
        return draft.hoisted(VectorCalls.onMask(method, VectorCalls.ANY_MASK), left.type, left, same);
    }

    /** The same bits as lanes of {@code to}. */
    CodeNode reinterpret(CodeNode vector, DType to) {
        if (vector.type.lane() == to) {
            return vector;
        }
        return draft.value(VectorCalls.reinterpret(to), JvmType.vector(to, vector.type.lanes()), vector);
    }

    /** Conversion between types of one width by {@code VectorOperators}' constant {@code conversion}. */
    CodeNode convert(CodeNode vector, DType to, String conversion) {
        JvmType type = JvmType.vector(to, vector.type.lanes());
        return draft.value(VectorCalls.convert(type), type, vector, operator(conversion, "Conversion"), draft.push(0));
    }

    /** Integers of 8 or 16 bits, which {@code dtype} says how to take, as lanes of 32. */
    CodeNode widened(CodeNode vector, DType dtype) {
        String letter = vector.type.lane() == DType.I8 ? "B" : "S";
        boolean signed = dtype == DType.I8 || dtype == DType.I16;
        return resized(
                vector, JvmType.vector(DType.I32, vector.type.lanes()), (signed ? "" : "ZERO_EXTEND_") + letter + "2I");
    }

    /** The low bits of lanes of 32. */
    CodeNode narrowed(CodeNode vector, DType to) {
        return resized(vector, JvmType.vector(to, vector.type.lanes()), to == DType.I8 ? "I2B" : "I2S");
    }

    private CodeNode resized(CodeNode vector, JvmType type, String conversion) {
        return draft.value(
                VectorCalls.convertShape(type),
                type,
                vector,
                operator(conversion, "Conversion"),
                species(type),
                draft.push(0));
    }

    /** {@code base + scale*n} in lane {@code n}; integers. */
    CodeNode ramp(JvmType type, CodeNode base, int scale) {
        CodeNode start = broadcast(type, base);
        return draft.value(VectorCalls.on(type, "addIndex", "(I)" + type.descriptor()), type, start, draft.push(scale));
    }

    /** Lane {@code n} takes the place of lane {@code n - distance}, around the end. */
    CodeNode rotate(CodeNode vector, int distance, ClassConstants constants) {
        CodeNode shuffle = constants.rotation(draft, vector.type, distance);
        String descriptor = "(" + VectorCalls.SHUFFLE + ")" + vector.type.descriptor();
        return draft.value(VectorCalls.on(vector.type, "rearrange", descriptor), vector.type, vector, shuffle);
    }

    /** All lanes joined by the associative operator, in any order. */
    CodeNode reduceLanes(String operator, CodeNode vector) {
        CodeNode constant = operator(operator, "Associative");
        JvmType element = JvmType.of(vector.type.lane());
        String descriptor = "(" + constant.type.descriptor() + ")" + element.descriptor();
        return draft.value(VectorCalls.on(vector.type, "reduceLanes", descriptor), element, vector, constant);
    }

    CodeNode lane(CodeNode vector, int lane) {
        JvmType element = JvmType.of(vector.type.lane());
        Instruction call = VectorCalls.on(vector.type, "lane", "(I)" + element.descriptor());
        return draft.value(call, element, vector, draft.push(lane));
    }

    CodeNode withLane(CodeNode vector, int lane, CodeNode scalar) {
        JvmType type = vector.type;
        String descriptor = "(I" + scalar.type.descriptor() + ")" + type.descriptor();
        return draft.value(VectorCalls.on(type, "withLane", descriptor), type, vector, draft.push(lane), scalar);
    }
}
