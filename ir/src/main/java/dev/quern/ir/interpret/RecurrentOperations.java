package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.RecurrentKind;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Recurrent layers, with the equations of ONNX RNN, GRU and LSTM. What goes into an activation is one sum, rounded once; activations and
 * products with them round each, to f32 where the type is of 16 bits; states round to the element type in every step.
 */
final class RecurrentOperations {
    private final Op.Recurrent op;
    private final InputGates inputs;
    private final double[] r;
    private final boolean transposed;
    private final double[] bias;
    private final double[] h;
    private final double[] c;
    private final double[] peepholes;
    private final int steps;
    private final int batch;
    private final int hidden;
    private final DoubleUnaryOperator[] functions;
    private final DType type;

    /** What the inputs of one step and batch entry add to one unit of one gate, a row of {@code w}. */
    private interface InputGates {
        double at(int entry, int row);
    }

    /**
     * @param r position of the recurrent weights among the operands; the bias, states and peepholes follow them
     * @param transposed whether those weights have the unit before as their first axis
     */
    private RecurrentOperations(Op.Recurrent op, Evaluation call, InputGates inputs, int r, boolean transposed) {
        this.op = op;
        this.inputs = inputs;
        this.transposed = transposed;
        type = call.operand(0).dtype();
        long[] shape = call.operand(0).shape();
        steps = Math.toIntExact(shape[0]);
        batch = Math.toIntExact(shape[1]);
        hidden = Math.toIntExact(call.operand(r).shape()[transposed ? 0 : 1]);
        this.r = call.elements(r).reals();
        double[] biases = call.elements(r + 1).reals();
        bias = transposed ? biases : Arrays.copyOfRange(biases, biases.length / 2, biases.length);
        h = call.elements(r + 2).reals();
        c = op.kind() == RecurrentKind.LSTM ? call.elements(r + 3).reals() : new double[0];
        peepholes = call.operands().size() > r + 4 ? call.elements(r + 4).reals() : new double[0];
        functions =
                op.activations().stream().map(name -> activation(name, call)).toArray(DoubleUnaryOperator[]::new);
    }

    /** The layer on its inputs. */
    static List<Tensor> layer(Op.Recurrent op, Evaluation call) {
        int width = Math.toIntExact(call.operand(0).shape()[2]);
        double[] x = call.elements(0).reals();
        double[] w = call.elements(1).reals();
        double[] bias = call.elements(3).reals();
        InputGates inputs = (entry, row) -> {
            double sum = bias[row];
            for (int i = 0; i < width; i++) {
                sum += x[entry * width + i] * w[row * width + i];
            }
            return sum;
        };
        return new RecurrentOperations(op, call, inputs, 2, false).run(call);
    }

    /** The layer's steps on what its inputs come to. */
    static List<Tensor> steps(Op.Recurrent op, Evaluation call) {
        int rows = Math.toIntExact(call.operand(0).shape()[2]);
        double[] products = call.elements(0).reals();
        return new RecurrentOperations(op, call, (entry, row) -> products[entry * rows + row], 1, true).run(call);
    }

    private List<Tensor> run(Evaluation call) {
        boolean lstm = op.kind() == RecurrentKind.LSTM;
        TensorElements y = call.allocate(type, steps, batch, hidden);
        for (int step = 0; step < steps; step++) {
            int t = op.reverse() ? steps - 1 - step : step;
            for (int b = 0; b < batch; b++) {
                double[] next = switch (op.kind()) {
                    case RNN -> rnn(t, b);
                    case GRU -> gru(t, b);
                    case LSTM -> lstm(t, b);
                };
                System.arraycopy(next, 0, h, b * hidden, hidden);
            }
            y.write((long) t * batch * hidden, h, h.length);
        }
        Tensor all = y.tensor(steps, batch, hidden);
        return lstm ? List.of(all, state(h, call), state(c, call)) : List.of(all, state(h, call));
    }

    private Tensor state(double[] values, Evaluation call) {
        TensorElements state = call.allocate(type, batch, hidden);
        state.write(0, values, values.length);
        return state.tensor(batch, hidden);
    }

    private double input(int t, int b, int row) {
        return inputs.at(t * batch + b, row);
    }

    /** {@code state·rᵀ} and its bias, for one unit of one gate; the entry's part of {@code state} starts at {@code from}. */
    private double recurrence(double[] state, int from, int row) {
        double sum = bias[row];
        for (int i = 0; i < hidden; i++) {
            sum += state[from + i] * r[transposed ? i * bias.length + row : row * hidden + i];
        }
        return sum;
    }

    private double rounded(double value) {
        return type == DType.F64 ? value : (float) value;
    }

    private double state(double value) {
        return FloatTables.decode(type, FloatTables.encode(type, value));
    }

    private double activated(int function, double sum) {
        return rounded(functions[function].applyAsDouble(rounded(sum)));
    }

    private double product(double left, double right) {
        return rounded(left * right);
    }

    private double[] rnn(int t, int b) {
        double[] next = new double[hidden];
        for (int j = 0; j < hidden; j++) {
            next[j] = state(activated(0, input(t, b, j) + recurrence(h, b * hidden, j)));
        }
        return next;
    }

    private double[] gru(int t, int b) {
        int from = b * hidden;
        double[] update = new double[hidden];
        double[] reset = new double[hidden];
        double[] kept = new double[hidden];
        for (int j = 0; j < hidden; j++) {
            update[j] = activated(0, input(t, b, j) + recurrence(h, from, j));
            reset[j] = activated(0, input(t, b, hidden + j) + recurrence(h, from, hidden + j));
            kept[j] = product(reset[j], h[from + j]);
        }
        double[] next = new double[hidden];
        for (int j = 0; j < hidden; j++) {
            int row = 2 * hidden + j;
            double recurrence = op.linearBeforeReset()
                    ? product(reset[j], rounded(recurrence(h, from, row)))
                    : recurrence(kept, 0, row);
            double candidate = activated(1, input(t, b, row) + recurrence);
            next[j] = state(product(rounded(1 - update[j]), candidate) + product(update[j], h[from + j]));
        }
        return next;
    }

    private double[] lstm(int t, int b) {
        int from = b * hidden;
        double[] next = new double[hidden];
        double[] cell = new double[hidden];
        for (int j = 0; j < hidden; j++) {
            double old = c[from + j];
            double in = activated(0, gate(t, b, j) + peephole(j, old));
            double forget = activated(0, gate(t, b, 2 * hidden + j) + peephole(2 * hidden + j, old));
            double candidate = activated(1, gate(t, b, 3 * hidden + j));
            cell[j] = state(product(forget, old) + product(in, candidate));
            double out = activated(0, gate(t, b, hidden + j) + peephole(hidden + j, cell[j]));
            next[j] = state(product(out, rounded(functions[2].applyAsDouble(cell[j]))));
        }
        System.arraycopy(cell, 0, c, from, hidden);
        return next;
    }

    /** What a cell adds to a gate; nothing where there are no peepholes, also of a cell that is not finite. */
    private double peephole(int index, double cell) {
        return peepholes.length == 0 ? 0 : peepholes[index] * cell;
    }

    private double gate(int t, int b, int row) {
        return input(t, b, row) + recurrence(h, b * hidden, row);
    }

    /** The activation of ONNX's name, with the default parameters of the specification. */
    private static DoubleUnaryOperator activation(String name, Evaluation call) {
        return switch (name) {
            case "Relu" -> v -> Math.max(0, v);
            case "Tanh" -> StrictMath::tanh;
            case "Sigmoid" -> SpecialFunctions::sigmoid;
            case "Affine" -> v -> v;
            case "LeakyRelu" -> v -> v >= 0 ? v : 0.01 * v;
            case "ThresholdedRelu" -> v -> v > 1 ? v : 0;
            case "ScaledTanh" -> StrictMath::tanh;
            case "HardSigmoid" -> v -> Math.clamp(0.2 * v + 0.5, 0.0, 1.0);
            case "Elu" -> v -> v >= 0 ? v : StrictMath.expm1(v);
            case "Softsign" -> v -> v / (1 + Math.abs(v));
            case "Softplus" -> v -> Math.max(v, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(v)));
            default -> throw call.unsupported("activation " + name);
        };
    }
}
