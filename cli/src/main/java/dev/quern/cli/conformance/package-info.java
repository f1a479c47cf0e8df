/** The ONNX project's backend tests: their data, their judge, and the processes that run them. */
package dev.quern.cli.conformance;
