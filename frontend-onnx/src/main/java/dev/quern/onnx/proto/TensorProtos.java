package dev.quern.onnx.proto;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * Reads serialised values: the {@code .pb} files of test data. What is read stays valid as long as it is reachable;
 * there is nothing to close. Each method throws {@link ModelException} if the bytes are not what it reads.
 */
public final class TensorProtos {
    private static final String IN_MEMORY = "tensor in memory";

    private TensorProtos() {}

    /** Reads a {@code TensorProto} from a file. */
    public static Tensor read(Path file) {
        return read(file, ValueFields::dense).tensor();
    }

    /** Reads a {@code TensorProto}, whose elements may lie in {@code bytes} from then on. */
    public static Tensor read(byte[] bytes) {
        return ValueFields.dense(source(MemorySegment.ofArray(bytes), IN_MEMORY).root())
                .tensor();
    }

    /** Reads the kind of value that {@code type} states from a file. */
    public static OnnxValue read(Path file, OnnxType type) {
        return read(file, message -> value(message, type));
    }

    /** Reads the kind of value that {@code type} states. */
    public static OnnxValue read(byte[] bytes, OnnxType type) {
        return value(source(MemorySegment.ofArray(bytes), IN_MEMORY).root(), type);
    }

    private static OnnxValue value(WireMessage message, OnnxType type) {
        return switch (type) {
            case OnnxType.OnnxTensorType tensor -> ValueFields.dense(message);
            case OnnxType.SequenceType sequence -> ValueFields.sequence(message);
            case OnnxType.OptionalType optional -> ValueFields.optional(message);
            case OnnxType.SparseTensorType sparse -> throw unsupported(message, sparse);
            case OnnxType.MapType map -> throw unsupported(message, map);
        };
    }

    private static ModelException unsupported(WireMessage message, OnnxType type) {
        return message.failWhole(Code.UNSUPPORTED, "values of " + type + " are not supported");
    }

    private static <T> T read(Path file, Function<WireMessage, T> reader) {
        try {
            MappedFile mapped = MappedFile.map(file, Arena.ofAuto());
            mapped.close();
            return reader.apply(source(mapped.bytes(), file.toString()).root());
        } catch (IOException failure) {
            throw MappedFile.unreadable(file, failure);
        }
    }

    private static WireSource source(MemorySegment bytes, String label) {
        return new WireSource(bytes, label, Arena.ofAuto(), null);
    }
}
