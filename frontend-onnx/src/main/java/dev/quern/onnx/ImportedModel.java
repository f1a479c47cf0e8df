package dev.quern.onnx;

import dev.quern.ir.graph.Graph;
import dev.quern.onnx.importer.GraphImporter;
import dev.quern.onnx.proto.OnnxFile;
import dev.quern.onnx.signature.DeclaredInput;
import dev.quern.onnx.signature.KnownSizes;
import dev.quern.onnx.signature.Overrides;
import dev.quern.onnx.signature.SizedGraph;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/**
 * An ONNX model as a graph, and the memory that the graph's constants lie in. Safe to use and close from any thread; the
 * constants are invalid once it is closed.
 */
public final class ImportedModel implements AutoCloseable {
    private final OnnxFile file;
    private final GraphImporter.Imported imported;

    ImportedModel(OnnxFile file, GraphImporter.Imported imported) {
        this.file = file;
        this.imported = imported;
    }

    /** The model. Inputs and outputs have the names and the order of the file; inputs with a default are constants. */
    public Graph graph() {
        return imported.sized().graph();
    }

    /** All inputs that the file declares, those with a default among them, in its order. */
    public List<DeclaredInput> inputs() {
        return imported.inputs();
    }

    /**
     * The model for a caller who gives values in the place of defaults. The constants are the same memory.
     *
     * @throws dev.quern.ModelException if the values do not fit, or the model needs a constant where there is none any more
     */
    public Graph graph(Overrides overrides) {
        return sized(overrides, KnownSizes.NONE).graph();
    }

    /**
     * The model for a caller who gives values in the place of defaults, and for sizes that are known: those of inputs, those that
     * its steps find out, and those of the inputs of bodies. Nothing is assumed of them.
     *
     * @throws dev.quern.ModelException if the model does not take them
     */
    public SizedGraph sized(Overrides overrides, KnownSizes sizes) {
        return overrides.equals(Overrides.NONE) && sizes.equals(KnownSizes.NONE)
                ? imported.sized()
                : GraphImporter.read(file.model(), overrides, sizes).sized();
    }

    /** The bytes of the model's file, in which constants lie, as far as they did not have to be decoded or computed. */
    public MemorySegment bytes() {
        return file.bytes();
    }

    /** The bytes of files of external data, by the location that the model gives for them. */
    public Map<String, MemorySegment> external() {
        return file.external();
    }

    /** Version of each operator set that the model uses, by domain; the standard one is {@code ""}. */
    public Map<String, Long> opsets() {
        return file.model().opsets();
    }

    /**
     * Checks that no mapped file has become shorter since the model was read.
     *
     * @throws dev.quern.ModelException if one has; what was computed since may be wrong
     */
    public void requireWhole() {
        file.requireWhole();
    }

    /** Frees the constants' memory; further calls do nothing. */
    @Override
    public void close() {
        file.close();
    }
}
