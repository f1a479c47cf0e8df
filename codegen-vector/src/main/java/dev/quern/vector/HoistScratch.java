package dev.quern.vector;

import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Moves scratch memory of a thread out of its loops, so that a part of the parallel loop makes it once: an array is zeroed when it is made,
 * and comes from memory that no cache has.
 */
final class HoistScratch {
    /** HotSpot keeps arrays of up to so many elements in registers, where they are made and used in one method. */
    private static final long SMALL = 64;

    private final Map<String, Buffer> hoisted = new LinkedHashMap<>();

    private HoistScratch() {}

    /** {@code kernel} with its scratch memory made outermost, within the parallel loop if there is one. */
    static Kernel apply(Kernel kernel) {
        HoistScratch hoist = new HoistScratch();
        Stmt.For parallel = ClassBuilder.parallelLoop(kernel);
        Stmt body = hoist.rewrite(parallel == null ? kernel.body() : parallel.body());
        if (hoist.hoisted.isEmpty()) {
            return kernel;
        }
        for (Buffer buffer : hoist.hoisted.values()) {
            body = new Stmt.Allocate(buffer, body);
        }
        return kernel.withBody(
                parallel == null ? body : new Stmt.For(parallel.variable(), parallel.extent(), parallel.kind(), body));
    }

    private Stmt rewrite(Stmt statement) {
        return switch (statement) {
            case Stmt.Allocate(Buffer buffer, Stmt body) when isHoisted(buffer) -> rewrite(body);
            case Stmt.For loop when loop.kind() == LoopKind.VECTOR -> loop;
            case Stmt.Store _, Stmt.ReduceInto _ -> statement;
            default -> Statements.withParts(statement, this::rewrite);
        };
    }

    private boolean isHoisted(Buffer buffer) {
        return isLarge(buffer)
                && hoisted.computeIfAbsent(buffer.name(), name -> buffer).equals(buffer);
    }

    /** Whether {@code buffer} is scratch memory of a constant size that is worth keeping. */
    static boolean isLarge(Buffer buffer) {
        OptionalLong span = buffer.layout().span().asConstant();
        return buffer.space() == MemorySpace.SHARED && span.isPresent() && span.getAsLong() > SMALL;
    }
}
