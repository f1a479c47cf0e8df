package dev.quern.vector;

import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Makes sections of loops that use no register buffer from outside, so that each gets a method of its own. */
final class OutlineSections {
    private final Set<String> registers = new HashSet<>();
    private final boolean spilling;
    private final boolean nested;

    private OutlineSections(boolean spilling, boolean nested) {
        this.spilling = spilling;
        this.nested = nested;
    }

    /** The outermost serial loops of each method. */
    static Stmt loops(Stmt body) {
        return new OutlineSections(false, false).rewrite(body, true);
    }

    /** Vector loops too, with what lies in registers across loops in memory, so that every loop can be one. */
    static Stmt spilling(Stmt body) {
        return new OutlineSections(true, false).rewrite(body, true);
    }

    /** As {@link #spilling}, and the loops in these loops. */
    static Stmt nested(Stmt body) {
        return new OutlineSections(true, true).rewrite(body, true);
    }

    /** {@code statement} with its loops as sections; {@code whole} while nothing but it is in the method. */
    private Stmt rewrite(Stmt statement, boolean whole) {
        return switch (statement) {
            case Stmt.Block(List<Stmt> statements) -> {
                List<Stmt> rewritten = new ArrayList<>();
                for (Stmt each : statements) {
                    rewritten.add(rewrite(each, whole && statements.size() == 1));
                }
                yield new Stmt.Block(rewritten);
            }
            case Stmt.For loop
            when isCut(loop) && !whole && !usesRegisters(loop) ->
                new Stmt.Section("loop_" + loop.variable(), nested ? inOwnMethod(loop) : loop);
            case Stmt.For loop
            when loop.kind() != LoopKind.VECTOR && (spilling || loop.kind() != LoopKind.UNROLL) ->
                new Stmt.For(loop.variable(), loop.extent(), loop.kind(), rewrite(loop.body(), whole));
            case Stmt.For loop -> loop;
            case Stmt.Allocate(Buffer buffer, Stmt body) -> {
                if (buffer.space() != MemorySpace.REGISTER) {
                    yield new Stmt.Allocate(buffer, rewrite(body, false));
                }
                if (spilling && Statements.any(body, Stmt.For.class::isInstance)) {
                    yield new Stmt.Allocate(buffer.withSpace(MemorySpace.SHARED), rewrite(body, false));
                }
                registers.add(buffer.name());
                yield new Stmt.Allocate(buffer, rewrite(body, false));
            }
            case Stmt.Guard _, Stmt.Let _ -> Statements.withParts(statement, part -> rewrite(part, false));
            case Stmt.Section(String name, Realisation by, Stmt body) -> new Stmt.Section(name, by, inOwnMethod(body));
            case Stmt.Store _, Stmt.ReduceInto _ -> statement;
        };
    }

    /** What is a section already: no register from outside is used in it. */
    private Stmt inOwnMethod(Stmt body) {
        return new OutlineSections(spilling, nested).rewrite(body, true);
    }

    private boolean isCut(Stmt.For loop) {
        return switch (loop.kind()) {
            case SERIAL -> true;
            case VECTOR, UNROLL -> spilling;
            case PARALLEL, BLOCK, WARP, THREAD, LANE -> false;
        };
    }

    private boolean usesRegisters(Stmt statement) {
        return NamesUsed.of(statement).buffers.stream().anyMatch(registers::contains);
    }
}
