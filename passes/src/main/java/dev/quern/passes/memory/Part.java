package dev.quern.passes.memory;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.graph.Value;

/**
 * A value that lies inside another of its element type.
 *
 * @param value the part
 * @param base what it lies in, which may be a part itself
 * @param offset where its first element lies, counted from the first of {@code base}, in elements of the memory that both are in
 * @param layout where its elements lie from the first one, in that memory: one positive stride per axis, in any order
 */
public record Part(Value value, Value base, Dim offset, Layout layout) {}
