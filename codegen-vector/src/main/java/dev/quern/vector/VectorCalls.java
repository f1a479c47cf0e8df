package dev.quern.vector;

import dev.quern.DType;
import java.util.List;
import org.objectweb.asm.Opcodes;

/** The methods of the Vector API, by name only, so that scalar code can be emitted where that module is absent. */
final class VectorCalls {
    private static final String PACKAGE = "jdk/incubator/vector/";
    private static final String VECTOR = PACKAGE + "Vector";
    private static final String MASK = PACKAGE + "VectorMask";
    private static final String OPERATORS = PACKAGE + "VectorOperators";

    static final String SPECIES = "L" + PACKAGE + "VectorSpecies;";
    static final String ANY_VECTOR = "L" + VECTOR + ";";
    static final String ANY_MASK = "L" + MASK + ";";
    static final String SHUFFLE = "L" + PACKAGE + "VectorShuffle;";
    static final String BINARY = "L" + OPERATORS + "$Binary;";
    static final String ORDER = "Ljava/nio/ByteOrder;";

    private VectorCalls() {}

    static Instruction.StaticField species(JvmType type) {
        int bits = type.lanes() * type.lane().bits();
        return new Instruction.StaticField(JvmType.vectorClass(type.lane()), "SPECIES_" + bits, SPECIES);
    }

    /** A constant of {@code VectorOperators}: {@code kind} is {@code Binary}, {@code KernelComparison} and so on. */
    static Instruction.StaticField operator(String name, String kind) {
        return new Instruction.StaticField(OPERATORS, name, "L" + OPERATORS + "$" + kind + ";");
    }

    static List<Instruction> zero(JvmType type) {
        return List.of(species(type), onClass(type, "zero", "(" + SPECIES + ")" + type.descriptor()));
    }

    static List<Instruction> noLanes(JvmType mask) {
        return List.of(species(mask), new Instruction.Push(0), maskAll());
    }

    static Instruction maskAll() {
        return new Instruction.Invocation(
                Opcodes.INVOKEINTERFACE, PACKAGE + "VectorSpecies", "maskAll", "(Z)" + ANY_MASK, null);
    }

    /** Of a species, a start, a step and whether to wrap around, the shuffle that takes those lanes. */
    static Instruction.Invocation iota() {
        return new Instruction.Invocation(
                Opcodes.INVOKESTATIC, PACKAGE + "VectorShuffle", "iota", "(" + SPECIES + "IIZ)" + SHUFFLE, null);
    }

    /** VectorParts {@code n} with {@code 0 <= offset + n < limit}. */
    static Instruction indexInRange() {
        return new Instruction.Invocation(
                Opcodes.INVOKEINTERFACE, PACKAGE + "VectorSpecies", "indexInRange", "(II)" + ANY_MASK, null);
    }

    /** A static method of the vector class of {@code type}. */
    static Instruction onClass(JvmType type, String method, String descriptor) {
        return new Instruction.Invocation(
                Opcodes.INVOKESTATIC, JvmType.vectorClass(type.lane()), method, descriptor, null);
    }

    /** A method of a vector of {@code type}. */
    static Instruction on(JvmType type, String method, String descriptor) {
        return new Instruction.Invocation(
                Opcodes.INVOKEVIRTUAL, JvmType.vectorClass(type.lane()), method, descriptor, null);
    }

    /** A method of a vector of {@code type} whose arguments are {@code vectors} vectors and whose result is one. */
    static Instruction arithmetic(JvmType type, String method, int vectors) {
        return on(type, method, "(" + ANY_VECTOR.repeat(vectors) + ")" + type.descriptor());
    }

    /** A method of a mask. */
    static Instruction onMask(String method, String arguments) {
        return new Instruction.Invocation(Opcodes.INVOKEVIRTUAL, MASK, method, "(" + arguments + ")" + ANY_MASK, null);
    }

    /** Lane-wise conversion by the named constant of {@code VectorOperators}. */
    static Instruction convert(JvmType to) {
        String descriptor = "(L" + OPERATORS + "$Conversion;I)" + ANY_VECTOR;
        return new Instruction.Invocation(
                Opcodes.INVOKEVIRTUAL, VECTOR, "convert", descriptor, JvmType.vectorClass(to.lane()));
    }

    /** Lane-wise conversion to as many lanes of another width. */
    static Instruction convertShape(JvmType to) {
        String descriptor = "(L" + OPERATORS + "$Conversion;" + SPECIES + "I)" + ANY_VECTOR;
        return new Instruction.Invocation(
                Opcodes.INVOKEVIRTUAL, VECTOR, "convertShape", descriptor, JvmType.vectorClass(to.lane()));
    }

    /** The same bits as lanes of another type. */
    static Instruction reinterpret(DType to) {
        JvmType type = JvmType.vector(to, 1);
        String method = switch (to) {
            case F32 -> "reinterpretAsFloats";
            case F64 -> "reinterpretAsDoubles";
            case I32 -> "reinterpretAsInts";
            case I64 -> "reinterpretAsLongs";
            default -> throw new IllegalStateException("vector of " + to);
        };
        return new Instruction.Invocation(Opcodes.INVOKEVIRTUAL, VECTOR, method, "()" + type.descriptor(), null);
    }
}
