package dev.quern.runtime;

import dev.quern.ir.backend.Executable;
import dev.quern.ir.graph.Graph;
import dev.quern.passes.CompilationPart;
import dev.quern.passes.graph.Rewrite;
import dev.quern.passes.program.Program;

/** Shown what each stage of a compilation made, in order; a model that is specialised later shows its stages again. */
public interface StageSink {
    /** Looks at nothing. */
    StageSink NONE = new StageSink() {};

    /** A graph: {@code imported} from the file, then {@code graph} after all passes. */
    default void graph(String stage, Graph graph) {}

    /** What a pass over the graph did. */
    default void rewrite(Rewrite rewrite) {}

    /** The {@code program}: each kernel as lowered, its schedule, and the kernel as scheduled. */
    default void program(String stage, Program program) {}

    /**
     * How long a part of the compilation took; called on the thread that did it, on several at once.
     *
     * @param name of the pass, the kernel or the graph
     */
    default void part(CompilationPart part, String name, long nanoseconds) {}

    /** A kernel's code, when it has been compiled; kernels that are equal are compiled once. */
    default void executable(Executable executable) {}
}
