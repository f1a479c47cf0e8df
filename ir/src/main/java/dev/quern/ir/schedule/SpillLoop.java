package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A parallel loop moves into what its body reduces, and stays around the epilogue, which reads the accumulators from memory. */
final class SpillLoop {
    private final Application application;
    private final Stmt.For loop;
    private final Dim bound;

    private SpillLoop(Application application, Stmt.For loop, Dim bound) {
        this.application = application;
        this.loop = loop;
        this.bound = bound;
    }

    static Kernel apply(Step.Spill step, Application application) {
        return application.atLoops(step.loop(), (loop, scope) -> {
            Optional<Epilogue> epilogue = Epilogue.of(loop.body());
            if (epilogue.isEmpty()) {
                return SinkLoop.sunk(application, loop, scope);
            }
            SinkLoop.requireSerial(application, loop);
            application.requireParallel(loop, scope);
            application.requireNoGrid(scope, "accumulators");
            return new SpillLoop(application, loop, SplitLoop.atLeastZero(scope.bound(loop.extent()), scope))
                    .spilled(epilogue.get());
        });
    }

    private Stmt spilled(Epilogue epilogue) {
        String row = application.names().take(LoopNames.base(loop.variable()) + ".e");
        Substitution inRest = Substitution.of(loop.variable(), Dim.symbol(row));
        Set<String> read = BufferAccesses.buffers(epilogue.rest());
        List<Buffer> copies = new ArrayList<>();
        List<Stmt> before = new ArrayList<>(List.of(epilogue.before()));
        for (Buffer buffer : epilogue.allocated()) {
            if (read.contains(buffer.name())) {
                Buffer copy = copy(buffer);
                copies.add(copy);
                before.add(copied(buffer, copy));
                inRest.withName(buffer.name(), copy.name()).withLeading(buffer.name(), Dim.symbol(row));
            }
        }
        Stmt tile = Statements.block(before);
        for (Buffer buffer : epilogue.allocated().reversed()) {
            tile = new Stmt.Allocate(buffer, tile);
        }
        Stmt body = Statements.block(
                SinkLoop.sunk(application, new Stmt.For(loop.variable(), loop.extent(), loop.kind(), tile), bound),
                Statements.serial(row, loop.extent(), inRest.in(epilogue.rest())));
        for (Buffer copy : copies.reversed()) {
            body = new Stmt.Allocate(copy, body);
        }
        return body;
    }

    /** Memory for {@code buffer} of all iterations. */
    private Buffer copy(Buffer buffer) {
        if (buffer.shape().dims().stream().anyMatch(extent -> extent.dependsOn(loop.variable()))) {
            throw application.refusal(
                    "the shape of " + buffer.name() + ", " + buffer.shape() + ", depends on " + loop.variable());
        }
        List<Dim> extents = new ArrayList<>(List.of(bound));
        extents.addAll(buffer.shape().dims());
        Shape shape = new Shape(extents);
        return new Buffer(
                application.names().take(buffer.name() + ".e"),
                buffer.dtype(),
                shape,
                Layout.rowMajor(shape),
                MemorySpace.SHARED,
                buffer.storage());
    }

    /** {@code copy} of an iteration becomes {@code buffer}. */
    private Stmt copied(Buffer buffer, Buffer copy) {
        CopyLoops loops = new CopyLoops(application.names(), LoopNames.base(loop.variable()) + ".e");
        return loops.over(buffer.shape(), inside -> {
            List<Dim> outside = new ArrayList<>(List.of(Dim.symbol(loop.variable())));
            outside.addAll(inside);
            return new Stmt.Store(copy.name(), outside, new Expr.Load(buffer.name(), inside, buffer.dtype()));
        });
    }
}
