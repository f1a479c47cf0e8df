package dev.quern.vector;

import static dev.quern.vector.ScheduledKernels.block;
import static dev.quern.vector.ScheduledKernels.dim;
import static dev.quern.vector.ScheduledKernels.loop;
import static dev.quern.vector.ScheduledKernels.register;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Reduction;
import dev.quern.ir.kernel.Reductions;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Scheduled kernels at random, with the values of their symbols; the same seed gives the same. */
final class RandomKernels {
    /** A kernel and values for its symbols. */
    record RandomKernel(Kernel kernel, long[] symbols) {}

    /** An index expression and how many values it takes. */
    private record DrawnAxis(Dim index, Dim extent) {}

    private static final List<DType> COMMON = List.of(DType.F32, DType.F32, DType.F32, DType.I32, DType.F64, DType.I64);

    private final Random random;
    private final List<Buffer> inputs = new ArrayList<>();
    private final List<Buffer> outputs = new ArrayList<>();
    private final List<DrawnAxis> axes = new ArrayList<>();
    private final RandomExpressions.TypeMix types;
    private int names;

    private RandomKernels(Random random) {
        this.random = random;
        this.types = switch (random.nextInt(6)) {
            case 0, 1 -> RandomExpressions.TypeMix.ANY;
            case 2, 3 -> RandomExpressions.TypeMix.NARROW;
            default -> RandomExpressions.TypeMix.ALIKE;
        };
    }

    static RandomKernel of(long seed) {
        return new RandomKernels(new Random(seed)).make("random_" + seed);
    }

    private String fresh(String prefix) {
        return prefix + names++;
    }

    private RandomKernel make(String name) {
        Dim rows = random.nextBoolean() ? dim("R") : dim(random.nextInt(1, 4));
        DrawnAxis row = new DrawnAxis(dim("p"), rows);
        int width = List.of(2, 3, 5, 8, 16, 16, 20, 32, 48).get(random.nextInt(9));
        boolean masked = random.nextBoolean();
        Dim lane = dim("v");
        Dim columns = masked ? dim("N") : dim(width);
        DrawnAxis column =
                masked ? new DrawnAxis(dim("o").times(width).plus(lane), columns) : new DrawnAxis(lane, columns);
        axes.add(row);
        Stmt nest = random.nextInt(3) == 0 ? tile(row, width) : flat(row, column, width, masked);
        if (random.nextInt(4) == 0) {
            nest = new Stmt.Section("part", nest);
        }
        List<Buffer> parameters = new ArrayList<>(inputs);
        parameters.addAll(outputs);
        LoopKind kind = random.nextInt(4) == 0 ? LoopKind.SERIAL : LoopKind.PARALLEL;
        Kernel kernel =
                new Kernel(name, "random", List.of("R", "N"), parameters, outputs.size(), loop("p", rows, kind, nest));
        return new RandomKernel(kernel, new long[] {random.nextInt(1, 4), random.nextInt(1, 70)});
    }

    /** Statements in a vector loop, masked or not, inside an unrolled loop or not. */
    private Stmt flat(DrawnAxis row, DrawnAxis column, int width, boolean masked) {
        DrawnAxis unrolled = new DrawnAxis(dim("u"), dim(random.nextInt(1, 4)));
        axes.add(column);
        axes.add(unrolled);
        List<DrawnAxis> target = List.of(row, unrolled, column);
        Stmt body = statement(target, 2);
        if (random.nextInt(3) == 0) {
            body = block(body, statement(target, 1));
        }
        if (masked) {
            Stmt otherwise = Stmt.NOTHING;
            body = new Stmt.Guard(List.of(column.extent().minus(1).minus(column.index())), body, otherwise);
        }
        Stmt nest = loop("v", dim(width), LoopKind.VECTOR, body);
        nest = loop("u", unrolled.extent(), random.nextInt(4) == 0 ? LoopKind.SERIAL : LoopKind.UNROLL, nest);
        return masked ? loop("o", column.extent().ceilDiv(dim(width)), LoopKind.SERIAL, nest) : nest;
    }

    /** What computes elements of outputs at {@code target}; {@code depth} bounds the nesting. */
    private Stmt statement(List<DrawnAxis> target, int depth) {
        DType dtype = type();
        if (depth == 0) {
            return leaf(target, dtype);
        }
        return switch (random.nextInt(9)) {
            case 0 -> {
                Buffer temporary = register(fresh("t"), dtype);
                Expr.Load value = new Expr.Load(temporary.name(), List.of(), dtype);
                Stmt use = store(target, new Expr.BinaryOperation(BinaryOp.MAX, value, expression(dtype, 1)));
                yield new Stmt.Allocate(
                        temporary,
                        block(
                                new Stmt.Store(temporary.name(), List.of(), expression(dtype, 2)),
                                use,
                                leaf(target, dtype)));
            }
            case 1 -> accumulate(target, dtype);
            case 2 -> {
                Dim index = axes.get(random.nextInt(axes.size())).index();
                Dim condition = random.nextBoolean()
                        ? index.minus(random.nextInt(5))
                        : dim(random.nextInt(9)).minus(index);
                yield new Stmt.Guard(List.of(condition), statement(target, depth - 1), statement(target, depth - 1));
            }
            case 3 -> chosen(target, depth);
            case 4 -> acrossLanes(target);
            default -> leaf(target, dtype);
        };
    }

    /** A row of a table picked by an index that is loaded. */
    private Stmt chosen(List<DrawnAxis> target, int depth) {
        String name = fresh("i");
        DType dtype = random.nextBoolean() ? DType.I64 : DType.I32;
        DrawnAxis by = random.nextInt(3) == 0 ? target.getLast() : target.getFirst();
        Buffer table = add(inputs, fresh("x"), dtype, List.of(by.extent()), Buffer.Storage.ARRAY);
        Expr loaded = new Expr.Load(table.name(), List.of(by.index()), dtype);
        Expr bound = dtype == DType.I64 ? Expr.Immediate.of(5L) : Expr.Immediate.of(5);
        axes.add(new DrawnAxis(dim(name), dim(5)));
        Stmt body = statement(target, depth - 1);
        axes.removeLast();
        return new Stmt.Let(name, new Expr.BinaryOperation(BinaryOp.MOD, loaded, bound), body);
    }

    private Stmt leaf(List<DrawnAxis> target, DType dtype) {
        if (random.nextInt(4) > 0 || dtype == DType.BOOL) {
            return store(target, expression(dtype, 3));
        }
        if (random.nextInt(4) == 0) {
            return parts(target, dtype);
        }
        Buffer out = output(target, dtype);
        return reduce(out.name(), indices(target), dtype, expression(dtype, 2));
    }

    private Stmt reduce(String buffer, List<Dim> at, DType dtype, Expr value) {
        int kind = random.nextInt(5);
        if (kind == 2) {
            return Stmt.ReduceInto.fma(buffer, at, value, expression(dtype, 1));
        }
        Combiner combiner = kind == 0 ? Combiner.MAX : kind == 1 ? Combiner.MIN : Combiner.SUM;
        return new Stmt.ReduceInto(buffer, at, combiner, value);
    }

    private Stmt store(List<DrawnAxis> target, Expr value) {
        return new Stmt.Store(output(target, value.dtype()).name(), indices(target), value);
    }

    /** A sum over a serial loop in a register. */
    private Stmt accumulate(List<DrawnAxis> target, DType any) {
        DType dtype = any == DType.BOOL ? DType.F32 : any;
        Buffer sum = register(fresh("s"), dtype);
        DrawnAxis inner = new DrawnAxis(dim(fresh("k")), random.nextBoolean() ? dim("R") : dim(3));
        axes.add(inner);
        Stmt step = reduce(sum.name(), List.of(), dtype, expression(dtype, 2));
        axes.removeLast();
        Stmt start = new Stmt.Store(sum.name(), List.of(), expression(dtype, 0));
        Stmt end = store(target, new Expr.Load(sum.name(), List.of(), dtype));
        return new Stmt.Allocate(
                sum, block(start, loop(inner.index().toString(), inner.extent(), LoopKind.SERIAL, step), end));
    }

    /** A reduction whose target is the same in all lanes. */
    private Stmt acrossLanes(List<DrawnAxis> target) {
        List<DType> types = List.of(DType.I32, DType.I64, DType.F32, DType.F32, DType.F64, DType.F16);
        DType dtype = types.get(random.nextInt(types.size()));
        List<DrawnAxis> outer = target.subList(0, target.size() - 1);
        if (random.nextInt(3) == 0) {
            return parts(outer, dtype);
        }
        Buffer out = output(outer, dtype);
        if (dtype.isFloat() && random.nextInt(4) == 0) {
            return new Stmt.ReduceInto(out.name(), indices(outer), Combiner.PRODUCT, expression(dtype, 2));
        }
        return reduce(out.name(), indices(outer), dtype, expression(dtype, 2));
    }

    /** A reduction into several elements at {@code target}. */
    private Stmt parts(List<DrawnAxis> target, DType dtype) {
        if (dtype == DType.F32 && random.nextInt(3) == 0) {
            return weighed(target);
        }
        Reduction reduction = dtype.isFloat() && random.nextBoolean()
                ? Reductions.moments(dtype)
                : Reductions.argument(
                        random.nextBoolean(), random.nextBoolean(), dtype, dtype.bits() > 32 ? DType.I64 : DType.I32);
        List<Stmt.Element> targets = new ArrayList<>();
        for (Reduction.ReducedPart part : reduction.targets()) {
            targets.add(new Stmt.Element(output(target, part.dtype()).name(), indices(target)));
        }
        List<Expr> element = new ArrayList<>();
        for (Reduction.Input input : reduction.inputs()) {
            element.add(expression(input.dtype(), 2));
        }
        return new Stmt.ReduceInto(targets, reduction, element, List.of());
    }

    /** A softmax and values weighed by it, a row of them for each score: a part that is wide, beside the last axis of {@code target}. */
    private Stmt weighed(List<DrawnAxis> target) {
        Reduction reduction = Reductions.onlineSoftmax(DType.F32);
        DrawnAxis wide = new DrawnAxis(dim(fresh("w")), random.nextBoolean() ? dim("R") : dim(random.nextInt(1, 6)));
        List<DrawnAxis> spread = new ArrayList<>(target);
        spread.add(Math.max(0, target.size() - 1), wide);
        Expr score = expression(DType.F32, 2);
        axes.add(wide);
        Expr value = expression(DType.F32, 2);
        axes.removeLast();
        List<Stmt.Element> targets = new ArrayList<>();
        for (List<DrawnAxis> part : List.of(target, target, spread)) {
            targets.add(new Stmt.Element(output(part, DType.F32).name(), indices(part)));
        }
        Stmt.TargetAxis along = new Stmt.TargetAxis(wide.index().toString(), wide.extent());
        return new Stmt.ReduceInto(targets, reduction, List.of(score, value), List.of(along));
    }

    /** A tile of accumulators in registers: cleared, summed over a serial loop, written. */
    private Stmt tile(DrawnAxis row, int width) {
        DType dtype =
                List.of(DType.F32, DType.F32, DType.F64, DType.I32, DType.I16).get(random.nextInt(5));
        Dim height = dim(random.nextInt(1, 5));
        Buffer tile = register("acc", dtype, height.constant(), width);
        DrawnAxis depth = new DrawnAxis(dim("k"), random.nextBoolean() ? dim("N") : dim(4));
        Stmt[] parts = new Stmt[3];
        LoopKind last = random.nextInt(5) == 0 ? LoopKind.UNROLL : LoopKind.VECTOR;
        for (int part = 0; part < 3; part++) {
            DrawnAxis down = new DrawnAxis(dim("i" + part), height);
            DrawnAxis across = new DrawnAxis(dim("j" + part), dim(width));
            int before = axes.size();
            axes.addAll(List.of(down, across));
            if (part == 1) {
                axes.add(depth);
            }
            List<Dim> at = List.of(down.index(), across.index());
            Expr.Load held = new Expr.Load("acc", at, dtype);
            Stmt body = switch (part) {
                case 0 -> new Stmt.Store("acc", at, expression(dtype, 0));
                case 1 -> reduce("acc", at, dtype, expression(dtype, 1));
                default ->
                    store(
                            List.of(row, down, across),
                            new Expr.BinaryOperation(BinaryOp.ADD, held, expression(dtype, 1)));
            };
            LoopKind kind = part == 2 ? last : LoopKind.VECTOR;
            Stmt lanes = loop("j" + part, dim(width), kind, body);
            Stmt nest = loop("i" + part, height, LoopKind.UNROLL, lanes);
            parts[part] = part == 1 ? loop("k", depth.extent(), LoopKind.SERIAL, nest) : nest;
            while (axes.size() > before) {
                axes.removeLast();
            }
        }
        return new Stmt.Allocate(tile, block(parts));
    }

    private DType type() {
        List<DType> choices = types == RandomExpressions.TypeMix.ALIKE ? COMMON : types.all();
        return choices.get(random.nextInt(choices.size()));
    }

    private Expr expression(DType dtype, int depth) {
        List<Dim> numbers = axes.stream().map(DrawnAxis::index).toList();
        return new RandomExpressions(random, this::load, numbers, types).of(dtype, depth);
    }

    /** An element of an input, new or known: some axes in some order, now and then with a stride, shift or division. */
    private Expr.Load load(DType dtype) {
        List<Dim> extents = new ArrayList<>();
        List<Dim> at = new ArrayList<>();
        for (DrawnAxis axis : axes) {
            if (random.nextInt(3) > 0) {
                int position = random.nextInt(3) == 0 ? 0 : at.size();
                switch (random.nextInt(12)) {
                    case 0 -> {
                        at.add(position, axis.index().times(2));
                        extents.add(position, axis.extent().times(2));
                    }
                    case 1 -> {
                        at.add(position, axis.index().plus(1));
                        extents.add(position, axis.extent().plus(1));
                    }
                    case 2 -> {
                        at.add(position, axis.index().floorDiv(dim(2)));
                        extents.add(position, axis.extent());
                    }
                    case 3 -> {
                        at.add(position, axis.extent().minus(1).minus(axis.index()));
                        extents.add(position, axis.extent());
                    }
                    default -> {
                        at.add(position, axis.index());
                        extents.add(position, axis.extent());
                    }
                }
            }
        }
        Buffer.Storage storage = random.nextInt(4) == 0 ? Buffer.Storage.SEGMENT : Buffer.Storage.ARRAY;
        Buffer input = add(inputs, fresh("x"), dtype, extents, storage);
        return new Expr.Load(input.name(), at, dtype);
    }

    private Buffer output(List<DrawnAxis> target, DType dtype) {
        List<Dim> extents = target.stream().map(DrawnAxis::extent).toList();
        Buffer.Storage storage = random.nextInt(4) == 0 ? Buffer.Storage.SEGMENT : Buffer.Storage.ARRAY;
        return add(outputs, fresh("y"), dtype, extents, storage);
    }

    private static Buffer add(List<Buffer> to, String name, DType dtype, List<Dim> extents, Buffer.Storage storage) {
        Buffer buffer = Buffer.global(name, dtype, new Shape(extents)).withStorage(storage);
        to.add(buffer);
        return buffer;
    }

    private static List<Dim> indices(List<DrawnAxis> target) {
        return target.stream().map(DrawnAxis::index).toList();
    }
}
