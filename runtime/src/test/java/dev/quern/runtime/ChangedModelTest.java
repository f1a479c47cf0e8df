package dev.quern.runtime;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.ir.backend.Target;
import dev.quern.onnx.ImportedModel;
import dev.quern.onnx.OnnxModels;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.passes.CompileOptions;
import dev.quern.runtime.archive.CompilationKey;
import dev.quern.runtime.archive.ModelFiles;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that is written over while it is compiled is not kept as the one that was there before. */
class ChangedModelTest {
    @TempDir
    Path folder;

    private final byte[] model = new OnnxBuilder()
            .opset(18)
            .input("x", DType.F32, "rows", 4)
            .initializer("a", Tensor.of(new float[] {1, 2, 3, 4}, 4))
            .node("Mul", List.of("x", "a"), List.of("y"))
            .output("y", DType.F32, "rows", 4)
            .build();

    private static ModelFiles files(byte[] bytes) {
        return new ModelFiles(MemorySegment.ofArray(bytes), Map.of());
    }

    private boolean isKept(byte[] bytes, Runnable change) {
        KeptModels kept = new KeptModels(
                folder, "build", true, 1, Target.scalar(1), CompileOptions.defaults(), TakenRecords.NONE);
        CompilationKey key = kept.key(files(bytes));
        change.run();
        Options options =
                Options.builder().device("interpreter").threads(1).noCache().build();
        try (ImportedModel imported = OnnxModels.read(bytes);
                CompiledModel compiled = ModelCompiler.of(options).compile(bytes)) {
            kept.keep(key, imported.inputs(), () -> new ModelFiles(imported.bytes(), imported.external()), compiled);
            return kept.find(key, files(bytes), () -> {}).isPresent();
        }
    }

    @Test
    void itIsNotKept() {
        byte[] changing = model.clone();
        int last = new String(model, StandardCharsets.ISO_8859_1).indexOf("\0\0\u0080\u003f");
        assertTrue(last > 0);
        assertFalse(isKept(changing, () -> changing[last + 2] = 0));
        assertTrue(isKept(model, () -> {}));
    }
}
