package dev.quern.runtime.archive;

import dev.quern.ir.kernel.Kernel;
import dev.quern.onnx.signature.DeclaredInput;
import dev.quern.passes.program.Program;
import java.util.List;
import java.util.Map;

/**
 * What was compiled of a model for inputs of any sizes, and for some that this does not take.
 *
 * @param inputs all inputs of the model
 * @param program its program
 * @param origins for each symbol of a size that a step finds out, where in the model that is
 * @param sized programs for known sizes
 * @param kernels the kernels of all of them that have code
 */
public record KeptProgram(
        List<DeclaredInput> inputs,
        Program program,
        Map<String, String> origins,
        List<SizedProgram> sized,
        List<CodeEntry> kernels) {
    /**
     * The code of a kernel.
     *
     * @param scheduled the kernel
     * @param entry where its code is
     */
    public record CodeEntry(Kernel scheduled, String entry) {}

    public KeptProgram {
        inputs = List.copyOf(inputs);
        origins = Map.copyOf(origins);
        sized = List.copyOf(sized);
        kernels = List.copyOf(kernels);
    }
}
