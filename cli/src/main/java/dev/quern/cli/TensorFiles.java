package dev.quern.cli;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxWriter;
import dev.quern.onnx.proto.TensorProtos;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Tensors in files: NumPy's {@code .npy} and ONNX's {@code .pb}, by the name's ending. */
final class TensorFiles {
    private TensorFiles() {}

    /** Reads a tensor. */
    static Tensor read(Path file) {
        return switch (kind(file)) {
            case "npy" -> NumpyFile.read(file);
            default -> TensorProtos.read(file);
        };
    }

    /** Writes a tensor that is called {@code name}. */
    static void write(Path file, String name, Tensor tensor) {
        try {
            switch (kind(file)) {
                case "npy" -> NumpyFile.write(file, tensor);
                default -> Files.write(file, OnnxWriter.toBytes(name, tensor));
            }
        } catch (NoSuchFileException missing) {
            throw new ModelException(Code.IO, file.toString(), "cannot be written: the folder does not exist", missing);
        } catch (IOException failure) {
            throw new ModelException(
                    Code.IO, file.toString(), "cannot be written (" + failure.getMessage() + ")", failure);
        }
    }

    private static String kind(Path file) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString();
        if (name.endsWith(".npy")) {
            return "npy";
        }
        if (name.endsWith(".pb")) {
            return "pb";
        }
        throw new ModelException(Code.INVALID_INPUT, file.toString(), "expected a file name that ends in .npy or .pb");
    }
}
