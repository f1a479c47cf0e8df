package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * RNN, GRU and LSTM of f32, whose gates come out of approximations that are off by some units of 1, however near to 0 a gate is, and that
 * bring their argument into a range by comparisons, which NaN does not survive. What that can make of each element is found by
 * interval arithmetic: sums are off by their roundings, gates by {@link #WRONG}, and where a NaN can come up it may be anything.
 */
final class GateDeviations {
    /** Eight units of 1: MLAS's logistic function and tangent are seen to give 1.00000048. */
    private static final double WRONG = 0x1p-20;

    private static final double UNIT = 0x1p-24;

    private final Difference difference;
    private final boolean lstm;
    private final boolean plain;
    private final int hidden;
    private final int batch;
    private final double[] x;
    private final double[] weights;
    private final double[] recurrence;
    private final double[] bias;
    private final double[] peepholes;

    private GateDeviations(Difference difference) {
        this.difference = difference;
        this.lstm = difference.is("LSTM");
        this.plain = difference.is("RNN");
        this.hidden = (int) difference.integer("hidden_size", 1);
        this.batch = (int) difference.operand().shape()[1];
        this.x = RealElements.doubles(difference.operand());
        this.weights = given(1);
        this.recurrence = given(2);
        this.bias = given(3);
        this.peepholes = given(7);
    }

    /** Whether every element lies where these errors can take it. */
    static boolean gates(Difference difference) {
        boolean usual = difference.integer("layout", 0) == 0
                && !difference.node().attributes().containsKey("activations")
                && !difference.node().attributes().containsKey("clip")
                && (difference.operands().size() < 5 || difference.operands().get(4) == null);
        return difference.is("RNN", "GRU", "LSTM")
                && difference.of(DType.F32)
                && usual
                && new GateDeviations(difference).covers();
    }

    private boolean covers() {
        int time = (int) difference.operand().shape()[0];
        String direction = difference.node().attributes().get("direction") instanceof OnnxAttribute.EncodedText text
                ? text.value()
                : "forward";
        int directions = direction.equals("bidirectional") ? 2 : 1;
        for (int d = 0; d < directions; d++) {
            Interval[] state = initial(5, d);
            Interval[] cell = initial(6, d);
            boolean backwards = d == 1 || direction.equals("reverse");
            for (int step = 0; step < time; step++) {
                int at = backwards ? time - 1 - step : step;
                for (int b = 0; b < batch; b++) {
                    advance(at, d, b, state, cell);
                }
                if (!holds(0, at * directions + d, state)) {
                    return false;
                }
            }
            if (!holds(1, d, state) || lstm && !holds(2, d, cell)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the elements of result {@code result} in {@code place}, both as expected and as found, are in {@code bounds}. */
    private boolean holds(int result, int place, Interval[] bounds) {
        if (result >= difference.answers().size() || difference.answers().get(result) == null) {
            return true;
        }
        double[] expected = RealElements.doubles(difference.results().get(result));
        double[] found = RealElements.doubles(difference.answers().get(result));
        return IntStream.range(0, bounds.length)
                .allMatch(i -> bounds[i].contains(expected[place * bounds.length + i])
                        && bounds[i].contains(found[place * bounds.length + i]));
    }

    private double[] given(int operand) {
        List<Tensor> operands = difference.operands();
        return operand < operands.size() && operands.get(operand) != null
                ? RealElements.doubles(operands.get(operand))
                : new double[0];
    }

    private Interval[] initial(int operand, int direction) {
        double[] values = lstm || operand == 5 ? given(operand) : new double[0];
        Interval[] state = new Interval[batch * hidden];
        Arrays.setAll(state, i -> Interval.of(values.length == 0 ? 0 : values[direction * state.length + i]));
        return state;
    }

    /** One step of a line of the batch. */
    private void advance(int time, int direction, int line, Interval[] state, Interval[] cell) {
        Interval[] before = Arrays.copyOfRange(state, line * hidden, (line + 1) * hidden);
        Interval[] after = lstm
                ? ofLstm(time, direction, line, before, cell)
                : plain
                        ? ofPlain(time, direction, line, before)
                        : difference.integer("linear_before_reset", 0) != 0
                                ? ofLinearGru(time, direction, line, before)
                                : ofGru(time, direction, line, before);
        for (int unit = 0; unit < hidden; unit++) {
            state[line * hidden + unit] = after[unit];
        }
    }

    private Interval[] ofLstm(int time, int direction, int line, Interval[] before, Interval[] cell) {
        Interval[] after = new Interval[hidden];
        for (int unit = 0; unit < hidden; unit++) {
            int at = line * hidden + unit;
            Interval old = cell[at];
            Interval in = peeping(gate(time, direction, line, 0, unit, before), direction, 0, unit, old)
                    .sigmoid(WRONG);
            Interval forget = peeping(gate(time, direction, line, 2, unit, before), direction, 2, unit, old)
                    .sigmoid(WRONG);
            Interval fresh = gate(time, direction, line, 3, unit, before).tanh(WRONG);
            cell[at] = sum(forget.times(old), in.times(fresh));
            Interval out = peeping(gate(time, direction, line, 1, unit, before), direction, 1, unit, cell[at])
                    .sigmoid(WRONG);
            after[unit] = sum(out.times(cell[at].tanh(WRONG)), Interval.of(0));
        }
        return after;
    }

    /** The argument of a gate and what a peephole adds. */
    private Interval peeping(Interval argument, int direction, int gate, int unit, Interval cell) {
        return peepholes.length == 0
                ? argument
                : sum(
                        argument,
                        Interval.of(peepholes[(direction * 3 + gate) * hidden + unit])
                                .times(cell));
    }

    private Interval[] ofPlain(int time, int direction, int line, Interval[] before) {
        Interval[] after = new Interval[hidden];
        for (int unit = 0; unit < hidden; unit++) {
            after[unit] = gate(time, direction, line, 0, unit, before).tanh(WRONG);
        }
        return after;
    }

    private Interval[] ofGru(int time, int direction, int line, Interval[] before) {
        Interval[] reset = new Interval[hidden];
        for (int unit = 0; unit < hidden; unit++) {
            reset[unit] =
                    gate(time, direction, line, 1, unit, before).sigmoid(WRONG).times(before[unit]);
        }
        Interval[] after = new Interval[hidden];
        for (int unit = 0; unit < hidden; unit++) {
            Interval fresh = gate(time, direction, line, 2, unit, reset).tanh(WRONG);
            after[unit] = mixed(time, direction, line, unit, before, fresh);
        }
        return after;
    }

    private Interval[] ofLinearGru(int time, int direction, int line, Interval[] before) {
        Interval[] after = new Interval[hidden];
        for (int unit = 0; unit < hidden; unit++) {
            Interval reset = gate(time, direction, line, 1, unit, before).sigmoid(WRONG);
            Interval linear = summed(
                    ofState(direction, 2, unit, before).plus(Interval.of(biasOf(direction, 3 + 2, unit))),
                    sizeOfState(direction, 2, unit, before));
            Interval input = summed(
                    Interval.of(ofInput(time, direction, line, 2, unit) + biasOf(direction, 2, unit)),
                    sizeOfInput(time, direction, line, 2, unit));
            Interval fresh = sum(input, reset.times(linear)).tanh(WRONG);
            after[unit] = mixed(time, direction, line, unit, before, fresh);
        }
        return after;
    }

    /** Of the state before and the fresh one, as the update gate says. */
    private Interval mixed(int time, int direction, int line, int unit, Interval[] before, Interval fresh) {
        Interval update = gate(time, direction, line, 0, unit, before).sigmoid(WRONG);
        return sum(update.complement().times(fresh), update.times(before[unit]));
    }

    /** The argument of a gate, off by the roundings of its sum. */
    private Interval gate(int time, int direction, int line, int gate, int unit, Interval[] state) {
        double fixed = ofInput(time, direction, line, gate, unit)
                + biasOf(direction, gate, unit)
                + biasOf(direction, gates() + gate, unit);
        return summed(
                Interval.of(fixed).plus(ofState(direction, gate, unit, state)),
                sizeOfInput(time, direction, line, gate, unit) + sizeOfState(direction, gate, unit, state));
    }

    /** A sum of terms of this size altogether; infinite terms leave nothing to round, and those out of range may be. */
    private Interval summed(Interval sum, double size) {
        if (Double.isInfinite(size)) {
            return sum;
        }
        return size > Float.MAX_VALUE / 4 ? Interval.ANYTHING : sum.widened(2 * (inputs() + hidden + 4) * UNIT * size);
    }

    /** A sum of two products. */
    private static Interval sum(Interval left, Interval right) {
        Interval sum = left.plus(right);
        double size = left.size() + right.size();
        return Double.isInfinite(size) ? sum : sum.widened(8 * UNIT * size + Float.MIN_NORMAL);
    }

    private int gates() {
        return lstm ? 4 : plain ? 1 : 3;
    }

    private int inputs() {
        return (int) difference.operand().shape()[2];
    }

    private double biasOf(int direction, int row, int unit) {
        return bias.length == 0 ? 0 : bias[(direction * 2 * gates() + row) * hidden + unit];
    }

    private double ofInput(int time, int direction, int line, int gate, int unit) {
        return overInput(time, direction, line, gate, unit, false);
    }

    private double sizeOfInput(int time, int direction, int line, int gate, int unit) {
        return overInput(time, direction, line, gate, unit, true)
                + Math.abs(biasOf(direction, gate, unit))
                + Math.abs(biasOf(direction, gates() + gate, unit));
    }

    private double overInput(int time, int direction, int line, int gate, int unit, boolean sizes) {
        double sum = 0;
        for (int k = 0; k < inputs(); k++) {
            double term = weights[((direction * gates() + gate) * hidden + unit) * inputs() + k]
                    * x[(time * batch + line) * inputs() + k];
            sum += sizes ? Math.abs(term) : term;
        }
        return sum;
    }

    private Interval ofState(int direction, int gate, int unit, Interval[] state) {
        Interval sum = Interval.of(0);
        for (int k = 0; k < hidden; k++) {
            sum = sum.plus(Interval.of(recurrence[((direction * gates() + gate) * hidden + unit) * hidden + k])
                    .times(state[k]));
        }
        return sum;
    }

    private double sizeOfState(int direction, int gate, int unit, Interval[] state) {
        double sum = 0;
        for (int k = 0; k < hidden; k++) {
            sum += Math.abs(recurrence[((direction * gates() + gate) * hidden + unit) * hidden + k]) * state[k].size();
        }
        return sum;
    }
}
