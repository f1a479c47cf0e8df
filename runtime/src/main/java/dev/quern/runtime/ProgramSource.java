package dev.quern.runtime;

import dev.quern.ir.backend.Target;
import dev.quern.passes.program.Program;
import java.util.List;

/** Compiles one model to programs; holds what that needs, such as the mapped file, until closed. */
interface ProgramSource extends AutoCloseable {
    /** The program for inputs of any sizes. */
    Program compile(Target target);

    /** The program for inputs of exactly these shapes, in the model's order. */
    Program specialise(List<long[]> shapes, Target target);

    /** Tells {@code reproducer} what the programs are made of. */
    default void describe(Reproducer reproducer) {}

    @Override
    void close();
}
