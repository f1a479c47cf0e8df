package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import java.util.List;

/**
 * One named loop transformation with its parameters. Loops are named by their variables. Each step keeps the kernel's
 * meaning or is refused, with a reason; whether it is legal follows from the regions that statements read and write.
 */
public sealed interface Step {
    /**
     * {@code loop} becomes {@code loop.o} over {@code loop.i} of {@code factor} iterations. What is left at the end: see {@link Tail}.
     */
    record Split(String loop, long factor, Tail tail) implements Step {}

    /** What a split does where the factor does not divide the extent. */
    enum Tail {
        /** Refused unless the factor is proved to divide. */
        EXACT,
        /** {@code loop.i} runs to {@code min(factor, what is left)}. */
        CLAMP,
        /** The body is guarded by the original extent. */
        MASK,
        /** Only whole tiles; what is left runs in a second loop {@code loop.t}. */
        PEEL,
        /**
         * The body runs beyond the extent where all it reads and writes stays inside padded allocations; stores to
         * parameters are guarded.
         */
        PAD
    }

    /** Perfectly nested parallel loops exchange places: {@code loops} lists them outermost first. */
    record Reorder(List<String> loops) implements Step {
        public Reorder {
            loops = List.copyOf(loops);
        }
    }

    /** {@code outer} directly around {@code inner} become one loop {@code name}. */
    record Fuse(String outer, String inner, String name) implements Step {}

    /**
     * A parallel {@code loop} moves inward past everything of its body: each leaf statement gets a loop of its own around
     * it (named {@code loop}, {@code loop.1}, … in order; later steps mean all of them), allocations of the body get an axis for it in front of their own, and loops of the body go
     * outside. Guards that depend on it go inside.
     */
    record Sink(String loop) implements Step {}

    /** The loop gets another kind. */
    record Bind(String loop, LoopKind kind) implements Step {}

    /** The loop of constant extent runs as lanes of a vector. */
    record Vectorise(String loop) implements Step {}

    /** The loop of constant extent is replicated. */
    record Unroll(String loop) implements Step {}

    /**
     * The reduction loop accumulates into {@code factor} partial results ({@code loop.i}), which are combined after it: {@code loop} becomes
     * {@code loop.o} over {@code loop.i}, the combination runs over {@code loop.c}.
     */
    record SplitReduction(String loop, long factor, Tail tail) implements Step {}

    /** The part of {@code buffer} that the body of {@code loop} reads is copied to {@code space} first. */
    record Stage(String buffer, String loop, MemorySpace space) implements Step {}

    /** Parameter {@code buffer} is held in panels of {@code width} along its last axis. The caller packs it. */
    record Pack(String buffer, long width) implements Step {}

    /** The tile copies and tile products of {@code loop} may overlap by {@code depth} stages. */
    record Pipeline(String loop, int depth) implements Step {}

    /** The loop nest at {@code loop} becomes the intrinsic named {@code intrinsic}. */
    record Tensorise(String loop, String intrinsic) implements Step {}

    /** The body of {@code loop} is compiled as a unit of its own. */
    record Outline(String loop) implements Step {}

    /** {@code symbol} becomes the constant {@code value}; the kernel records a guard for it. */
    record Assume(String symbol, Dim value) implements Step {}
}
