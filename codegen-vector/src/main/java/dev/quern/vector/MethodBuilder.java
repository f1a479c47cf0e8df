package dev.quern.vector;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.objectweb.asm.Opcodes;

/** Statements to the items of one method. */
final class MethodBuilder {
    private static final int MOST_NODES = 60_000;

    /** Where a part of the parallel loop begins and ends; no kernel has such names. */
    private static final String FROM = "(from)";

    private static final String TO = "(to)";

    private final ClassBuilder owner;
    private final Plan plan;
    private final MethodDraft draft;
    private final IndexScope scope = new IndexScope();
    private final IndexExpressions indices;
    private final BufferCode memory;
    private final ScalarExpressions scalars;
    private final VectorCode code;
    private LaneContext lanes;

    MethodBuilder(ClassBuilder owner, Plan plan, MethodDraft draft) {
        this.owner = owner;
        this.plan = plan;
        this.draft = draft;
        this.indices = new IndexExpressions(draft, scope);
        this.memory = new BufferCode(draft, indices, plan.addresses);
        this.scalars = new ScalarExpressions(draft, indices, memory);
        this.code = new VectorCode(draft);
    }

    /** Declares a parameter that {@code name} in indices stands for. */
    void declareIndex(String name, JvmType type) {
        scope.bind(name, new IndexScope.Binding.Variable(draft.parameter(name, type)));
    }

    /** Lets {@code name} in indices stand for a number. */
    void declareConstant(String name, long value) {
        scope.bind(name, new IndexScope.Binding.KnownNumber(value));
    }

    /** Declares the parameters that hold {@code buffer}; {@code offset} says whether it may start past the beginning. */
    void declareBuffer(Buffer buffer, boolean inSegment, boolean offset) {
        if (inSegment) {
            CodeNode segment = draft.parameter(buffer.name(), JvmType.SEGMENT);
            memory.add(new BufferPlace.InSegment(buffer, segment, draft.parameter(buffer.name(), JvmType.LONG)));
        } else {
            CodeNode array = draft.parameter(buffer.name(), JvmType.array(buffer.dtype()));
            memory.add(new BufferPlace.InArray(
                    buffer, array, offset ? draft.parameter(buffer.name(), JvmType.INT) : null));
        }
    }

    /** Builds a kernel's body. What it begins by allocating is taken from the pool of scratch arrays. */
    void whole(Stmt statement) {
        List<Buffer> scratch = new ArrayList<>();
        List<CodeNode> kept = new ArrayList<>();
        Stmt body = withoutScratch(statement, scratch);
        allocate(scratch, kept, () -> build(body));
        kept.forEach(draft::giveBack);
    }

    /** What is inside the allocations of scratch memory around it, which are added to {@code scratch}. */
    private static Stmt withoutScratch(Stmt statement, List<Buffer> scratch) {
        Stmt body = statement;
        while (body instanceof Stmt.Allocate(Buffer buffer, Stmt inner) && HoistScratch.isLarge(buffer)) {
            scratch.add(buffer);
            body = inner;
        }
        return body;
    }

    /**
     * Builds iterations {@code [from, to)} of a parallel loop, whose parameters come last. What its body begins by allocating is made once, or
     * taken from the pool of scratch arrays.
     */
    void parallel(Stmt.For loop) {
        CodeNode from = draft.parameter("from", JvmType.INT);
        CodeNode to = draft.parameter("to", JvmType.INT);
        List<Buffer> scratch = new ArrayList<>();
        List<CodeNode> kept = new ArrayList<>();
        Stmt body = withoutScratch(loop.body(), scratch);
        Stmt.For bare = new Stmt.For(loop.variable(), loop.extent(), loop.kind(), body);
        if (scratch.isEmpty()) {
            loop(bare, from, to);
            return;
        }
        scope.with(
                FROM,
                new IndexScope.Binding.Variable(from),
                () -> scope.with(TO, new IndexScope.Binding.Variable(to), () -> {
                    Dim last = Dim.symbol(TO).minus(Dim.symbol(FROM)).minus(1);
                    branch(List.of(last), () -> allocate(scratch, kept, () -> loop(bare, from, to)), () -> {});
                    kept.forEach(draft::giveBack);
                }));
    }

    /** @param kept gains the arrays that are to be given back */
    private void allocate(List<Buffer> scratch, List<CodeNode> kept, Runnable body) {
        if (scratch.isEmpty()) {
            body.run();
            return;
        }
        Buffer last = scratch.getLast();
        List<Buffer> others = scratch.subList(0, scratch.size() - 1);
        if (last.dtype() == DType.F32) {
            CodeNode length = draft.push(Math.toIntExact(last.layout().span().constant()));
            CodeNode array = draft.keptArray(JvmType.array(last.dtype()), length);
            kept.add(array);
            memory.with(new BufferPlace.InArray(last, array, null), () -> allocate(others, kept, body));
        } else {
            allocate(last, () -> allocate(others, kept, body));
        }
    }

    void build(Stmt statement) {
        if (draft.size() > MOST_NODES) {
            throw new TooLarge(draft.name);
        }
        switch (statement) {
            case Stmt.Block(List<Stmt> statements) -> statements.forEach(this::build);
            case Stmt.For loop -> build(loop);
            case Stmt.Store(String buffer, List<Dim> at, Expr value) -> {
                if (lanes == null) {
                    memory.store(buffer, at, scalars.value(value));
                } else {
                    lanes.forEachPart(() -> storeLanes(buffer, at, value));
                }
            }
            case Stmt.ReduceInto reduce -> {
                if (lanes == null) {
                    reduce(reduce);
                } else {
                    reduceLanes(reduce);
                }
            }
            case Stmt.Allocate(Buffer buffer, Stmt body) -> allocate(buffer, () -> build(body));
            case Stmt.Guard guard -> build(guard);
            case Stmt.Let let ->
                scope.with(let.name(), new IndexScope.Binding.Variable(index(let)), () -> build(let.body()));
            case Stmt.Section(String name, var _, Stmt body) -> section(name, body);
        }
    }

    private void build(Stmt.For loop) {
        Plan.VectorLoop vector = plan.vectorLoop(loop);
        if (vector != null) {
            LaneContext outer = lanes;
            lanes = new LaneContext(loop.variable(), vector, draft, scope, indices);
            build(loop.body());
            lanes = outer;
            return;
        }
        if (plan.isReplicated(loop)) {
            if (!loop.extent().isConstant()) {
                throw Refusal.because(
                        "unrolled loop " + loop.variable() + " has extent " + loop.extent() + ", expected a constant");
            }
            for (long i = 0; i < loop.extent().constant(); i++) {
                scope.with(loop.variable(), new IndexScope.Binding.KnownNumber(i), () -> build(loop.body()));
            }
            return;
        }
        switch (loop.kind()) {
            case SERIAL, UNROLL, VECTOR -> loop(loop, draft.push(0), indices.ofInt(loop.extent()));
            case PARALLEL ->
                throw Refusal.because("parallel loop " + loop.variable() + " is not the outermost statement");
            case BLOCK, WARP, THREAD, LANE ->
                throw Refusal.because("loop " + loop.variable() + " of kind " + loop.kind() + " is for a grid");
        }
    }

    private void loop(Stmt.For loop, CodeNode from, CodeNode to) {
        List<Versioned> written = memory.written(NamesUsed.of(loop.body()).written);
        draft.loop(
                loop.variable(),
                from,
                to,
                written,
                index -> scope.with(loop.variable(), new IndexScope.Binding.Variable(index), () -> build(loop.body())));
    }

    /** The value of a let, as an int or, for 64-bit types, a long; an index as the narrowest that holds what it is over. */
    private CodeNode index(Stmt.Let let) {
        Optional<Dim> named = IndexNames.named(let);
        if (named.isPresent()) {
            return indices.ofSymbols(named.get());
        }
        Expr value = let.value();
        CodeNode node = scalars.value(value);
        if (value.dtype() == DType.U32) {
            return new ScalarCasts(draft).cast(node, DType.U32, DType.I64);
        }
        return node;
    }

    private void allocate(Buffer buffer, Runnable body) {
        boolean register = buffer.space() == MemorySpace.REGISTER && !plan.isInMemory(buffer);
        if (register) {
            int conditions = lanes == null ? 0 : lanes.conditions();
            BufferPlace.InCells place = new BufferPlace.InCells(buffer, plan.grain(buffer), conditions);
            draft.scope(place.cells, () -> memory.with(place, body));
            return;
        }
        JvmType array = JvmType.array(buffer.dtype());
        int elementType = switch (array.descriptor().charAt(1)) {
            case 'D' -> Opcodes.T_DOUBLE;
            case 'F' -> Opcodes.T_FLOAT;
            case 'S' -> Opcodes.T_SHORT;
            case 'J' -> Opcodes.T_LONG;
            case 'I' -> Opcodes.T_INT;
            default -> Opcodes.T_BYTE;
        };
        CodeNode length = indices.ofInt(buffer.layout().span());
        CodeNode allocated = draft.newArray(array, elementType, length);
        memory.with(new BufferPlace.InArray(buffer, allocated, null), body);
    }

    private void build(Stmt.Guard guard) {
        List<Dim> branch = new ArrayList<>();
        List<Dim> mask = new ArrayList<>();
        for (Dim condition : guard.nonNegative()) {
            boolean byLane = lanes != null && condition.dependsOn(lanes.variable);
            (byLane ? mask : branch).add(condition);
        }
        Runnable then = mask.isEmpty() ? () -> build(guard.then()) : () -> masked(guard, mask);
        branch(branch, then, () -> build(guard.otherwise()));
    }

    private void masked(Stmt.Guard guard, List<Dim> mask) {
        lanes.where(mask, false, () -> branch(anyActive(guard.then(), mask), () -> build(guard.then()), () -> {}));
        if (!guard.otherwise().equals(Stmt.NOTHING)) {
            lanes.where(mask, true, () -> build(guard.otherwise()));
        }
    }

    /**
     * What must hold for any lane to be active, if {@code body} loads at an index that depends on what {@code conditions}
     * depend on but not on the lane: without active lanes it may lie outside.
     */
    private List<Dim> anyActive(Stmt body, List<Dim> conditions) {
        Set<String> shared = new LinkedHashSet<>();
        conditions.forEach(
                condition -> shared.addAll(plan.addresses.expand(condition).symbols()));
        shared.remove(lanes.variable);
        owner.symbols().forEach(shared::remove);
        if (shared.isEmpty()
                || !NamesUsed.of(body).uniformNames(lanes.check, plan.addresses).stream()
                        .anyMatch(shared::contains)) {
            return List.of();
        }
        List<Dim> possible = new ArrayList<>();
        for (Dim condition : conditions) {
            boolean rising = condition.coefficient(lanes.variable).orElseThrow().constant() > 0;
            Dim best = rising ? Dim.of(lanes.lanes.extent() - 1L) : Dim.ZERO;
            possible.add(condition.substitute(java.util.Map.of(lanes.variable, best)));
        }
        return possible;
    }

    /** A branch, decided now where the conditions are constants. */
    private void branch(List<Dim> conditions, Runnable then, Runnable otherwise) {
        List<CodeNode> open = new ArrayList<>();
        for (Dim condition : conditions) {
            JvmType type = indices.isLong(condition) ? JvmType.LONG : JvmType.INT;
            CodePolynomial value = indices.polynomial(condition, type);
            if (!value.isConstant()) {
                open.add(value.toNode(draft, type));
            } else if (value.constant() < 0) {
                otherwise.run();
                return;
            }
        }
        if (open.isEmpty()) {
            then.run();
        } else {
            draft.branch(open, then, otherwise);
        }
    }

    private void section(String name, Stmt body) {
        if (lanes != null) {
            throw Refusal.because("section " + name + " is inside a vector loop");
        }
        NamesUsed uses = NamesUsed.of(body);
        owner.section(name, body, uses, scope, memory, draft);
    }

    private void reduce(Stmt.ReduceInto reduce) {
        Stmt.Element target = target(reduce);
        if (!reduce.reduction().isFused()) {
            combine(reduce, scalars.value(reduce.inputs().getFirst()));
            return;
        }
        CodeNode a = scalars.value(reduce.inputs().get(0));
        CodeNode b = scalars.value(reduce.inputs().get(1));
        CodeNode old = memory.load(target.buffer(), target.indices());
        memory.store(target.buffer(), target.indices(), scalars.fma(dtype(reduce), a, b, old));
    }

    /** The target of a plain reduction; others have been spelled out before. */
    private static Stmt.Element target(Stmt.ReduceInto reduce) {
        if (!reduce.reduction().isPlain() || !reduce.along().isEmpty()) {
            throw Refusal.because("a reduction by " + reduce.reduction().name() + " that is not spelled out");
        }
        return reduce.targets().getFirst();
    }

    private static DType dtype(Stmt.ReduceInto reduce) {
        return reduce.reduction().targets().getFirst().dtype();
    }

    /** Joins {@code value} to the scalar target. */
    private void combine(Stmt.ReduceInto reduce, CodeNode value) {
        Stmt.Element target = target(reduce);
        CodeNode old = memory.load(target.buffer(), target.indices());
        CodeNode joined = scalars.binary(function(reduce), dtype(reduce), old, value);
        memory.store(target.buffer(), target.indices(), joined);
    }

    private static BinaryOp function(Stmt.ReduceInto reduce) {
        return reduce.reduction().function().orElseThrow();
    }

    private void storeLanes(String buffer, List<Dim> at, Expr value) {
        VectorMemory vectors = vectorMemory();
        VectorExpressions expressions = expressions(vectors);
        if (!(lanes.active(expressions.type(value.dtype())) instanceof LaneContext.Active.None)) {
            vectors.store(buffer, at, expressions.value(value));
        }
    }

    private VectorMemory vectorMemory() {
        return new VectorMemory(draft, memory, plan.addresses, lanes, owner.constants());
    }

    private VectorExpressions expressions(VectorMemory vectors) {
        return new VectorExpressions(draft, indices, scalars, vectors, lanes);
    }

    private void reduceLanes(Stmt.ReduceInto reduce) {
        Stmt.Element target = target(reduce);
        boolean across = !lanes.check.isPrivate(target.buffer())
                && !plan.addresses
                        .of(memory.place(target.buffer()).buffer, target.indices())
                        .dependsOn(lanes.variable);
        if (across) {
            reduceAcross(reduce);
        } else {
            lanes.forEachPart(() -> reduceInLanes(reduce, target));
        }
    }

    private void reduceInLanes(Stmt.ReduceInto reduce, Stmt.Element target) {
        VectorMemory vectors = vectorMemory();
        VectorExpressions expressions = expressions(vectors);
        DType dtype = dtype(reduce);
        if (lanes.active(expressions.type(dtype)) instanceof LaneContext.Active.None) {
            return;
        }
        CodeNode joined;
        CodeNode first = expressions.value(reduce.inputs().getFirst());
        if (reduce.reduction().isFused()) {
            CodeNode second = expressions.value(reduce.inputs().get(1));
            joined = expressions.fma(first, second, vectors.load(target.buffer(), target.indices()));
        } else {
            CodeNode old = vectors.load(target.buffer(), target.indices());
            joined = expressions.binary(function(reduce), dtype, old, first);
        }
        vectors.store(target.buffer(), target.indices(), joined);
    }

    private void reduceAcross(Stmt.ReduceInto reduce) {
        List<CodeNode> vectors = new ArrayList<>();
        Expr lifted = reduce.reduction().lifted(reduce.inputs());
        lanes.forEachPart(() -> vectors.add(partValue(reduce, lifted)));
        LaneJoin join = new LaneJoin(draft, code, owner.constants(), lanes.lanes.extent());
        BinaryOp function = function(reduce);
        List<CodeNode> joined =
                reduce.reduction().rounds() ? join.inHalves(function, vectors) : join.inAnyOrder(function, vectors);
        for (CodeNode value : joined) {
            combine(reduce, value);
        }
    }

    /** What the current part gives to a reduction across lanes, with idle lanes neutral; null if all are idle. */
    private CodeNode partValue(Stmt.ReduceInto reduce, Expr lifted) {
        VectorExpressions expressions = expressions(vectorMemory());
        return switch (lanes.active(expressions.type(lifted.dtype()))) {
            case LaneContext.Active.None none -> null;
            case LaneContext.Active.All all -> expressions.value(lifted);
            case LaneContext.Active.Some(CodeNode mask) -> {
                CodeNode value = expressions.value(lifted);
                CodeNode neutral =
                        scalars.value(reduce.reduction().targets().getFirst().identity());
                yield code.blend(mask, value, code.broadcast(value.type, neutral));
            }
        };
    }
}
