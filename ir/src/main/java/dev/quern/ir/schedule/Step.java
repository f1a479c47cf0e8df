package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import java.util.List;

/**
 * One named loop transformation with its parameters. Each step keeps the kernel's meaning or is refused, with a reason;
 * whether it is legal follows from the regions that statements read and write.
 *
 * <p><b>Names.</b> Loops are named by their variables, which are unique in a kernel. Splitting {@code m} makes {@code m.o},
 * {@code m.i} and perhaps {@code m.t}. Where a step makes several copies of a loop (sink, a peeled tail, unroll), the copies of
 * {@code m.i} are {@code m.i.1}, {@code m.i.2}, …, numbered as they are made. A step that names {@code m.i} means the
 * original and all copies; {@code m.i.2} means that copy only, {@code m.i.0} the original only. A number stays in the
 * names of what is made of a copy ({@code m.i.2} splits into {@code m.i.2.o} and {@code m.i.2.i}, which {@code m.i.o} and
 * {@code m.i.i} mean too). A loop that has no iterations is dropped, with all inside it; a later step that names it, or what
 * it would have been split into, does nothing. Loops of one iteration stay until the schedule ends.
 *
 * <p>A loop that is bound to vector lanes, or marked as unrolled, cannot be split, sunk, fused or outlined: bind last.
 */
public sealed interface Step {
    /**
     * {@code loop} becomes {@code loop.o} over {@code loop.i} of {@code factor} iterations. What is left at the end: see
     * {@link Tail}; where the factor is proved to divide, nothing is, whatever the tail.
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
        /**
         * Only whole tiles; what is left runs in a second loop {@code loop.t}, whose body is a copy. So {@code vectorise n.i} after
         * {@code split m 12 peel} vectorises in the tiles and in the tail, and {@code split m.t 4 peel} treats the tail's rows alone.
         */
        PEEL,
        /**
         * The body runs beyond the extent, in so far as nobody can see it: what writes to anything but allocations of
         * the body, reads past the padding of a layout, or reads what such a statement should have written, is guarded. Allocations inside
         * the body are of whole tiles once the loop is sunk, and panels of {@link Pack} are padded, so a register tile of a
         * contraction runs unguarded up to its last store.
         */
        PAD
    }

    /**
     * Perfectly nested loops exchange places: {@code loops} lists them outermost first; loops between them stay where
     * they are, and guards between them move inside. Applies to every nest that has all of them; refused if none has, or if two
     * iterations that depend on each other would exchange places (updates by one combiner may), or if a vector loop would not be innermost.
     */
    record Reorder(List<String> loops) implements Step {
        public Reorder {
            loops = List.copyOf(loops);
        }
    }

    /** {@code outer} directly around {@code inner} become one loop {@code name}; the order of iterations stays. */
    record Fuse(String outer, String inner, String name) implements Step {}

    /**
     * A parallel {@code loop} moves inward past everything of its body: each leaf statement gets a copy of the loop directly
     * around it, innermost ({@code loop}, {@code loop.1}, … in order), allocations of the body get an axis for it in front
     * of their own (of the factor where the extent is clamped), and loops of the body go outside. Guards that depend on it
     * go inside. The loop stays outside a let whose value depends on it or which stands under such a guard, and outside a
     * loop whose extent depends on it. Registers whose new extents are not constant become {@link MemorySpace#SHARED}.
     *
     * <p>Sunk one after the other, later loops are inside earlier ones: {@code sink n.i; sink m.i; reorder m.i n.i}.
     */
    record Sink(String loop) implements Step {}

    /**
     * {@link Sink}, but for the epilogue: what follows the last reduction in the loop's body stays one loop, {@code loop.e}. It reads accumulators from
     * {@link MemorySpace#SHARED}, where they are copied by loops {@code loop.e0}, {@code loop.e1}, …, one for each of their axes, counted from the last,
     * inside copies of {@code loop}. So a register tile is unrolled, and a long epilogue of it is written once and not for each row. Where nothing follows
     * a reduction that the body allocates accumulators for, it is the same as {@link Sink}.
     */
    record Spill(String loop) implements Step {}

    /**
     * The loop gets another kind. {@link LoopKind#PARALLEL}: only the outermost loop, around the whole kernel, and only if parallel.
     * {@link LoopKind#UNROLL} leaves the replication to the emitter. {@link LoopKind#VECTOR} is {@link Vectorise}.
     */
    record Bind(String loop, LoopKind kind) implements Step {}

    /**
     * The loop of constant extent, a multiple of the target's lanes or no more than them, runs as lanes of a vector. It must be innermost,
     * without allocations inside, and parallel, or a reduction loop, whose lanes are combined.
     */
    record Vectorise(String loop) implements Step {}

    /** The loop of constant extent is replicated; loops inside it are copied. */
    record Unroll(String loop) implements Step {}

    /**
     * The reduction loop accumulates into {@code factor} partial results in registers, set to the combiner's identity in
     * a loop {@code loop.i}; {@code loop} becomes {@code loop.o} over a copy of {@code loop.i}; then the partial results are
     * combined over {@code loop.c}. A peeled tail {@code loop.t} reduces directly. Every element reduced must be the same in all
     * iterations. {@link Tail#PAD} is {@link Tail#MASK}.
     */
    record SplitReduction(String loop, long factor, Tail tail) implements Step {}

    /**
     * The part of {@code buffer} that an iteration of {@code loop} reads, as a box, is copied to {@code space} first, by loops
     * {@code buffer.s0}, {@code buffer.s1}, … one for each axis. The iteration must not write the buffer.
     */
    record Stage(String buffer, String loop, MemorySpace space) implements Step {}

    /**
     * What {@code loop} as a whole reads and writes of {@code buffer}, a box in what the kernel allocates, is in registers while it runs: copied there before
     * and back after, by loops {@code buffer.h0}, {@code buffer.h1}, … and their copies, one for each axis, counted from the last. The
     * buffer itself moves to {@link MemorySpace#SHARED}. So a register tile outlives the blocks of a reduction.
     */
    record Hold(String buffer, String loop) implements Step {}

    /**
     * What the one reduction in the body of {@code loop} takes as its input number {@code input} is computed first, into {@code space}:
     * once for all iterations of the loops inside that do not change it, by loops {@code inputN.s0}, {@code inputN.s1}, … one for
     * each that does, in their order. Rows of the last axis are {@code pad} elements longer than they need to be, which spreads
     * them over the banks of shared memory. A float that was widened is kept as it was.
     */
    record StageInput(String loop, int input, MemorySpace space, int pad) implements Step {}

    /**
     * Reductions in the body of {@code loop} lose conditions that only keep elements from being changed that nobody reads: where all that
     * they take is allocated by the kernel, and every reader of the element asks the same condition.
     */
    record Overrun(String loop) implements Step {}

    /**
     * Parameter {@code buffer}, row-major and only read, is held as {@code layout} says: {@linkplain dev.quern.ir.Layout#panels panels},
     * blocked or interleaved axes, or any other that is {@linkplain dev.quern.ir.LayoutProof proved} to have a place for each element. The
     * caller packs it, into an array. Its shape stays; indices may run into the padding of the layout. Memory that the kernel allocates is
     * laid so at once: rows that are padded or swizzled apart, or the registers of a matrix instruction.
     */
    record Pack(String buffer, Layout layout) implements Step {}

    /**
     * The copies of {@code loop}, with which its body begins, may run ahead: there is memory for those of {@code depth} iterations. A
     * {@link dev.quern.ir.kernel.Realisation.CopyPipeline section} around the loop says so. What follows the copies writes registers alone.
     */
    record Pipeline(String loop, int depth) implements Step {}

    /**
     * The loop nest at {@code loop}, over terms, rows and columns of a product of two tiles in shared memory, becomes the
     * {@linkplain dev.quern.ir.backend.MatrixInstruction matrix instruction} named {@code intrinsic}: a
     * {@link dev.quern.ir.kernel.Realisation.ByMatrixInstruction section} around it. What it is added to is laid as the instruction holds its sum.
     */
    record Tensorise(String loop, String intrinsic) implements Step {}

    /** The body of {@code loop} is compiled as a unit of its own, a section {@code tile.loop}. */
    record Outline(String loop) implements Step {}

    /**
     * {@code symbol} becomes {@code value}, a constant or an expression over other symbols of the kernel. The symbol stays an argument;
     * whoever runs the kernel checks {@link Schedule#assumptions()} first.
     */
    record Assume(String symbol, Dim value) implements Step {}
}
