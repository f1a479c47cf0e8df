package dev.quern.vector;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Whether the body of a vector loop can run as vectors: all that differs between lanes has one width, 32 or 64 bits, and
 * operations that the Vector API has. Integers of 8 and 16 bits count as 32: they are widened when loaded and narrowed when stored. What is the same in all lanes may be anything, for it is computed once.
 */
final class LaneCheck {
    private final String lane;
    private final Map<String, Buffer> buffers;
    private final Addresses addresses;
    private final Set<String> constants;
    private final Predicate<Stmt.For> replicated;
    private final Set<String> privates = new HashSet<>();
    private final Set<String> inside = new HashSet<>();
    private final Map<Expr, Boolean> varying = new IdentityHashMap<>();
    private int bits;
    private int narrowest = Long.SIZE;
    private boolean masked;
    private boolean gathers;
    private boolean joins;

    /**
     * @param lane the loop's variable
     * @param constants variables of replicated loops around it
     * @param replicated which loops are replicated
     */
    LaneCheck(
            String lane,
            Map<String, Buffer> buffers,
            Addresses addresses,
            Set<String> constants,
            Predicate<Stmt.For> replicated) {
        this.lane = lane;
        this.buffers = buffers;
        this.addresses = addresses;
        this.constants = new HashSet<>(constants);
        this.replicated = replicated;
        this.inside.add(lane);
    }

    /** Width of the lanes, 0 if nothing differs between them; known after {@link #accepts}. */
    int bits() {
        return bits;
    }

    /** Width of the narrowest elements loaded and stored by lanes; known after {@link #accepts}. */
    int narrowest() {
        return narrowest;
    }

    /** Whether there are strided loads, which cannot be masked; known after {@link #accepts}. */
    boolean gathers() {
        return gathers;
    }

    /** Whether floats of the lanes are joined in the order that {@link Stmt.ReduceInto} gives; known after {@link #accepts}. */
    boolean joins() {
        return joins;
    }

    /** Whether the value of {@code expression} may differ between lanes. */
    boolean varies(Expr expression) {
        Boolean known = varying.get(expression);
        if (known == null) {
            known = switch (expression) {
                case Expr.Immediate constant -> false;
                case Expr.Load(String buffer, var at, DType dtype) ->
                    privates.contains(buffer) || address(buffer, at).dependsOn(lane);
                case Expr.Index(Dim index, DType dtype) -> index.dependsOn(lane);
                case Expr.UnaryOperation(UnaryOp function, Expr operand) -> varies(operand);
                case Expr.BinaryOperation(BinaryOp function, Expr left, Expr right) -> varies(left) || varies(right);
                case Expr.Comparison(CompareOp relation, Expr left, Expr right) -> varies(left) || varies(right);
                case Expr.Conditional(Expr condition, Expr then, Expr otherwise) ->
                    varies(condition) || varies(then) || varies(otherwise);
                case Expr.Fma(Expr a, Expr b, Expr c) -> varies(a) || varies(b) || varies(c);
                case Expr.Conversion(DType dtype, Expr operand) -> varies(operand);
                case Expr.Reinterpretation(DType dtype, Expr operand) -> varies(operand);
            };
            varying.put(expression, known);
        }
        return known;
    }

    /** Whether {@code statement} can run as vectors. */
    boolean accepts(Stmt statement) {
        return switch (statement) {
            case Stmt.Block(List<Stmt> statements) -> statements.stream().allMatch(this::accepts);
            case Stmt.For loop -> {
                if (replicated.test(loop)) {
                    constants.add(loop.variable());
                }
                inside.add(loop.variable());
                yield loop.kind() != LoopKind.VECTOR && !loop.extent().dependsOn(lane) && accepts(loop.body());
            }
            case Stmt.Store(String buffer, List<Dim> at, Expr value) ->
                acceptsTarget(buffer, at, false) && acceptsValue(value);
            case Stmt.ReduceInto reduce -> acceptsReduction(reduce);
            case Stmt.Allocate(Buffer buffer, Stmt body) -> {
                privates.add(buffer.name());
                inside.add(buffer.name());
                yield buffer.space() == MemorySpace.REGISTER && accepts(body);
            }
            case Stmt.Guard guard -> acceptsGuard(guard);
            case Stmt.Let(String name, Expr value, Stmt body) -> {
                inside.add(name);
                yield !varies(value) && accepts(body);
            }
            case Stmt.Section section -> false;
        };
    }

    /** Whether {@code buffer} is allocated in the loop, so that each lane has its own. */
    boolean isPrivate(String buffer) {
        return privates.contains(buffer);
    }

    private boolean acceptsReduction(Stmt.ReduceInto reduce) {
        boolean joinsHere = reduce.joinsLanes(inside);
        joins |= joinsHere;
        Stmt.Element target = reduce.targets().getFirst();
        boolean across = !privates.contains(target.buffer())
                && !address(target.buffer(), target.indices()).dependsOn(lane);
        boolean inOrder = joinsHere || !across || !reduce.reduction().rounds();
        return inOrder
                && acceptsTarget(target.buffer(), target.indices(), true)
                && reduce.inputs().stream().allMatch(this::acceptsValue)
                && hasFunction(reduce.inputs().getFirst().dtype(), plain(reduce));
    }

    private static BinaryOp plain(Stmt.ReduceInto reduce) {
        return reduce.reduction().function().orElseThrow();
    }

    private boolean acceptsGuard(Stmt.Guard guard) {
        boolean outer = masked;
        for (Dim condition : guard.nonNegative()) {
            if (slope(condition).isEmpty()) {
                return false;
            }
            masked |= condition.dependsOn(lane);
        }
        boolean accepted = accepts(guard.then()) && accepts(guard.otherwise());
        masked = outer;
        return accepted;
    }

    private Dim address(String buffer, List<Dim> at) {
        return addresses.of(buffers.get(buffer), at);
    }

    /** The constant factor of the lane in {@code dim}; empty if it is none. */
    private OptionalLong slope(Dim dim) {
        Optional<Dim> factor = dim.coefficient(lane);
        OptionalLong constant = factor.isPresent() ? factor.get().asConstant() : OptionalLong.empty();
        return constant.isPresent() && constant.getAsLong() == (int) constant.getAsLong()
                ? constant
                : OptionalLong.empty();
    }

    private boolean isPrivateAccess(String buffer, List<Dim> at) {
        return privates.contains(buffer)
                && constants.containsAll(address(buffer, at).symbols());
    }

    private boolean acceptsTarget(String buffer, List<Dim> at, boolean reduction) {
        Buffer target = buffers.get(buffer);
        if (privates.contains(buffer)) {
            return isPrivateAccess(buffer, at) && acceptsType(target.dtype());
        }
        OptionalLong slope = slope(address(buffer, at));
        narrowest = Math.min(narrowest, target.dtype().bits());
        return slope.isPresent()
                && (slope.getAsLong() == 1 || (reduction && slope.getAsLong() == 0))
                && target.layout().swizzle().isEmpty()
                && target.dtype() != DType.BOOL
                && acceptsType(target.dtype());
    }

    /** Whether a vector can have lanes of {@code dtype} beside those seen so far. */
    private boolean acceptsType(DType dtype) {
        return switch (dtype) {
            case BOOL -> true;
            case F32, I32, I16, U16, I8, U8 -> acceptsWidth(32);
            case F64, I64 -> acceptsWidth(64);
            default -> false;
        };
    }

    private boolean acceptsWidth(int width) {
        bits = bits == 0 ? width : bits;
        return bits == width;
    }

    private boolean acceptsValue(Expr expression) {
        if (!acceptsType(expression.dtype())) {
            return false;
        }
        if (!varies(expression)) {
            return true;
        }
        return switch (expression) {
            case Expr.Immediate constant -> true;
            case Expr.Load(String buffer, List<Dim> at, DType dtype) ->
                privates.contains(buffer) ? isPrivateAccess(buffer, at) : acceptsLoad(buffer, at);
            case Expr.Index(Dim index, DType dtype) -> slope(index).isPresent() && dtype != DType.BOOL;
            case Expr.UnaryOperation(UnaryOp function, Expr operand) ->
                acceptsValue(operand) && VectorExpressions.has(function, operand.dtype());
            case Expr.BinaryOperation(BinaryOp function, Expr left, Expr right) ->
                acceptsValue(left)
                        && acceptsValue(right)
                        && VectorExpressions.has(function, left.dtype())
                        && hasDistance(function, right);
            case Expr.Comparison(CompareOp relation, Expr left, Expr right) ->
                left.dtype() != DType.BOOL && acceptsValue(left) && acceptsValue(right);
            case Expr.Conditional(Expr condition, Expr then, Expr otherwise) ->
                acceptsValue(condition) && acceptsValue(then) && acceptsValue(otherwise);
            case Expr.Fma(Expr a, Expr b, Expr c) ->
                a.dtype() != DType.BOOL && acceptsValue(a) && acceptsValue(b) && acceptsValue(c);
            case Expr.Conversion(DType dtype, Expr operand) -> acceptsValue(operand);
            case Expr.Reinterpretation(DType dtype, Expr operand) ->
                acceptsValue(operand) && (dtype == DType.BOOL) == (operand.dtype() == DType.BOOL);
        };
    }

    /** Vectors take the distance of a shift modulo the width of the lanes: it must be known to be less. */
    private static boolean hasDistance(BinaryOp function, Expr right) {
        boolean shift = function == BinaryOp.SHIFT_LEFT || function == BinaryOp.SHIFT_RIGHT;
        return !shift || right instanceof Expr.Immediate(DType dtype, long bits) && bits >= 0 && bits < dtype.bits();
    }

    private boolean acceptsLoad(String buffer, List<Dim> at) {
        Buffer source = buffers.get(buffer);
        OptionalLong slope = slope(address(buffer, at));
        if (slope.isEmpty() || source.layout().swizzle().isPresent() || source.dtype() == DType.BOOL) {
            return false;
        }
        narrowest = Math.min(narrowest, source.dtype().bits());
        return slope.getAsLong() == 1 || (!JvmType.isNarrow(source.dtype()) && acceptsGather(source));
    }

    /** The JDK gathers from arrays only, and checks the indices of inactive lanes too. */
    private boolean acceptsGather(Buffer source) {
        gathers = true;
        return !masked && (source.storage() == Buffer.Storage.ARRAY || source.space() != MemorySpace.GLOBAL);
    }

    /** Sums of narrow integers would have to be brought back into their range. */
    private static boolean hasFunction(DType dtype, BinaryOp function) {
        boolean logical = function == BinaryOp.AND || function == BinaryOp.OR;
        boolean extreme = function == BinaryOp.MIN || function == BinaryOp.MAX;
        return logical ? !dtype.isFloat() : dtype != DType.BOOL && (extreme || !JvmType.isNarrow(dtype));
    }
}
