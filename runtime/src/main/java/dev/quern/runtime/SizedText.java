package dev.quern.runtime;

import dev.quern.onnx.signature.KnownSizes;
import dev.quern.runtime.archive.SizedProgram;
import java.util.TreeMap;

/** What sizes a program was compiled for, in words. */
final class SizedText {
    private SizedText() {}

    /** The sizes of {@code program}, on one line. */
    static String of(SizedProgram program) {
        return of(program.sizes(), program.body());
    }

    /** Sizes of the model, or if {@code body} is not empty of that body. */
    static String of(KnownSizes sizes, String body) {
        Object inputs =
                body.isEmpty() ? sizes.inputs().orElseThrow() : sizes.bodies().get(body);
        String text = "input shapes " + inputs;
        return sizes.found().isEmpty() ? text : text + " and sizes found " + new TreeMap<>(sizes.found());
    }
}
