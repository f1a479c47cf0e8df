package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.text.GraphPrinter;
import dev.quern.passes.program.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes every stage of a compilation into a folder: {@code imported.qir} and {@code graph.qir}, the graph as imported and
 * after all passes; {@code program.txt}, its steps and memory; {@code fused.qir} and {@code kernels.qir}, the kernels before and
 * after scheduling; and {@code bytecode/NAME.class}, their code. What is written again replaces what was there.
 */
public final class StageFiles implements StageSink {
    private static final byte[] CLASS_FILE = {(byte) 0xCA, (byte) 0xFE, (byte) 0xBA, (byte) 0xBE};

    private final Path folder;
    private final Set<String> stages;
    private int executables;

    /**
     * A writer to {@code folder}, which is created.
     *
     * @param stages which of {@code imported}, {@code graph}, {@code program}, {@code fused}, {@code kernels} and {@code bytecode}
     * @throws ModelException if a stage is none of these
     */
    public StageFiles(Path folder, Set<String> stages) {
        this.folder = folder;
        this.stages = Set.copyOf(stages);
        Set<String> known = names();
        for (String stage : stages) {
            if (!known.contains(stage)) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT,
                        "stage '" + stage + "'",
                        "unknown; expected some of " + known);
            }
        }
    }

    /** Every stage that there is. */
    public static Set<String> names() {
        return new TreeSet<>(Set.of("imported", "graph", "program", "fused", "kernels", "bytecode"));
    }

    @Override
    public void graph(String stage, Graph graph) {
        if (stages.contains(stage)) {
            write(stage + ".qir", GraphPrinter.print(graph));
        }
    }

    @Override
    public void program(String stage, Program program) {
        if (stages.contains(stage)) {
            write(stage + ".txt", ProgramText.steps(program));
        }
        if (stages.contains("fused")) {
            write("fused.qir", ProgramText.lowered(program));
        }
        if (stages.contains("kernels")) {
            write("kernels.qir", ProgramText.scheduled(program));
        }
    }

    @Override
    public synchronized void executable(Executable executable) {
        byte[] artifact = executable.artifact();
        if (stages.contains("bytecode") && artifact.length > 0) {
            boolean classFile = Arrays.mismatch(artifact, CLASS_FILE) == CLASS_FILE.length;
            String name = executable.kernel().name().replaceAll("[^A-Za-z0-9_.-]", "_");
            write("bytecode/" + executables++ + "-" + name + (classFile ? ".class" : ".txt"), artifact);
        }
    }

    private void write(String name, String text) {
        write(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private void write(String name, byte[] bytes) {
        Path file = folder.resolve(name);
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, bytes);
        } catch (IOException failure) {
            throw new ModelException(
                    ModelException.Code.IO, file.toString(), "could not be written: " + failure.getMessage(), failure);
        }
    }
}
