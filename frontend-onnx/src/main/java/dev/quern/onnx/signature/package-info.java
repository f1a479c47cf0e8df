/** What a model takes: its inputs, those with a default among them, and what a caller gives in their place. */
package dev.quern.onnx.signature;
