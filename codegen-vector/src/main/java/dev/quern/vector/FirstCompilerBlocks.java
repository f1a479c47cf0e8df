package dev.quern.vector;

import org.objectweb.asm.Opcodes;

/**
 * About how many basic blocks, one dominated by the other, HotSpot's first compiler makes of generated code. It walks them by
 * recursion ({@code RangeCheckEliminator::calc_bounds}), on a stack of 1 MiB that some 4,000 fill, and past which the JVM ends without
 * a word: a method of 6,560 bytes with 144 scalar stores into memory segments did. A call costs as many as there are in the methods that
 * the JDK has inlined into it by force, whatever their size: at least 33 for a scalar in a segment, where 60 filled half of the stack;
 * other calls of the Vector API count as 4, which is above what whole methods of them were found to take.
 */
final class FirstCompilerBlocks {
    /** Less than half of what the stack takes. The kernels of the models measured come to 1,100. */
    static final int MOST = 1_500;

    private FirstCompilerBlocks() {}

    static int of(Instruction instruction) {
        return switch (instruction) {
            case Instruction.Invocation call when call.opcode() == Opcodes.INVOKEINTERFACE -> 40;
            case Instruction.Invocation call when call.name().endsWith("MemorySegment") -> 30;
            case Instruction.Invocation call when call.owner().startsWith("jdk/incubator/") -> 4;
            case Instruction.Invocation _ -> 2;
            case Instruction.Operation _ -> 0;
            case Instruction.Push _ -> 0;
            case Instruction.StaticField _ -> 0;
            case Instruction.NewArray _, Instruction.KeptArray _ -> 0;
            case Instruction.Given _ -> 0;
            case Instruction.CellValue _ -> 0;
            case Instruction.SetCell _ -> 0;
        };
    }
}
