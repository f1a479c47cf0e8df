package dev.quern.ir.schedule;

import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/**
 * Moves pure lets that all iterations of a loop begin statements with alike in front of it: the rows that a register tile reads by index are
 * looked up once, not for each of their elements. The loop is one that surely runs, for a value may be in memory that only then exists.
 */
final class HoistLets {
    private final Stmt.For loop;
    private final List<Stmt.Let> found = new ArrayList<>();

    private HoistLets(Stmt.For loop) {
        this.loop = loop;
    }

    static Stmt hoist(Stmt statement) {
        Stmt hoisted = Statements.withParts(statement, HoistLets::hoist);
        return hoisted instanceof Stmt.For loop
                        && loop.kind() == LoopKind.SERIAL
                        && loop.extent().asConstant().orElse(0) > 0
                ? new HoistLets(loop).outside()
                : hoisted;
    }

    private Stmt outside() {
        Stmt body = without(loop.body());
        if (found.isEmpty()) {
            return loop;
        }
        Stmt outside = new Stmt.For(loop.variable(), loop.extent(), loop.kind(), body);
        for (Stmt.Let let : found.reversed()) {
            outside = new Stmt.Let(let.name(), let.value(), outside);
        }
        return outside;
    }

    private Stmt without(Stmt statement) {
        if (statement instanceof Stmt.Let let
                && !Expressions.mentions(let.value(), loop.variable())
                && Statements.isPure(let, loop.body())) {
            found.add(let);
            return without(let.body());
        }
        return statement instanceof Stmt.Block ? Statements.withParts(statement, this::without) : statement;
    }
}
