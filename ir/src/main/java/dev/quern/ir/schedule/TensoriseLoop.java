package dev.quern.ir.schedule;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.backend.MatrixInstruction;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.ProductNest;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Stmt;
import java.util.List;
import java.util.Map;

/**
 * A product of two tiles becomes a matrix instruction: of tiles in shared memory, whose rows of eight elements lie where the device can
 * read them at once, added to registers that are laid as the instruction holds its sum.
 */
final class TensoriseLoop {
    /** Elements of 16 bits that are read at once, and what addresses of the first are multiples of. */
    private static final long RUN = 8;

    private final Step.Tensorise step;
    private final Application application;
    private final MatrixInstruction instruction;

    private TensoriseLoop(Step.Tensorise step, Application application, MatrixInstruction instruction) {
        this.step = step;
        this.application = application;
        this.instruction = instruction;
    }

    static Kernel apply(Step.Tensorise step, Application application) {
        List<MatrixInstruction> known =
                application.target() instanceof Target.Grid grid ? grid.instructions() : List.of();
        MatrixInstruction instruction = known.stream()
                .filter(each -> each.name().equals(step.intrinsic()))
                .findFirst()
                .orElseThrow(() ->
                        application.refusal("target " + application.target().name() + " has no intrinsic "
                                + step.intrinsic() + "; it has "
                                + known.stream().map(MatrixInstruction::name).toList()));
        return application.atLoops(step.loop(), new TensoriseLoop(step, application, instruction)::tensorise);
    }

    private Stmt tensorise(Stmt.For loop, ScheduleScope scope) {
        ProductNest nest = ProductNest.of(loop)
                .orElseThrow(
                        () -> application.refusal(
                                loop.variable()
                                        + " is not a loop over terms around loops over rows and columns of a fused product of two elements"));
        requireExtent(nest.terms(), instruction.terms());
        requireExtent(nest.rows(), instruction.rows());
        requireExtent(nest.columns(), instruction.columns());
        ScheduleScope inside = scope.inside(nest.terms()).inside(nest.rows()).inside(nest.columns());
        requireSum(nest, inside);
        requireOperand(nest.left(), nest.rows().variable(), nest.terms().variable(), inside);
        requireOperand(nest.right(), nest.columns().variable(), nest.terms().variable(), inside);
        Stmt columns = unrolled(nest.columns(), nest.reduce());
        Stmt body = unrolled(nest.terms(), unrolled(nest.rows(), columns));
        String name = application.names().take("tile." + loop.variable());
        return new Stmt.Section(name, new Realisation.ByMatrixInstruction(step.intrinsic()), body);
    }

    private static Stmt unrolled(Stmt.For loop, Stmt body) {
        return new Stmt.For(loop.variable(), loop.extent(), LoopKind.UNROLL, body);
    }

    private void requireExtent(Stmt.For loop, int extent) {
        if (!loop.extent().is(extent) || loop.kind() != LoopKind.SERIAL) {
            throw application.refusal("loop " + loop.variable() + " of extent " + loop.extent() + ", bound to "
                    + loop.kind() + "; " + instruction.name() + " takes a serial one of " + extent);
        }
    }

    private void requireSum(ProductNest nest, ScheduleScope scope) {
        Stmt.Element target = nest.reduce().targets().getFirst();
        Buffer sum = scope.buffer(target.buffer());
        if (sum.space() != MemorySpace.REGISTER || sum.dtype() != DType.F32) {
            throw application.refusal(sum.name() + " is " + sum.dtype() + " in " + sum.space() + " memory; "
                    + instruction.name() + " adds to f32 in registers");
        }
        Dim address = sum.layout().address(target.indices());
        Dim first = address.substitute(
                Map.of(nest.rows().variable(), Dim.ZERO, nest.columns().variable(), Dim.ZERO));
        Dim held = instruction
                .sum()
                .address(List.of(
                        Dim.symbol(nest.rows().variable()),
                        Dim.symbol(nest.columns().variable())));
        if (!scope.simplify(address.minus(first)).equals(scope.simplify(held))) {
            throw application.refusal(sum.name() + " is laid " + sum.layout() + ", which is not how "
                    + instruction.name() + " holds its sum: " + instruction.sum());
        }
    }

    private void requireOperand(Expr.Load load, String own, String term, ScheduleScope scope) {
        Buffer operand = scope.buffer(load.buffer());
        if (operand.space() != MemorySpace.SHARED || operand.dtype() != instruction.operands()) {
            throw application.refusal(operand.name() + " is " + operand.dtype() + " in " + operand.space() + " memory; "
                    + instruction.name() + " multiplies " + instruction.operands() + " in shared memory");
        }
        Dim address = scope.simplify(operand.layout().address(load.indices()));
        long along = coefficient(address, own);
        long terms = coefficient(address, term);
        Dim first = scope.simplify(address.substitute(Map.of(own, Dim.ZERO, term, Dim.ZERO)));
        boolean rows = terms == 1 && along % RUN == 0 || along == 1 && terms % RUN == 0;
        boolean swizzled = operand.layout()
                .swizzle()
                .map(Layout.Swizzle::base)
                .map(base -> 1L << base < RUN)
                .orElse(false);
        if (!rows || swizzled || first.terms().stream().anyMatch(each -> each.coefficient() % RUN != 0)) {
            throw application.refusal("the elements of " + operand.name() + " lie at " + address + "; "
                    + instruction.name() + " reads " + RUN + " neighbours at once, at multiples of " + RUN);
        }
    }

    private static long coefficient(Dim address, String variable) {
        return address.coefficient(variable)
                .filter(Dim::isConstant)
                .map(Dim::constant)
                .orElse(0L);
    }
}
