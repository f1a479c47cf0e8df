/** End-to-end tests: whole models against ONNX Runtime, and the rules between modules. */
package dev.quern.acceptance;
