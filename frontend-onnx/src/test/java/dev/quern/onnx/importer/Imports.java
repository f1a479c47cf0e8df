package dev.quern.onnx.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.onnx.build.OnnxBuilder;
import java.util.ArrayList;
import java.util.List;

/** What tests of the importer share. */
final class Imports {
    private Imports() {}

    /** The graph of a model that has been written and read. */
    static Graph graph(OnnxBuilder model) {
        return GraphImporter.read(
                dev.quern.onnx.proto.OnnxReader.read(model.build()).model());
    }

    static ModelException refusal(OnnxBuilder model, ModelException.Code code) {
        ModelException refused = assertThrows(ModelException.class, () -> graph(model));
        assertEquals(code, refused.code(), refused.getMessage());
        return refused;
    }

    /** The operations of a kind, in order. */
    static <T extends Op> List<T> operations(Graph graph, Class<T> kind) {
        List<T> found = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (kind.isInstance(node.op())) {
                found.add(kind.cast(node.op()));
            }
        }
        return found;
    }

    /** The type of output {@code index}, printed. */
    static String type(Graph graph, int index) {
        return graph.outputs().get(index).type().toString();
    }

    static Tensor longs(long... values) {
        return Tensor.of(values, values.length);
    }
}
