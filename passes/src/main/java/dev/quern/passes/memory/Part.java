package dev.quern.passes.memory;

import dev.quern.ir.Dim;
import dev.quern.ir.graph.Value;

/**
 * A value that lies inside another of its element type.
 *
 * @param value the part
 * @param base what it lies in, which may be a part itself
 * @param offset where it begins, in elements
 */
public record Part(Value value, Value base, Dim offset) {}
