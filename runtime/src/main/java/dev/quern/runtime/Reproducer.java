package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.text.GraphPrinter;
import dev.quern.onnx.ModelOutline;
import dev.quern.onnx.proto.OnnxModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is needed to reproduce a fault, collected as a model is loaded or run, and written only if there is one: {@code
 * fault.txt} with the stack trace and the machine, {@code model.txt} with the operators of the file, {@code graph.qir} with the
 * graph as imported, {@code inputs.txt} with the shapes of the inputs.
 *
 * <p>The elements of weights and inputs are left out. The system property {@code quern.faults.values} set to {@code true} adds
 * them: {@code graph.qir} spells small constants out, and {@code input-0.bin} and so on hold the inputs.
 */
final class Reproducer {
    /** Set to {@code true}, what is written may hold elements of weights and inputs. */
    static final String VALUES = "quern.faults.values";

    /** Writes one file. */
    @FunctionalInterface
    private interface Content {
        void write(Path file) throws IOException;
    }

    private final boolean values = Boolean.getBoolean(VALUES);
    private final Map<String, Content> files = new LinkedHashMap<>();

    /** Notes the file that is loaded. */
    void model(OnnxModel model) {
        text("model.txt", () -> ModelOutline.of(model));
    }

    /** Notes the graph that is compiled or run. */
    void graph(Supplier<Graph> graph) {
        text("graph.qir", () -> GraphPrinter.print(values ? graph.get() : WithoutWeights.of(graph.get())));
    }

    /** Notes the inputs of a run. */
    void inputs(Map<String, Tensor> inputs) {
        text("inputs.txt", () -> {
            StringBuilder list = new StringBuilder();
            inputs.forEach((name, tensor) ->
                    list.append(name).append(": ").append(tensor).append('\n'));
            return list.toString();
        });
        if (values) {
            int index = 0;
            for (Tensor tensor : inputs.values()) {
                files.put("input-" + index++ + ".bin", file -> write(file, tensor));
            }
        }
    }

    private void text(String name, Supplier<String> text) {
        files.put(name, file -> Files.writeString(file, text.get()));
    }

    private static void write(Path file, Tensor tensor) throws IOException {
        if (tensor.dtype() == DType.STRING) {
            Files.write(file, tensor.strings());
            return;
        }
        long size = tensor.segment().byteSize();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (long at = 0; at < size; ) {
                long part = Math.min(size - at, 1 << 20);
                at += channel.write(tensor.segment().asSlice(at, part).asByteBuffer());
            }
        }
    }

    /** The folder with what is known, or nothing if none may or can be written. */
    Optional<String> save(Throwable fault) {
        try {
            Optional<Path> folder = FaultFolders.forFault(fault);
            if (folder.isEmpty()) {
                return Optional.empty();
            }
            Files.writeString(folder.get().resolve("fault.txt"), description(fault));
            for (Map.Entry<String, Content> file : files.entrySet()) {
                save(folder.get().resolve(file.getKey()), file.getValue());
            }
            return Optional.of(folder.get().toString());
        } catch (IOException | RuntimeException | Error unwritten) {
            // The fault itself is what has to be told; it must not be lost for want of a disk or of memory.
            return Optional.empty();
        }
    }

    private static void save(Path file, Content content) throws IOException {
        try {
            content.write(file);
        } catch (RuntimeException | Error unprintable) {
            Files.write(file, List.of("could not be written: " + unprintable), StandardCharsets.UTF_8);
        }
    }

    private static String description(Throwable fault) {
        StringWriter text = new StringWriter();
        fault.printStackTrace(new PrintWriter(text, true));
        return text + "\nJava " + Runtime.version() + ", " + System.getProperty("os.arch") + " "
                + System.getProperty("os.name") + ", " + Runtime.getRuntime().availableProcessors()
                + " processors, heap of "
                + Runtime.getRuntime().maxMemory() + " bytes\n";
    }
}
