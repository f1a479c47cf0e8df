package dev.quern.runtime;

import dev.quern.ir.backend.Target;
import dev.quern.onnx.signature.DeclaredInput;
import dev.quern.onnx.signature.Overrides;
import dev.quern.passes.program.Program;
import java.util.List;

/** Compiles one model to programs; holds what that needs, such as the mapped file, until closed. */
interface ProgramSource extends AutoCloseable {
    /** All inputs of the model, those with a default among them, in its order. */
    List<DeclaredInput> inputs();

    /** The program for inputs of any sizes, for a caller who gives {@code overrides} in the place of defaults. */
    Program compile(Overrides overrides, Target target);

    /** The same for inputs of exactly these shapes, in the order of the program's inputs. */
    Program specialise(Overrides overrides, List<long[]> shapes, Target target);

    /** Tells {@code reproducer} what the programs are made of. */
    default void describe(Reproducer reproducer) {}

    /**
     * Checks that what the programs' constants lie in is still there.
     *
     * @throws dev.quern.ModelException if it is not; what was computed since may be wrong
     */
    default void requireWhole() {}

    @Override
    void close();
}
