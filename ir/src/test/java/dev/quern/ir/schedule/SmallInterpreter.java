package dev.quern.ir.schedule;

import dev.quern.DType;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs kernels on doubles (rounded to float where the type is f32), strictly: indices are checked against the room of each
 * axis, unwritten elements are NaN, and loops whose iterations may run in any order run backwards.
 */
final class SmallInterpreter {
    private final Map<String, Long> symbols = new HashMap<>();
    private final Map<String, Buffer> buffers = new HashMap<>();
    private final Map<String, double[]> memory = new HashMap<>();

    /** Runs {@code kernel}; {@code arguments} hold each parameter in row-major order, and results are written there. */
    static void run(Kernel kernel, Map<String, Long> symbols, Map<String, double[]> arguments) {
        SmallInterpreter interpreter = new SmallInterpreter();
        interpreter.symbols.putAll(symbols);
        for (Buffer parameter : kernel.parameters()) {
            interpreter.allocate(parameter);
            interpreter.copy(parameter, arguments.get(parameter.name()), true);
        }
        interpreter.run(kernel.body());
        for (Buffer result : kernel.parameters()
                .subList(
                        kernel.parameters().size() - kernel.results(),
                        kernel.parameters().size())) {
            interpreter.copy(result, arguments.get(result.name()), false);
        }
    }

    private void allocate(Buffer buffer) {
        long size = 1;
        for (List<Layout.Mode> modes : buffer.layout().axes()) {
            for (Layout.Mode mode : modes) {
                size += (value(mode.extent()) - 1) * value(mode.stride());
            }
        }
        double[] values = new double[(int) Math.max(0, size)];
        Arrays.fill(values, Double.NaN);
        buffers.put(buffer.name(), buffer);
        memory.put(buffer.name(), values);
    }

    private void copy(Buffer buffer, double[] rowMajor, boolean in) {
        double[] values = memory.get(buffer.name());
        long[] index = new long[buffer.shape().rank()];
        for (int flat = 0; flat < rowMajor.length; flat++) {
            long rest = flat;
            for (int axis = index.length - 1; axis >= 0; axis--) {
                long extent = value(buffer.shape().dim(axis));
                index[axis] = rest % extent;
                rest /= extent;
            }
            int address = address(buffer, index);
            if (in) {
                values[address] = rowMajor[flat];
            } else {
                rowMajor[flat] = values[address];
            }
        }
    }

    private int address(Buffer buffer, long[] index) {
        long address = 0;
        for (int axis = 0; axis < index.length; axis++) {
            long left = index[axis];
            for (Layout.Mode mode : buffer.layout().axes().get(axis)) {
                long extent = value(mode.extent());
                address += left % extent * value(mode.stride());
                left /= extent;
            }
            if (index[axis] < 0 || left != 0) {
                throw new AssertionError("index " + Arrays.toString(index) + " outside " + buffer.name()
                        + buffer.shape() + " at " + symbols);
            }
        }
        return (int) address;
    }

    private int address(String buffer, List<Dim> indices) {
        Buffer where = buffers.get(buffer);
        if (indices.size() != where.shape().rank()) {
            throw new AssertionError(indices + " for " + where);
        }
        return address(where, indices.stream().mapToLong(this::value).toArray());
    }

    private long value(Dim dim) {
        return dim.evaluate(name -> {
            Long value = symbols.get(name);
            if (value == null) {
                throw new AssertionError("no value of " + name + " in " + dim);
            }
            return value;
        });
    }

    private void run(Stmt statement) {
        switch (statement) {
            case Stmt.Block block -> block.statements().forEach(this::run);
            case Stmt.For loop -> {
                long extent = value(loop.extent());
                if (symbols.containsKey(loop.variable())) {
                    throw new AssertionError("loop " + loop.variable() + " inside itself");
                }
                for (long i = 0; i < extent; i++) {
                    boolean forward = loop.kind() == LoopKind.SERIAL || loop.kind() == LoopKind.UNROLL;
                    symbols.put(loop.variable(), forward ? i : extent - 1 - i);
                    run(loop.body());
                }
                symbols.remove(loop.variable());
            }
            case Stmt.Store(String buffer, List<Dim> indices, Expr value) -> {
                double stored = value(value);
                memory.get(buffer)[address(buffer, indices)] = stored;
            }
            case Stmt.Reduce(String buffer, List<Dim> indices, Combiner combiner, Expr value) -> {
                double[] values = memory.get(buffer);
                int address = address(buffer, indices);
                values[address] = round(buffers.get(buffer).dtype(), join(combiner, values[address], value(value)));
            }
            case Stmt.Allocate(Buffer buffer, Stmt body) -> {
                allocate(buffer);
                run(body);
                memory.remove(buffer.name());
            }
            case Stmt.Guard guard ->
                run(guard.nonNegative().stream().allMatch(dim -> value(dim) >= 0) ? guard.then() : guard.otherwise());
            case Stmt.Let(String name, Expr value, Stmt body) -> {
                double bound = value(value);
                if (bound != Math.rint(bound)) {
                    throw new AssertionError(name + " is " + bound);
                }
                symbols.put(name, (long) bound);
                run(body);
                symbols.remove(name);
            }
            case Stmt.Section section -> run(section.body());
        }
    }

    private static double join(Combiner combiner, double left, double right) {
        return switch (combiner) {
            case SUM, FMA -> left + right;
            case PRODUCT -> left * right;
            case MIN -> Math.min(left, right);
            case MAX -> Math.max(left, right);
            case AND -> (long) left & (long) right;
            case OR -> (long) left | (long) right;
        };
    }

    private static double round(DType dtype, double value) {
        return dtype == DType.F32 ? (float) value : value;
    }

    private double value(Expr expression) {
        return switch (expression) {
            case Expr.Constant(DType dtype, long bits) ->
                dtype == DType.F32
                        ? Float.intBitsToFloat((int) bits)
                        : dtype == DType.F64 ? Double.longBitsToDouble(bits) : bits;
            case Expr.Load load -> memory.get(load.buffer())[address(load.buffer(), load.indices())];
            case Expr.Index index -> value(index.index());
            case Expr.Unary(var function, Expr operand) -> {
                double at = value(operand);
                yield round(
                        expression.dtype(),
                        switch (function) {
                            case EXP -> Math.exp(at);
                            case TANH -> Math.tanh(at);
                            case SQRT -> Math.sqrt(at);
                            case NEG -> -at;
                            default -> throw new AssertionError(function);
                        });
            }
            case Expr.Binary(var function, Expr first, Expr second) -> {
                double left = value(first);
                double right = value(second);
                yield round(
                        expression.dtype(),
                        switch (function) {
                            case ADD -> left + right;
                            case SUB -> left - right;
                            case MUL -> left * right;
                            case DIV -> left / right;
                            case MAX -> Math.max(left, right);
                            case MIN -> Math.min(left, right);
                            default -> throw new AssertionError(function);
                        });
            }
            case Expr.Compare compare -> throw new AssertionError(compare);
            case Expr.Select(Expr condition, Expr then, Expr otherwise) ->
                value(value(condition) != 0 ? then : otherwise);
            case Expr.Fma(Expr a, Expr b, Expr c) -> round(expression.dtype(), value(a) * value(b) + value(c));
            case Expr.Cast(DType dtype, Expr operand) -> round(dtype, value(operand));
            case Expr.Bitcast bitcast -> throw new AssertionError(bitcast);
        };
    }
}
