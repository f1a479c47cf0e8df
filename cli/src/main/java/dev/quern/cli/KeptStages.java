package dev.quern.cli;

import dev.quern.ir.backend.Executable;
import dev.quern.ir.graph.Graph;
import dev.quern.passes.graph.Rewrite;
import dev.quern.passes.program.Program;
import dev.quern.runtime.StageSink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps what a compilation made at each stage. */
final class KeptStages implements StageSink {
    private final Map<String, Graph> graphs = new LinkedHashMap<>();
    private final List<Rewrite> rewrites = new ArrayList<>();
    private final Map<String, Program> programs = new LinkedHashMap<>();
    private final List<Executable> executables = new ArrayList<>();

    @Override
    public synchronized void graph(String stage, Graph graph) {
        graphs.put(stage, graph);
    }

    @Override
    public synchronized void rewrite(Rewrite rewrite) {
        rewrites.add(rewrite);
    }

    @Override
    public synchronized void program(String stage, Program program) {
        programs.put(stage, program);
    }

    @Override
    public synchronized void executable(Executable executable) {
        executables.add(executable);
    }

    synchronized Graph graph(String stage) {
        return graphs.get(stage);
    }

    synchronized List<Rewrite> rewrites() {
        return List.copyOf(rewrites);
    }

    synchronized Program program() {
        return programs.get("program");
    }

    synchronized List<Executable> executables() {
        return List.copyOf(executables);
    }
}
