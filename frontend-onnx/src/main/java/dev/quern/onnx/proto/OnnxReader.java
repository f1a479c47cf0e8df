package dev.quern.onnx.proto;

import dev.quern.ModelException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads ONNX models off the protobuf wire format, fields of {@code onnx.proto} up to IR version 13. Unknown fields are
 * skipped. Any bytes end in a model or in one {@link ModelException}; what a file claims is checked against the bytes
 * present before memory is taken for it.
 */
public final class OnnxReader {
    private OnnxReader() {}

    /**
     * Maps and reads the model in {@code file}. Weights are not copied: they stay in the mapping, or in that of the
     * files of external data beside it. None of these may shrink while they are mapped.
     *
     * @throws ModelException if the file cannot be read or is not a well-formed model
     */
    public static OnnxFile read(Path file) {
        Arena arena = Arena.ofShared();
        List<MappedFile> files = new ArrayList<>();
        OnnxModel model = null;
        try {
            MappedFile mapped = MappedFile.map(file, arena);
            files.add(mapped);
            model = read(new WireSource(mapped.bytes(), file.toString(), arena, new ExternalData(file, arena, files)));
            return new OnnxFile(model, files, arena);
        } catch (IOException failure) {
            throw MappedFile.unreadable(file, failure);
        } finally {
            if (model == null) {
                arena.close();
                files.forEach(MappedFile::close);
            }
        }
    }

    /**
     * Reads a model held in memory. Weights are not copied: the array must not change while the result is used.
     * External data is refused.
     *
     * @throws ModelException if the bytes are not a well-formed model
     */
    public static OnnxFile read(byte[] model) {
        Arena arena = Arena.ofShared();
        OnnxModel read = null;
        try {
            read = read(new WireSource(MemorySegment.ofArray(model), "model in memory", arena, null));
            return new OnnxFile(read, List.of(), arena);
        } finally {
            if (read == null) {
                arena.close();
            }
        }
    }

    private static OnnxModel read(WireSource source) {
        ForeignFormat.refuse(source);
        return ModelFields.model(source.root());
    }
}
