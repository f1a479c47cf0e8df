/** Reads ONNX files and imports them into the graph IR. */
package dev.quern.onnx;
