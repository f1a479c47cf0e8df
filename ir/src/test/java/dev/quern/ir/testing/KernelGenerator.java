package dev.quern.ir.testing;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Random kernels of every form of statement and expression: well typed, every name defined, every index in its buffer as long as
 * symbols are positive. They mean nothing, and run.
 */
public final class KernelGenerator {
    private static final List<Combiner> LOGICAL = List.of(Combiner.AND, Combiner.OR);
    private static final String[] SYMBOLS = {"n", "m 1", "Größe"};

    private final Random random;
    private final List<String> names = new ArrayList<>();
    private final List<Buffer> readable = new ArrayList<>();
    private final List<Buffer> writable = new ArrayList<>();
    private final ExpressionGenerator expressions;
    private final boolean sequential;
    private int counter;

    private KernelGenerator(Random random, boolean sequential) {
        this.random = random;
        this.sequential = sequential;
        this.expressions = new ExpressionGenerator(random, names, readable);
    }

    /** The kernel of {@code seed}. */
    public static Kernel kernel(long seed) {
        return new KernelGenerator(new Random(seed), false).kernel("kernel " + seed);
    }

    /**
     * A kernel of {@code seed} that gives one result on every back end: its loops are serial, and allocations are filled
     * before they are read.
     */
    public static Kernel sequential(long seed) {
        return new KernelGenerator(new Random(seed), true).kernel("kernel " + seed);
    }

    private Kernel kernel(String name) {
        List<String> symbols = List.of(SYMBOLS).subList(0, random.nextInt(SYMBOLS.length + 1));
        names.addAll(symbols);
        int inputs = random.nextInt(4);
        int results = random.nextInt(1, 3);
        List<Buffer> parameters = new ArrayList<>();
        for (int i = 0; i < inputs + results; i++) {
            Buffer buffer = buffer(i < inputs ? "in" + i : "out " + i, MemorySpace.GLOBAL, symbols);
            parameters.add(buffer);
            readable.add(buffer);
            if (i >= inputs) {
                writable.add(buffer);
            }
        }
        Stmt body = statement(4);
        if (!sequential
                && body instanceof Stmt.For(String variable, Dim extent, LoopKind _, Stmt inner)
                && random.nextBoolean()) {
            body = new Stmt.For(variable, extent, random.nextInt(4) == 0 ? LoopKind.BLOCK : LoopKind.PARALLEL, inner);
        }
        return new Kernel(name, "random", symbols, parameters, results, body);
    }

    private Buffer buffer(String name, MemorySpace space, List<String> symbols) {
        List<Dim> dims = new ArrayList<>();
        for (int rank = random.nextInt(4); rank > 0; rank--) {
            boolean symbolic = !symbols.isEmpty() && random.nextInt(3) == 0;
            dims.add(
                    symbolic
                            ? Dim.symbol(expressions.pick(symbols)).plus(random.nextInt(2))
                            : Dim.of(random.nextInt(1, 5)));
        }
        Shape shape = new Shape(dims);
        return new Buffer(
                name,
                expressions.type(),
                shape,
                layout(shape),
                space,
                expressions.pick(List.of(Buffer.Storage.values())));
    }

    private Layout layout(Shape shape) {
        Layout plain = Layout.rowMajor(shape);
        return switch (random.nextInt(4)) {
            case 0 -> shape.rank() == 2 ? Layout.panels(shape.dim(0), shape.dim(1), random.nextInt(1, 5)) : plain;
            case 1 ->
                new Layout(plain.axes(), Optional.of(new Layout.Swizzle(1, random.nextInt(2), random.nextInt(1, 3))));
            case 2 ->
                Layout.strided(
                        shape,
                        shape.rowMajorStrides().stream()
                                .map(stride -> stride.times(2))
                                .toList());
            default -> plain;
        };
    }

    private Stmt statement(int depth) {
        if (depth == 0) {
            return random.nextBoolean() ? store() : reduce();
        }
        return switch (random.nextInt(8)) {
            case 0, 1 -> loop(depth - 1);
            case 2 -> block(depth - 1);
            case 3 -> allocate(depth - 1);
            case 4 ->
                new Stmt.Guard(
                        List.of(expressions.dim(2)),
                        statement(depth - 1),
                        random.nextBoolean() ? Stmt.NOTHING : statement(depth - 1));
            case 5 -> let(depth - 1);
            case 6 -> new Stmt.Section(fresh("tile"), statement(depth - 1));
            default -> random.nextBoolean() ? store() : reduce();
        };
    }

    private String fresh(String base) {
        return base + (random.nextInt(3) == 0 ? "." : "") + counter++;
    }

    private Stmt loop(int depth) {
        String variable = fresh("i");
        Dim extent = names.isEmpty() || random.nextBoolean()
                ? Dim.of(random.nextInt(4))
                : expressions.dim(1).min(Dim.of(4));
        names.add(variable);
        Stmt body = statement(depth);
        names.remove(variable);
        return new Stmt.For(variable, extent, kind(extent, body), body);
    }

    /** A kind that a loop inside the kernel may have; lanes are joined in no loop inside a vector loop. */
    private LoopKind kind(Dim extent, Stmt body) {
        if (sequential) {
            return LoopKind.SERIAL;
        }
        List<LoopKind> kinds = new ArrayList<>(List.of(LoopKind.values()));
        kinds.removeAll(List.of(LoopKind.PARALLEL, LoopKind.BLOCK, LoopKind.WARP, LoopKind.THREAD, LoopKind.LANE));
        if (!extent.isConstant()) {
            kinds.removeAll(List.of(LoopKind.VECTOR, LoopKind.UNROLL));
        } else if (hasLoop(body)) {
            kinds.remove(LoopKind.VECTOR);
        }
        return expressions.pick(kinds);
    }

    private static boolean hasLoop(Stmt statement) {
        return switch (statement) {
            case Stmt.For loop -> true;
            case Stmt.Block(List<Stmt> statements) -> statements.stream().anyMatch(KernelGenerator::hasLoop);
            case Stmt.Allocate(Buffer buffer, Stmt body) -> hasLoop(body);
            case Stmt.Guard(List<Dim> conditions, Stmt then, Stmt otherwise) -> hasLoop(then) || hasLoop(otherwise);
            case Stmt.Let(String name, Expr value, Stmt body) -> hasLoop(body);
            case Stmt.Section(String name, var by, Stmt body) -> hasLoop(body);
            case Stmt.Store store -> false;
            case Stmt.ReduceInto reduce -> false;
        };
    }

    private Stmt block(int depth) {
        List<Stmt> statements = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            Stmt statement = statement(depth);
            if (!(statement instanceof Stmt.Block)) {
                statements.add(statement);
            }
        }
        return new Stmt.Block(statements);
    }

    private Stmt allocate(int depth) {
        Buffer buffer = buffer(fresh("t"), random.nextBoolean() ? MemorySpace.REGISTER : MemorySpace.SHARED, List.of());
        readable.add(buffer);
        writable.add(buffer);
        Stmt body = statement(depth);
        readable.remove(buffer);
        writable.remove(buffer);
        return new Stmt.Allocate(buffer, sequential ? new Stmt.Block(List.of(fill(buffer), body)) : body);
    }

    private Stmt fill(Buffer buffer) {
        List<Dim> indices = new ArrayList<>();
        List<String> variables = new ArrayList<>();
        for (int axis = 0; axis < buffer.shape().rank(); axis++) {
            variables.add(fresh("f"));
            indices.add(Dim.symbol(variables.getLast()));
        }
        Expr zero = new Expr.Immediate(buffer.dtype(), 0);
        Stmt fill = new Stmt.Store(buffer.name(), indices, zero);
        for (int axis = buffer.shape().rank() - 1; axis >= 0; axis--) {
            fill = new Stmt.For(variables.get(axis), buffer.shape().dim(axis), LoopKind.SERIAL, fill);
        }
        return fill;
    }

    private Stmt let(int depth) {
        DType type = expressions.pick(List.of(DType.I64, DType.I32, DType.U8));
        Expr value =
                new Expr.BinaryOperation(BinaryOp.AND, expressions.expression(type, 2), new Expr.Immediate(type, 63));
        String name = fresh("v");
        names.add(name);
        Stmt body = statement(depth);
        names.remove(name);
        return new Stmt.Let(name, value, body);
    }

    private Stmt store() {
        Buffer buffer = expressions.pick(writable);
        return new Stmt.Store(buffer.name(), expressions.indices(buffer), expressions.expression(buffer.dtype(), 3));
    }

    private Stmt reduce() {
        Buffer buffer = expressions.pick(writable);
        DType type = buffer.dtype();
        List<Combiner> numeric = List.of(Combiner.SUM, Combiner.PRODUCT, Combiner.MIN, Combiner.MAX);
        if (type != DType.BOOL && random.nextInt(5) == 0) {
            Expr a = expressions.expression(type, 1);
            Expr b = expressions.expression(type, 1);
            return Stmt.ReduceInto.fma(buffer.name(), expressions.indices(buffer), a, b);
        }
        Combiner combiner = expressions.pick(type == DType.BOOL ? LOGICAL : numeric);
        Expr value = expressions.expression(type, 2);
        return new Stmt.ReduceInto(buffer.name(), expressions.indices(buffer), combiner, value);
    }
}
