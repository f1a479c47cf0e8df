package dev.quern.runtime;

import dev.quern.passes.program.Program;
import java.util.Map;

/**
 * A program and what its symbols are.
 *
 * @param program a model, or a body of one
 * @param origins for each symbol of a size that a step finds out, where in the model that is
 * @param kept whether another process compiled it
 */
record Compilation(Program program, Map<String, String> origins, boolean kept) {
    Compilation {
        origins = Map.copyOf(origins);
    }

    /** A program compiled now. */
    Compilation(Program program, Map<String, String> origins) {
        this(program, origins, false);
    }
}
