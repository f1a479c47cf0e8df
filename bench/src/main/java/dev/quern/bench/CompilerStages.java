package dev.quern.bench;

import dev.quern.Options;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Graph;
import dev.quern.onnx.ImportedModel;
import dev.quern.onnx.OnnxModels;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.graph.GraphPipeline;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.runtime.ModelCompiler;
import dev.quern.zoo.ModelZoo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The compiler's stages, each on what the one before made, and all of them. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class CompilerStages {
    /** For the harness. */
    public CompilerStages() {}

    /** A model after every stage. */
    @State(Scope.Benchmark)
    public static class StagedModel {
        /** Its name in the zoo. */
        @Param({"minilm", "mlsd", "silero-vad"})
        public String model;

        private Path file;
        private ImportedModel imported;
        private Graph graph;
        private Program program;
        private Backend backend;
        private Target target;

        /** For the harness. */
        public StagedModel() {}

        /** Compiles the model once. */
        @Setup
        public void open() throws IOException {
            file = ModelZoo.ofSystemProperties().path(model);
            backend = ServiceLoader.load(Backend.class).stream()
                    .map(ServiceLoader.Provider::get)
                    .filter(candidate -> candidate.device().equals("cpu"))
                    .findFirst()
                    .orElseThrow();
            target = backend.target(1);
            imported = OnnxModels.read(file);
            graph = GraphPipeline.run(imported.graph());
            program = Compiler.compile(graph, target, CompileOptions.defaults());
        }

        /** Frees the model. */
        @TearDown
        public void close() {
            imported.close();
        }
    }

    /** Reading the file, and its operators as a graph. */
    @Benchmark
    public void importing(StagedModel subject) {
        OnnxModels.read(subject.file).close();
    }

    /** The graph passes. */
    @Benchmark
    public Graph passes(StagedModel subject) {
        return GraphPipeline.run(subject.imported.graph());
    }

    /** Fusion, templates, schedules, the memory plan. */
    @Benchmark
    public Program lowering(StagedModel subject) {
        return Compiler.compile(subject.graph, subject.target, CompileOptions.defaults());
    }

    /** Code for every kernel, equal ones once, and its classes. */
    @Benchmark
    public List<Executable> code(StagedModel subject) {
        List<Executable> executables = new ArrayList<>();
        subject.program.steps().stream()
                .filter(ProgramStep.RunKernel.class::isInstance)
                .map(step -> ((ProgramStep.RunKernel) step).scheduled())
                .distinct()
                .forEach(kernel -> executables.add(subject.backend.compile(kernel, subject.target)));
        return executables;
    }

    /** All of it, the packing of constants included. */
    @Benchmark
    public void whole(StagedModel subject) {
        ModelCompiler.of(Options.builder().threads(1).build())
                .compile(subject.file)
                .close();
    }
}
