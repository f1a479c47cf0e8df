/** ONNX Runtime, called by reflection: neither the build nor the class path of Quern has it. */
package dev.quern.cli.onnxruntime;
