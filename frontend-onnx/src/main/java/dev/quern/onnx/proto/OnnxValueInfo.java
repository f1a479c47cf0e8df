package dev.quern.onnx.proto;

import java.util.Objects;
import java.util.Optional;

/**
 * What a model states of a value ({@code ValueInfoProto}).
 *
 * @param name the value
 * @param type its type, where stated: bodies of control flow often leave it out
 */
public record OnnxValueInfo(String name, Optional<OnnxType> type) {
    public OnnxValueInfo {
        Objects.requireNonNull(name);
        Objects.requireNonNull(type);
    }
}
