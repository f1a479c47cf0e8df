package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Value;
import java.util.List;

/** A part of a graph after fusion, in the order in which a program runs them. */
sealed interface Piece {
    /** Becomes kernels. */
    record Fused(Region region) implements Piece {}

    /** Is left to the interpreter. */
    record OnHost(Node node) implements Piece {}

    /** Runs graphs. */
    record ControlPiece(Node node) implements Piece {}

    /** Indices that must lie in {@code [-extent, extent)}, or from 0 on if not {@code fromEnd}, before a kernel uses them. */
    record CheckPiece(Value indices, List<Dim> extents, boolean fromEnd, String origin) implements Piece {
        public CheckPiece {
            extents = List.copyOf(extents);
        }
    }
}
