package dev.quern.runtime;

import dev.quern.ir.backend.GiveBack;
import dev.quern.ir.backend.Target;
import dev.quern.onnx.ImportedModel;
import dev.quern.onnx.OnnxModels;
import dev.quern.onnx.proto.ModelBytes;
import dev.quern.onnx.signature.DeclaredInput;
import dev.quern.onnx.signature.KnownSizes;
import dev.quern.onnx.signature.Overrides;
import dev.quern.runtime.archive.KeptProgram;
import dev.quern.runtime.archive.SizedProgram;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A model whose program for inputs of any sizes was compiled before, and perhaps programs for some sizes. What else it is asked for is compiled of
 * the model itself, which is imported when that happens first.
 */
final class KeptProgramSource implements ProgramSource {
    private final KeptProgram kept;
    private final ModelBytes bytes;
    private final ModelBytes memory;
    private final Function<ImportedModel, ProgramSource> compiling;
    private ImportedModel imported;
    private ProgramSource source;

    /**
     * A source of {@code kept}.
     *
     * @param bytes the model's, which this closes
     * @param memory what constants of {@code kept} lie in beside the model, closed with it; may be the same
     * @param compiling makes what compiles the model
     */
    KeptProgramSource(
            KeptProgram kept, ModelBytes bytes, ModelBytes memory, Function<ImportedModel, ProgramSource> compiling) {
        this.kept = kept;
        this.bytes = bytes;
        this.memory = memory;
        this.compiling = compiling;
    }

    private synchronized ImportedModel imported() {
        if (imported == null) {
            // Should this fail, of an exhausted heap say, the program that is there goes on with its constants.
            imported = OnnxModels.read(bytes.lent(), model -> {});
        }
        return imported;
    }

    private synchronized ProgramSource source() {
        if (source == null) {
            source = compiling.apply(imported());
        }
        return source;
    }

    @Override
    public List<DeclaredInput> inputs() {
        return kept.inputs();
    }

    @Override
    public Compilation compile(Overrides overrides, KnownSizes sizes, Target target) {
        if (overrides.equals(Overrides.NONE) && sizes.equals(KnownSizes.NONE)) {
            return new Compilation(kept.program(), kept.origins(), true);
        }
        return sized(overrides, sizes, "").orElseGet(() -> source().compile(overrides, sizes, target));
    }

    @Override
    public Optional<Compilation> compile(Overrides overrides, KnownSizes sizes, String body, Target target) {
        Optional<Compilation> sized = sized(overrides, sizes, body);
        return sized.isPresent() ? sized : source().compile(overrides, sizes, body, target);
    }

    private Optional<Compilation> sized(Overrides overrides, KnownSizes sizes, String body) {
        if (!overrides.equals(Overrides.NONE)) {
            return Optional.empty();
        }
        for (SizedProgram each : kept.sized()) {
            if (each.body().equals(body) && each.sizes().equals(sizes)) {
                return Optional.of(new Compilation(each.program(), each.origins(), true));
            }
        }
        return Optional.empty();
    }

    @Override
    public void describe(Reproducer reproducer) {
        reproducer.graph(() -> imported().graph());
    }

    @Override
    public void requireWhole() {
        bytes.requireWhole();
        memory.requireWhole();
    }

    @Override
    public void close() {
        GiveBack.all(bytes::close, memory::close);
    }
}
