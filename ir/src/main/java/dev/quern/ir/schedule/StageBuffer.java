package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.BufferAccesses.Access;
import java.util.ArrayList;
import java.util.List;

/**
 * What an iteration of a loop reads of a buffer is copied first, and read from the copy. The copy is a box: per axis, from a
 * start that does not vary within the iteration as far as the inner loops reach.
 */
final class StageBuffer {
    private final Step.Stage step;
    private final Application application;

    private StageBuffer(Step.Stage step, Application application) {
        this.step = step;
        this.application = application;
    }

    static Kernel apply(Step.Stage step, Application application) {
        return application.atLoops(step.loop(), new StageBuffer(step, application)::stage);
    }

    private Stmt stage(Stmt.For loop, ScheduleScope scope) {
        if (loop.kind() != LoopKind.SERIAL && loop.kind() != LoopKind.PARALLEL) {
            throw application.refusal(loop.variable() + " is bound to " + loop.kind());
        }
        ScheduleScope inside = scope.inside(loop);
        List<Access> reads = BufferAccesses.of(loop.body(), inside).stream()
                .filter(access -> access.buffer().equals(step.buffer()))
                .toList();
        if (reads.isEmpty()) {
            throw application.refusal("the body of " + loop.variable() + " does not read " + step.buffer());
        }
        for (Access access : reads) {
            if (access.kind() != BufferAccesses.AccessKind.READ) {
                throw application.refusal("the body of " + loop.variable() + " " + access);
            }
        }
        Buffer source = inside.buffer(step.buffer());
        AccessBox box = AccessBox.of(source, reads, application);
        Shape shape = box.shape();
        if (step.space() == MemorySpace.REGISTER && !shape.isConstant()) {
            throw application.refusal("the copy has shape " + shape + "; registers need a constant one");
        }
        String name = application.names().take(source.name() + ".s");
        Buffer copy = new Buffer(name, source.dtype(), shape, Layout.rowMajor(shape), step.space(), source.storage());
        Stmt body = Statements.block(fill(source, copy, box), box.redirect(loop.body(), source.name(), name));
        return new Stmt.For(loop.variable(), loop.extent(), loop.kind(), new Stmt.Allocate(copy, body));
    }

    private Stmt fill(Buffer source, Buffer copy, AccessBox box) {
        List<String> variables = new ArrayList<>();
        List<Dim> to = new ArrayList<>();
        for (int axis = 0; axis < copy.shape().rank(); axis++) {
            String variable = application.names().take(copy.name() + axis);
            variables.add(variable);
            to.add(Dim.symbol(variable));
        }
        List<Dim> from = box.outside(to);
        List<Dim> inside = new ArrayList<>();
        for (int axis = 0; axis < from.size(); axis++) {
            inside.add(from.get(axis));
            inside.add(source.shape().dim(axis).minus(1).minus(from.get(axis)));
        }
        Stmt result = new Stmt.Guard(
                inside,
                new Stmt.Store(copy.name(), to, new Expr.Load(source.name(), from, source.dtype())),
                Stmt.NOTHING);
        for (int axis = copy.shape().rank() - 1; axis >= 0; axis--) {
            result = Statements.serial(variables.get(axis), copy.shape().dim(axis), result);
        }
        return result;
    }
}
