package dev.quern.ir.backend;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.Layout;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.ProductNest;
import dev.quern.ir.kernel.Stmt;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a {@link MatrixInstruction} takes:
 *
 * <ol>
 *   <li>Loops over its rows, columns and terms, run in order or unrolled.
 *   <li>A sum of f32 in registers, laid as the instruction holds it, from an element on that no loop of the product changes.
 *   <li>Operands of its type in shared memory, of which eight neighbours, along the terms or along their rows or columns, begin at multiples of
 *       eight elements and lie together.
 * </ol>
 *
 * <p>Schedules, the verifier and back ends ask this one rule, so that none makes what another does not take.
 */
public final class MatrixRule {
    /** Elements of 16 bits that are read at once, and what addresses of the first are multiples of. */
    private static final long RUN = 8;

    private final MatrixInstruction instruction;
    private final ProductNest nest;
    private final Function<String, Buffer> buffers;
    private final DimRanges ranges;

    private MatrixRule(
            MatrixInstruction instruction, ProductNest nest, Function<String, Buffer> buffers, DimRanges around) {
        this.instruction = instruction;
        this.nest = nest;
        this.buffers = buffers;
        DimRanges inside = around;
        for (Stmt.For loop : List.of(nest.terms(), nest.rows(), nest.columns())) {
            inside = inside.with(loop.variable(), loop.extent());
        }
        this.ranges = inside;
    }

    /**
     * Why {@code instruction} does not do {@code nest}; empty if it does.
     *
     * @param buffers the buffer of each name
     * @param around what is known of symbols and of the variables of loops around
     */
    public static Optional<String> fault(
            MatrixInstruction instruction, ProductNest nest, Function<String, Buffer> buffers, DimRanges around) {
        MatrixRule rule = new MatrixRule(instruction, nest, buffers, around);
        return Stream.of(
                        rule.extent(nest.terms(), instruction.terms()),
                        rule.extent(nest.rows(), instruction.rows()),
                        rule.extent(nest.columns(), instruction.columns()),
                        rule.sum(),
                        rule.operand(nest.left(), nest.rows().variable()),
                        rule.operand(nest.right(), nest.columns().variable()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<String> extent(Stmt.For loop, int extent) {
        boolean inOrder = loop.kind() == LoopKind.SERIAL || loop.kind() == LoopKind.UNROLL;
        return loop.extent().is(extent) && inOrder
                ? Optional.empty()
                : Optional.of("loop " + loop.variable() + " of extent " + loop.extent() + ", bound to " + loop.kind()
                        + "; " + instruction.name() + " takes a serial one of " + extent);
    }

    private Optional<String> sum() {
        Stmt.Element target = nest.reduce().targets().getFirst();
        Buffer sum = buffers.apply(target.buffer());
        if (sum.space() != MemorySpace.REGISTER || sum.dtype() != DType.F32) {
            return Optional.of(sum.name() + " is " + sum.dtype() + " in " + sum.space() + " memory; "
                    + instruction.name() + " adds to f32 in registers");
        }
        Dim address = address(sum, target.indices());
        Dim first = address.substitute(
                Map.of(nest.rows().variable(), Dim.ZERO, nest.columns().variable(), Dim.ZERO));
        Dim held = instruction
                .sum()
                .address(List.of(
                        Dim.symbol(nest.rows().variable()),
                        Dim.symbol(nest.columns().variable())));
        boolean isHeld = sum.layout().swizzle().isEmpty()
                && ranges.simplify(address.minus(first)).equals(ranges.simplify(held));
        return isHeld
                ? Optional.empty()
                : Optional.of(sum.name() + " is laid " + sum.layout() + ", which is not how " + instruction.name()
                        + " holds its sum: " + instruction.sum());
    }

    private Optional<String> operand(Expr.Load load, String own) {
        Buffer operand = buffers.apply(load.buffer());
        if (operand.space() != MemorySpace.SHARED || operand.dtype() != instruction.operands()) {
            return Optional.of(operand.name() + " is " + operand.dtype() + " in " + operand.space() + " memory; "
                    + instruction.name() + " multiplies " + instruction.operands() + " in shared memory");
        }
        String term = nest.terms().variable();
        Dim address = address(operand, load.indices());
        Optional<Long> along = factor(address, own);
        Optional<Long> terms = factor(address, term);
        Dim first = ranges.simplify(address.substitute(Map.of(own, Dim.ZERO, term, Dim.ZERO)));
        boolean isRun = along.isPresent()
                && terms.isPresent()
                && (terms.get() == 1 && along.get() % RUN == 0 || along.get() == 1 && terms.get() % RUN == 0);
        boolean isExchanged = operand.layout()
                .swizzle()
                .map(Layout.Swizzle::base)
                .map(base -> 1L << base < RUN)
                .orElse(false);
        boolean begins = first.terms().stream().allMatch(each -> each.coefficient() % RUN == 0);
        return isRun && !isExchanged && begins
                ? Optional.empty()
                : Optional.of("the elements of " + operand.name() + " lie at " + address + "; " + instruction.name()
                        + " reads " + RUN + " neighbours at once, at multiples of " + RUN);
    }

    private Dim address(Buffer buffer, List<Dim> indices) {
        return ranges.simplify(
                buffer.layout().address(indices.stream().map(ranges::expand).toList()));
    }

    /** What an address grows by from one iteration of a loop to the next; empty if that is not the same constant for all. */
    private static Optional<Long> factor(Dim address, String variable) {
        return address.coefficient(variable).filter(Dim::isConstant).map(Dim::constant);
    }
}
