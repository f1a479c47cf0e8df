package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.graph.Op;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** Recurrent layers, with the equations of ONNX RNN, GRU and LSTM. States are doubles until the end. */
final class RecurrentOperations {
    private final Op.Recurrent op;
    private final double[] x;
    private final double[] w;
    private final double[] r;
    private final double[] bias;
    private final double[] peepholes;
    private final int steps;
    private final int batch;
    private final int width;
    private final int hidden;
    private final DoubleUnaryOperator[] functions;

    private RecurrentOperations(Op.Recurrent op, Evaluation call) {
        this.op = op;
        long[] shape = call.operand(0).shape();
        steps = Math.toIntExact(shape[0]);
        batch = Math.toIntExact(shape[1]);
        width = Math.toIntExact(shape[2]);
        hidden = Math.toIntExact(call.operand(2).shape()[1]);
        x = call.elements(0).reals();
        w = call.elements(1).reals();
        r = call.elements(2).reals();
        bias = call.elements(3).reals();
        peepholes = call.operands().size() > 6 ? call.elements(6).reals() : new double[0];
        functions =
                op.activations().stream().map(name -> activation(name, call)).toArray(DoubleUnaryOperator[]::new);
    }

    static List<Tensor> recurrent(Op.Recurrent op, Evaluation call) {
        return new RecurrentOperations(op, call).run(call);
    }

    private List<Tensor> run(Evaluation call) {
        DType type = call.operand(0).dtype();
        boolean lstm = op.kind() == Op.RecurrentKind.LSTM;
        double[] h = call.elements(4).reals();
        double[] c = lstm ? call.elements(5).reals() : new double[0];
        Elements y = call.allocate(type, steps, batch, hidden);
        for (int step = 0; step < steps; step++) {
            int t = op.reverse() ? steps - 1 - step : step;
            for (int b = 0; b < batch; b++) {
                double[] next = switch (op.kind()) {
                    case RNN -> rnn(t, b, h);
                    case GRU -> gru(t, b, h);
                    case LSTM -> lstm(t, b, h, c);
                };
                System.arraycopy(next, 0, h, b * hidden, hidden);
            }
            y.write((long) t * batch * hidden, h, h.length);
        }
        Tensor all = y.tensor(steps, batch, hidden);
        return lstm ? List.of(all, state(type, h, call), state(type, c, call)) : List.of(all, state(type, h, call));
    }

    private Tensor state(DType type, double[] values, Evaluation call) {
        Elements state = call.allocate(type, batch, hidden);
        state.write(0, values, values.length);
        return state.tensor(batch, hidden);
    }

    /** {@code x·wᵀ} and its bias, for one unit of one gate. */
    private double input(int t, int b, int row) {
        double sum = bias[row];
        for (int i = 0; i < width; i++) {
            sum += x[(t * batch + b) * width + i] * w[row * width + i];
        }
        return sum;
    }

    /** {@code h·rᵀ} and its bias, for one unit of one gate; {@code h} starts at {@code from}. */
    private double recurrence(double[] h, int from, int row) {
        double sum = bias[bias.length / 2 + row];
        for (int i = 0; i < hidden; i++) {
            sum += h[from + i] * r[row * hidden + i];
        }
        return sum;
    }

    private double[] rnn(int t, int b, double[] h) {
        double[] next = new double[hidden];
        for (int j = 0; j < hidden; j++) {
            next[j] = functions[0].applyAsDouble(input(t, b, j) + recurrence(h, b * hidden, j));
        }
        return next;
    }

    private double[] gru(int t, int b, double[] h) {
        int from = b * hidden;
        double[] update = new double[hidden];
        double[] reset = new double[hidden];
        double[] kept = new double[hidden];
        for (int j = 0; j < hidden; j++) {
            update[j] = functions[0].applyAsDouble(input(t, b, j) + recurrence(h, from, j));
            reset[j] = functions[0].applyAsDouble(input(t, b, hidden + j) + recurrence(h, from, hidden + j));
            kept[j] = reset[j] * h[from + j];
        }
        double[] next = new double[hidden];
        for (int j = 0; j < hidden; j++) {
            int row = 2 * hidden + j;
            double recurrence = op.linearBeforeReset() ? reset[j] * recurrence(h, from, row) : recurrence(kept, 0, row);
            double candidate = functions[1].applyAsDouble(input(t, b, row) + recurrence);
            next[j] = (1 - update[j]) * candidate + update[j] * h[from + j];
        }
        return next;
    }

    private double[] lstm(int t, int b, double[] h, double[] c) {
        int from = b * hidden;
        double[] next = new double[hidden];
        double[] cell = new double[hidden];
        for (int j = 0; j < hidden; j++) {
            double old = c[from + j];
            double in = functions[0].applyAsDouble(gate(t, b, h, j) + peephole(j, old));
            double forget = functions[0].applyAsDouble(gate(t, b, h, 2 * hidden + j) + peephole(2 * hidden + j, old));
            cell[j] = forget * old + in * functions[1].applyAsDouble(gate(t, b, h, 3 * hidden + j));
            double out = functions[0].applyAsDouble(gate(t, b, h, hidden + j) + peephole(hidden + j, cell[j]));
            next[j] = out * functions[2].applyAsDouble(cell[j]);
        }
        System.arraycopy(cell, 0, c, from, hidden);
        return next;
    }

    /** What a cell adds to a gate; nothing where there are no peepholes, also of a cell that is not finite. */
    private double peephole(int index, double cell) {
        return peepholes.length == 0 ? 0 : peepholes[index] * cell;
    }

    private double gate(int t, int b, double[] h, int row) {
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
