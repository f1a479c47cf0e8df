package dev.quern.runtime;

import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Graph;
import dev.quern.onnx.ImportedModel;
import dev.quern.onnx.signature.DeclaredInput;
import dev.quern.onnx.signature.KnownSizes;
import dev.quern.onnx.signature.Overrides;
import dev.quern.onnx.signature.SizedGraph;
import dev.quern.passes.CompilationPart;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.graph.GraphPass;
import dev.quern.passes.graph.GraphPipeline;
import dev.quern.passes.graph.PassChoices;
import dev.quern.passes.graph.PassListener;
import dev.quern.passes.graph.Rewrite;
import dev.quern.passes.program.Program;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Compiles an ONNX model; constants stay in its mapped file, so that is open as long as this. */
final class OnnxProgramSource implements ProgramSource {
    private final ImportedModel model;
    private final Duration limit;
    private final CompileOptions options;
    private final StageSink stages;

    /**
     * A source of programs.
     *
     * @param limit how long one compilation may take
     */
    OnnxProgramSource(ImportedModel model, Duration limit, CompileOptions options, StageSink stages) {
        this.model = model;
        this.limit = limit;
        this.options = options;
        this.stages = stages;
    }

    @Override
    public List<DeclaredInput> inputs() {
        return model.inputs();
    }

    @Override
    public Compilation compile(Overrides overrides, KnownSizes sizes, Target target) {
        SizedGraph sized = model.sized(overrides, sizes);
        return new Compilation(compile(sized.graph(), target), sized.origins());
    }

    @Override
    public Optional<Compilation> compile(Overrides overrides, KnownSizes sizes, String body, Target target) {
        SizedGraph sized = model.sized(overrides, sizes);
        return Optional.ofNullable(sized.bodies().get(body))
                .map(graph -> new Compilation(compile(graph, target), sized.origins()));
    }

    private Program compile(Graph imported, Target target) {
        Watch watch = Watch.start(limit);
        stages.graph("imported", imported);
        CompilationTimes times = new CompilationTimes(stages);
        PassChoices choices = target instanceof Target.Processor
                ? new PassChoices(options.winograd(), options.attention())
                : PassChoices.NONE;
        Graph graph = GraphPipeline.run(imported, choices, new PassListener() {
            @Override
            public void begins(GraphPass pass) {
                watch.check();
            }

            @Override
            public void ran(GraphPass pass, long nanoseconds) {
                times.done(CompilationPart.PASS, pass.name(), nanoseconds);
            }

            @Override
            public void rewrote(Rewrite rewrite) {
                stages.rewrite(rewrite);
            }
        });
        stages.graph("graph", graph);
        Program program = Compiler.compile(graph, target, options.with(watch::check), times);
        stages.program("program", program);
        return program;
    }

    @Override
    public void describe(Reproducer reproducer) {
        reproducer.graph(model::graph);
    }

    @Override
    public void requireWhole() {
        model.requireWhole();
    }

    @Override
    public void close() {
        model.close();
    }
}
