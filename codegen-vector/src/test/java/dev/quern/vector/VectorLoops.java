package dev.quern.vector;

import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/** Which vector loops of a kernel do not run as vectors. */
final class VectorLoops {
    private VectorLoops() {}

    /** Variables of vector loops of several iterations that run one by one on vectors of 512 bits. */
    static List<String> serial(Kernel kernel) {
        List<String> serial = new ArrayList<>();
        collect(kernel.body(), Plan.of(kernel, 512, true), serial);
        return serial;
    }

    private static void collect(Stmt statement, Plan plan, List<String> serial) {
        switch (statement) {
            case Stmt.For loop -> {
                if (loop.kind() == LoopKind.VECTOR && !loop.extent().is(1) && plan.vectorLoop(loop) == null) {
                    serial.add(loop.variable());
                }
                collect(loop.body(), plan, serial);
            }
            case Stmt.Block(var statements) -> statements.forEach(each -> collect(each, plan, serial));
            case Stmt.Allocate(var buffer, var body) -> collect(body, plan, serial);
            case Stmt.Guard guard -> {
                collect(guard.then(), plan, serial);
                collect(guard.otherwise(), plan, serial);
            }
            case Stmt.Let let -> collect(let.body(), plan, serial);
            case Stmt.Section section -> collect(section.body(), plan, serial);
            case Stmt.Store store -> {}
            case Stmt.ReduceInto reduce -> {}
        }
    }
}
