package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.BufferAccesses.Access;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a loop as a whole reads and writes of an allocation is in registers while it runs; the allocation moves to memory. */
final class HoldBuffer {
    private final Step.Hold step;
    private final Application application;
    private final Set<String> held = new HashSet<>();

    private HoldBuffer(Step.Hold step, Application application) {
        this.step = step;
        this.application = application;
    }

    static Kernel apply(Step.Hold step, Application application) {
        HoldBuffer hold = new HoldBuffer(step, application);
        Kernel changed = application.atLoops(step.loop(), hold::hold);
        return changed.withBody(hold.inMemory(changed.body()));
    }

    private Stmt hold(Stmt.For loop, ScheduleScope scope) {
        if (loop.kind() != LoopKind.SERIAL) {
            throw application.refusal(loop.variable() + " is bound to " + loop.kind());
        }
        List<Access> accesses = BufferAccesses.of(loop, scope).stream()
                .filter(access -> LoopNames.matches(step.buffer(), access.buffer()))
                .toList();
        List<String> buffers = accesses.stream().map(Access::buffer).distinct().toList();
        if (buffers.size() != 1) {
            throw application.refusal(loop.variable() + " touches " + (buffers.isEmpty() ? "no " : "several ")
                    + step.buffer() + (buffers.isEmpty() ? "" : ": " + String.join(", ", buffers)));
        }
        Buffer source = scope.buffer(buffers.getFirst());
        if (application.kernel().parameters().contains(source)) {
            throw application.refusal(source.name() + " is a parameter; only what the kernel allocates can be held");
        }
        if (Statements.any(
                loop.body(),
                part -> part instanceof Stmt.Section
                        && BufferAccesses.buffers(part).contains(source.name()))) {
            throw application.refusal("a section inside " + loop.variable() + " would share registers that hold "
                    + source.name() + "; outline after holding");
        }
        AccessBox box = AccessBox.of(source, accesses, application);
        if (!box.shape().isConstant()) {
            throw application.refusal(loop.variable() + " touches a part of " + source.name() + " of shape "
                    + box.shape() + "; registers need a constant one");
        }
        requireWithin(source, box, scope);
        application.requireNoGrid(scope, source.name());
        held.add(source.name());
        String name = application.names().take(source.name() + ".h");
        Buffer copy = new Buffer(
                name,
                source.dtype(),
                box.shape(),
                Layout.rowMajor(box.shape()),
                MemorySpace.REGISTER,
                source.storage());
        CopyLoops loops = new CopyLoops(application.names(), LoopNames.base(name));
        Stmt body = Statements.block(
                loops.over(copy.shape(), at -> new Stmt.Store(name, at, load(source, box.outside(at)))),
                box.redirect(loop, source.name(), name),
                loops.over(copy.shape(), at -> new Stmt.Store(source.name(), box.outside(at), load(copy, at))));
        return new Stmt.Allocate(copy, body);
    }

    /** The copies go over the whole box, so that all of it has to be there. */
    private void requireWithin(Buffer source, AccessBox box, ScheduleScope scope) {
        for (int axis = 0; axis < source.shape().rank(); axis++) {
            AccessBox.BoxSide side = box.sides().get(axis);
            Dim beyond = source.shape().dim(axis).minus(side.start()).minus(side.extent());
            if (!scope.nonNegative(side.start()) || !scope.nonNegative(beyond)) {
                throw application.refusal("axis " + axis + " of " + source.name() + " is not known to have "
                        + side.extent() + " elements from " + side.start());
            }
        }
    }

    private static Expr load(Buffer buffer, List<Dim> indices) {
        return new Expr.Load(buffer.name(), indices, buffer.dtype());
    }

    private Stmt inMemory(Stmt statement) {
        Stmt inside = Statements.withParts(statement, this::inMemory);
        return inside instanceof Stmt.Allocate(Buffer buffer, Stmt body) && held.contains(buffer.name())
                ? new Stmt.Allocate(buffer.withSpace(MemorySpace.SHARED), body)
                : inside;
    }
}
