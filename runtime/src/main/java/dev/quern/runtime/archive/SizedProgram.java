package dev.quern.runtime.archive;

import dev.quern.onnx.signature.KnownSizes;
import dev.quern.passes.program.Program;
import java.util.Map;

/**
 * What was compiled of a model for known sizes, which the program for any sizes does not take.
 *
 * @param sizes what it was compiled for
 * @param body the body of the model that it is; empty for the model itself
 * @param program the program
 * @param origins for each symbol of a size that a step finds out, where in the model that is
 */
public record SizedProgram(KnownSizes sizes, String body, Program program, Map<String, String> origins) {
    public SizedProgram {
        origins = Map.copyOf(origins);
    }
}
