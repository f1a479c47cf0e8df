/**
 * The reference interpreter of graphs, with arithmetic of its own, written from the definitions (ONNX, IEEE 754) rather than for
 * speed: nothing numeric is shared with {@link dev.quern.ir.interpret.kernel} or with what generates code, so that it can judge them.
 */
package dev.quern.ir.interpret;
