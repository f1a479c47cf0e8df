/** Random ONNX models with inputs: {@link dev.quern.acceptance.generate.RandomModels} draws them, one file per family of operators. */
package dev.quern.acceptance.generate;
