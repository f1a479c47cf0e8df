package dev.quern.ir.verify;

import dev.quern.ir.Dim;
import dev.quern.ir.NameText;
import dev.quern.ir.Shape;
import dev.quern.ir.backend.MatrixInstruction;
import dev.quern.ir.backend.MatrixRule;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.PipelinedLoop;
import dev.quern.ir.kernel.ProductNest;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Roles;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks that a kernel obeys these rules:
 *
 * <ol>
 *   <li>Symbols, parameters, loops, allocations and bound integers have names that nothing else of the kernel has.
 *   <li>Every name that an index, extent, condition, shape or layout uses is a symbol of the kernel, the variable of an
 *       enclosing loop or bound by an enclosing {@code let}; shapes and layouts of parameters use symbols only.
 *   <li>Every buffer that is read or written is a parameter or allocated around the place.
 *   <li>An element is named by as many indices as its buffer has axes.
 *   <li>Only results and allocations are written.
 *   <li>Parameters are in global memory, allocations are not; register buffers have constant shapes and layouts.
 *   <li>A load has its buffer's type; what is stored or joined to an element has its buffer's type.
 *   <li>The operands of an expression have types that its function takes; conditions are booleans; a bound integer is an
 *       integer; a bitcast keeps the width.
 *   <li>The parts and inputs of a reduction have the types that it says, and its rules obey the rules of expressions; a wide target is over
 *       all variables of the reduction, and what a narrow one becomes is over none ({@link ReductionRules}). One name is one reduction.
 *   <li>A {@link LoopKind#PARALLEL} loop is the whole body of the kernel.
 *   <li>Extents of {@link LoopKind#VECTOR}, {@link LoopKind#UNROLL}, {@link LoopKind#THREAD}, {@link LoopKind#WARP} and {@link LoopKind#LANE} loops are constant.
 *   <li>Loops of a grid stand as {@link GridRules} says.
 *   <li>What {@link Stmt.ReduceInto} joins across the lanes of a vector loop are not joined in a loop inside it.
 *   <li>The body of a section is what its {@link Realisation} takes: a {@link ProductNest} that obeys {@link MatrixRule}, or a {@link PipelinedLoop}.
 *   <li>Roles are those of loops, and what may be laid anew is an operand.
 *   <li>No index is surely outside its buffer: proved for all iterations, or, outside conditions, for the first or last.
 * </ol>
 *
 * <p>A breach is an {@link InvalidIrException}.
 */
public final class KernelVerifier {
    private final Set<String> names = new HashSet<>();
    private final Set<String> readOnly = new HashSet<>();
    private final ExpressionRules expressions = new ExpressionRules();
    private final ReductionRules reductions = new ReductionRules(expressions);

    private KernelVerifier() {}

    /** Checks {@code kernel}. */
    public static void verify(Kernel kernel) {
        verify(kernel, Map.of());
    }

    /**
     * Checks {@code kernel}, which is run only where symbols have the values that {@code fixed} gives; others than the kernel's own do not
     * matter.
     */
    public static void verify(Kernel kernel, Map<String, Dim> fixed) {
        new KernelVerifier().check(kernel, fixed);
    }

    private void check(Kernel kernel, Map<String, Dim> fixed) {
        KernelScope scope = new KernelScope("kernel " + NameText.of(kernel.name()), fixed);
        for (String symbol : kernel.symbols()) {
            claim(symbol, scope);
            scope = scope.withSymbol(symbol);
        }
        KernelScope inner = scope;
        int inputs = kernel.parameters().size() - kernel.results();
        for (int index = 0; index < kernel.parameters().size(); index++) {
            Buffer parameter = kernel.parameters().get(index);
            KernelScope at = scope.at("parameter " + NameText.of(parameter.name()));
            claim(parameter.name(), at);
            at.require(parameter.space() == MemorySpace.GLOBAL, "memory", MemorySpace.GLOBAL, parameter.space());
            checkBuffer(parameter, at);
            inner = inner.with(parameter);
            if (index < inputs) {
                readOnly.add(parameter.name());
            }
        }
        checkRoles(kernel, scope);
        GridRules.check(kernel.body(), inner);
        if (kernel.body() instanceof Stmt.For loop && loop.kind() == LoopKind.PARALLEL) {
            checkLoop(loop, inner);
        } else {
            check(kernel.body(), inner);
        }
    }

    private void checkRoles(Kernel kernel, KernelScope scope) {
        if (kernel.roles().equals(Roles.NONE)) {
            return;
        }
        Set<String> loops = new HashSet<>();
        kernel.body().walk(part -> {
            if (part instanceof Stmt.For loop) {
                loops.add(loop.variable());
            }
        });
        for (String loop : kernel.roles().axes().keySet()) {
            scope.require(loops.contains(loop), "axis", "a loop of the kernel", NameText.of(loop));
        }
        kernel.roles()
                .relaid()
                .ifPresent(operand ->
                        scope.require(readOnly.contains(operand), "relays", "an operand", NameText.of(operand)));
    }

    private void claim(String name, KernelScope scope) {
        scope.require(names.add(name), "name", "one that nothing else has", NameText.of(name));
    }

    private static void checkBuffer(Buffer buffer, KernelScope scope) {
        buffer.shape().dims().forEach(scope::checkNames);
        buffer.layout()
                .axes()
                .forEach(modes -> modes.forEach(mode -> {
                    scope.checkNames(mode.extent());
                    scope.checkNames(mode.stride());
                }));
        if (buffer.space() == MemorySpace.REGISTER) {
            Shape shape = buffer.shape();
            scope.require(shape.isConstant(), "shape in registers", "constant extents", shape);
            boolean constant = buffer.layout().axes().stream()
                    .flatMap(List::stream)
                    .allMatch(
                            mode -> mode.extent().isConstant() && mode.stride().isConstant());
            scope.require(
                    constant,
                    "layout in registers",
                    "constant strides",
                    buffer.layout().axes());
        }
    }

    private void check(Stmt statement, KernelScope scope) {
        switch (statement) {
            case Stmt.Block(List<Stmt> statements) -> statements.forEach(each -> check(each, scope));
            case Stmt.For loop -> {
                scope.at("for " + NameText.of(loop.variable()))
                        .require(
                                loop.kind() != LoopKind.PARALLEL,
                                "parallel loop",
                                "it to be the whole body",
                                "it inside other statements");
                checkLoop(loop, scope);
            }
            case Stmt.Store(String buffer, List<Dim> indices, Expr value) ->
                checkWrite(buffer, indices, value, scope.at("store to " + NameText.of(buffer)));
            case Stmt.ReduceInto reduce -> checkReduce(reduce, scope);
            case Stmt.Allocate(Buffer buffer, Stmt body) -> {
                KernelScope at = scope.at("alloc " + NameText.of(buffer.name()));
                claim(buffer.name(), at);
                at.require(
                        buffer.space() != MemorySpace.GLOBAL, "memory", "registers or shared memory", buffer.space());
                checkBuffer(buffer, at);
                check(body, at.with(buffer));
            }
            case Stmt.Guard(List<Dim> nonNegative, Stmt then, Stmt otherwise) -> {
                KernelScope at = scope.at("if");
                nonNegative.forEach(at::checkNames);
                check(then, at.where(nonNegative));
                check(otherwise, at.otherwise(nonNegative));
            }
            case Stmt.Let let -> {
                String name = let.name();
                Expr value = let.value();
                KernelScope at = scope.at("let " + NameText.of(name));
                expressions.check(value, at);
                at.require(value.dtype().isInteger(), "bound value", "an integer", value.dtype());
                claim(name, at);
                check(
                        let.body(),
                        IndexNames.named(let)
                                .map(index -> at.withNamed(name, index))
                                .orElseGet(() -> at.withBound(name)));
            }
            case Stmt.Section section -> {
                KernelScope at = scope.at("section " + NameText.of(section.name()));
                checkRealisation(section, at);
                check(section.body(), at);
            }
        }
    }

    private static void checkRealisation(Stmt.Section section, KernelScope scope) {
        Stmt body = IndexNames.inline(section.body());
        switch (section.by()) {
            case Realisation.OwnUnit() -> {}
            case Realisation.ByMatrixInstruction(String name) -> checkProduct(name, body, scope);
            case Realisation.CopyPipeline(int stages) -> {
                int most = Realisation.CopyPipeline.MOST_STAGES;
                scope.require(stages > 1 && stages <= most, "stages of a pipeline", "2 to " + most, stages);
                scope.require(
                        body instanceof Stmt.For loop
                                && loop.kind() == LoopKind.SERIAL
                                && PipelinedLoop.of(loop).isPresent(),
                        "body of a pipeline",
                        "a serial loop over copies into shared memory of its own, each element once, and what follows them",
                        "another statement");
            }
        }
    }

    private static void checkProduct(String name, Stmt body, KernelScope scope) {
        Optional<ProductNest> nest = ProductNest.of(body);
        scope.require(
                nest.isPresent(),
                "body of a matrix product",
                "loops over terms, rows and columns around a fused product",
                "other statements");
        Optional<MatrixInstruction> instruction = MatrixInstruction.named(name);
        scope.require(
                instruction.isPresent(),
                "matrix instruction",
                "one of "
                        + MatrixInstruction.ALL.stream()
                                .map(MatrixInstruction::name)
                                .collect(Collectors.joining(", ")),
                NameText.of(name));
        Optional<String> fault = MatrixRule.fault(instruction.get(), nest.get(), scope::buffer, scope.ranges());
        scope.require(fault.isEmpty(), "matrix product", "what " + name + " takes", fault.orElse(""));
    }

    private void checkLoop(Stmt.For loop, KernelScope scope) {
        KernelScope at = scope.at("for " + NameText.of(loop.variable()));
        at.checkNames(loop.extent());
        at.require(
                hasAnyExtent(loop.kind()) || loop.extent().isConstant(),
                "extent of a " + loop.kind() + " loop",
                "a constant",
                loop.extent());
        claim(loop.variable(), at);
        if (loop.kind() == LoopKind.VECTOR) {
            LaneRules.check(loop, at);
        }
        check(loop.body(), at.withLoop(loop.variable(), loop.extent()));
    }

    private static boolean hasAnyExtent(LoopKind kind) {
        return switch (kind) {
            case SERIAL, PARALLEL, BLOCK -> true;
            case VECTOR, UNROLL, WARP, THREAD, LANE -> false;
        };
    }

    private void checkWrite(String name, List<Dim> indices, Expr value, KernelScope scope) {
        expressions.check(value, scope);
        Buffer buffer = checkTarget(name, indices, scope);
        scope.require(value.dtype() == buffer.dtype(), "type of the value", buffer.dtype(), value.dtype());
    }

    private Buffer checkTarget(String name, List<Dim> indices, KernelScope scope) {
        Buffer buffer = scope.element(name, indices);
        scope.require(
                !readOnly.contains(name), "target", "a result or an allocation", "the input " + NameText.of(name));
        return buffer;
    }

    private void checkReduce(Stmt.ReduceInto reduce, KernelScope scope) {
        String into = reduce.targets().stream()
                .map(target -> NameText.of(target.buffer()))
                .collect(Collectors.joining(", "));
        KernelScope at = scope.at("reduction into " + into);
        for (Stmt.TargetAxis along : reduce.along()) {
            at.checkNames(along.extent());
            claim(along.variable(), at);
        }
        KernelScope inside = at;
        for (Stmt.TargetAxis along : reduce.along()) {
            inside = inside.withLoop(along.variable(), along.extent());
        }
        for (Expr input : reduce.inputs()) {
            expressions.check(input, inside);
        }
        List<Buffer> targets = new ArrayList<>();
        for (Stmt.Element target : reduce.targets()) {
            targets.add(checkTarget(target.buffer(), target.indices(), inside));
        }
        reductions.check(reduce, targets, inside);
    }
}
