/**
 * ONNX files as records, read straight off the wire format. Records follow {@code onnx.proto} (IR version 13) field by
 * field; no operator is known here.
 */
package dev.quern.onnx.proto;
