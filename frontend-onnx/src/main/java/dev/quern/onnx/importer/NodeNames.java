package dev.quern.onnx.importer;

import dev.quern.onnx.proto.OnnxNode;

/** How messages name a node: by its name and operator, and by a result where it has no name. */
final class NodeNames {
    private NodeNames() {}

    static String of(OnnxNode node) {
        String name = !node.name().isEmpty()
                ? node.name()
                : node.outputs().isEmpty() ? "" : "-> " + node.outputs().getFirst();
        return "node '" + name + "' (" + node.opType() + ")";
    }
}
