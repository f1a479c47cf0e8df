package dev.quern.passes.program;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import java.util.Map;

/**
 * Where each value of a program lives. There is one arena per storage type; a run takes one of each.
 *
 * <p>The rules, each with what it keeps true. {@link MemoryPlanVerifier} checks them after every planning where assertions are on:
 * <ol>
 *   <li><b>Parts.</b> A value within another lies inside it: its elements are the other's, so writing either writes both. Memory is
 *       that of the outermost value; all that follows is said of it. A part may lie there strided, as a box of the other's elements, or
 *       every so many of them along an axis; what overlaps what is then said of its elements, not of the range they span. <i>Two values overlap only if one holds the other, or both
 *       lie in a third, or one is dead.</i>
 *   <li><b>As laid.</b> A kernel takes an argument by the layout that the plan gives the value, under this shape or another of as many
 *       elements. All others (the host, control flow, index checks, the caller) take memory without gaps, so that what they touch does not
 *       lie strided. <i>What a step reads and writes are the value's elements.</i>
 *   <li><b>Lifetimes.</b> Memory is a value's from the first step that writes the value or a part of it to the last that reads
 *       any of them. Between the two, nothing else is written there; nor is a part written over, as a whole, while a reader of the part is
 *       left. <i>What a step reads is what was written last, as the value that it reads.</i>
 *   <li><b>Apart.</b> What a step writes overlaps none of its operands, parts included, except
 *   <li><b>in place:</b> an operand that lies exactly where the only result does, of which the kernel reads each element only
 *       in the iteration that writes its address, before it writes it ({@link ProgramStep.RunKernel#inPlace}). Every operand in
 *       that memory must be such a one: a step that works in {@code x} must not read a part of {@code x} elsewhere. A step that only copies
 *       has then nothing to do. <i>No iteration reads what another has overwritten, in whichever order, on however many threads.</i>
 *   <li><b>Written over.</b> What an {@link dev.quern.ir.graph.Op.Overwriting} operation writes over lies in its result, computed there or
 *       copied there, before the operation writes. It is a part of the result only if nothing else reads it. <i>Elements
 *       that are not written are the operand's, and the operand's other readers find it as it was.</i>
 *   <li><b>The caller's.</b> Inputs and constants are never written, but where an output inherits an input's memory: one only, in place,
 *       in the last step that reads the input, and no output is a part of the input. Memory handed back is no input's, no constant's and
 *       no other output's: an output that lies in such memory is copied by the runtime. <i>A caller's tensor changes only if it was given
 *       away, and no two of a caller's tensors share memory.</i>
 *   <li><b>In time.</b> Sizes that the place of a step's argument depends on are known when the step begins. <i>A place is a number when
 *       it is used.</i>
 * </ol>
 *
 * @param places by value name
 * @param arenaElements size of each arena in elements, over the symbols of the program's inputs
 */
public record MemoryPlan(Map<String, Place> places, Map<DType, Dim> arenaElements) {
    public MemoryPlan {
        places = Map.copyOf(places);
        arenaElements = Map.copyOf(arenaElements);
    }

    /** Where one value lives. */
    public sealed interface Place {}

    /** Given by the caller. */
    public record InputPlace() implements Place {}

    /** Held by the program. */
    public record ConstantPlace() implements Place {}

    /** Allocated for the caller when the run starts, or when its size is known. */
    public record ResultPlace() implements Place {}

    /** In the memory of input {@code input} where that is the run's own, as the caller gives it away; else as {@link ResultPlace}. */
    public record Inherits(String input) implements Place {}

    /** At {@code offset} of the arena of its element type, in elements. */
    public record Slot(Dim offset) implements Place {}

    /**
     * Inside another value of the same element type.
     *
     * @param offset where the first element lies, counted from the other value's first, in elements of the memory that both are in
     * @param layout where the elements lie from the first one, in that memory
     */
    public record Within(String value, Dim offset, Layout layout) implements Place {}

    /** Allocated when its step runs, because its size depends on values computed before. */
    public record Late() implements Place {}
}
