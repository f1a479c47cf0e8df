package dev.quern.runtime;

import dev.quern.ir.backend.Target;
import dev.quern.onnx.signature.DeclaredInput;
import dev.quern.onnx.signature.KnownSizes;
import dev.quern.onnx.signature.Overrides;
import java.util.List;
import java.util.Optional;

/** Compiles one model to programs; holds what that needs, such as the mapped file, until closed. */
interface ProgramSource extends AutoCloseable {
    /** All inputs of the model, those with a default among them, in its order. */
    List<DeclaredInput> inputs();

    /** The program for {@code sizes}, for a caller who gives {@code overrides} in the place of defaults. */
    Compilation compile(Overrides overrides, KnownSizes sizes, Target target);

    /**
     * The program of the body called {@code body}, for {@code sizes}, which has the shapes of its inputs; none if these sizes decide what
     * the model does there, so that the body is part of what is around it, or of nothing.
     */
    Optional<Compilation> compile(Overrides overrides, KnownSizes sizes, String body, Target target);

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
