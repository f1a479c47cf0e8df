package dev.quern.onnx.signature;

import dev.quern.ir.graph.Value;

/**
 * An input as the file declares it.
 *
 * @param value name and type
 * @param optional whether it has a default, an initializer of its name, so that it can be left out
 */
public record DeclaredInput(Value value, boolean optional) {}
