package dev.quern.passes.graph;

import dev.quern.ir.Dim;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.List;
import java.util.Optional;

/** Looks behind the broadcasts, and the reshapes that only add or remove axes of extent 1, between a reduction and its use. */
final class Spread {
    private Spread() {}

    /** The value that {@code value} is a broadcast of. */
    static Value source(Value value, Rewriting rewriting) {
        Value at = value;
        while (true) {
            Optional<Node> producer = rewriting.producer(at);
            if (producer.isEmpty() || !spreads(producer.get())) {
                return at;
            }
            at = producer.get().input(0);
        }
    }

    private static boolean spreads(Node node) {
        return switch (node.op()) {
            case Op.Broadcast ignored -> true;
            case Op.Reshape(var shape) ->
                significant(shape.dims())
                        .equals(significant(node.input(0).type().shape().dims()));
            case Op ignored -> false;
        };
    }

    private static List<Dim> significant(List<Dim> dims) {
        return dims.stream().filter(dim -> !dim.is(1)).toList();
    }
}
