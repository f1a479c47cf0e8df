package dev.quern.cli.doctor;

import dev.quern.onnx.build.OnnxBuilder;

/**
 * A small model for one kind of kernel.
 *
 * @param name of the kind
 * @param bytes the ONNX file; no weights, all operands are inputs
 */
public record ZooModel(String name, byte[] bytes) {
    ZooModel(String name, OnnxBuilder model) {
        this(name, model.name(name).build());
    }
}
