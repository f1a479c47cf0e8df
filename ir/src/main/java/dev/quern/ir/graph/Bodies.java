package dev.quern.ir.graph;

import java.util.List;

/** The graphs inside operations. */
public final class Bodies {
    private Bodies() {}

    /** The graphs that {@code op} runs, in the order of its record; none if it is no control flow. */
    public static List<Graph> of(Op op) {
        return switch (op) {
            case Op.If(Graph then, Graph otherwise) -> List.of(then, otherwise);
            case Op.Loop loop -> List.of(loop.body());
            case Op.Scan scan -> List.of(scan.body());
            case Op ignored -> List.of();
        };
    }
}
