package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;

/**
 * Where the elements of a value lie in another's memory.
 *
 * @param offset where the first one lies, counted from the other's first, in elements
 * @param layout where they lie from the first one
 */
record Laid(Dim offset, Layout layout) {}
