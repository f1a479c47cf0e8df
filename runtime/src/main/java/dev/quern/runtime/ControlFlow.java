package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Runs {@code If}, {@code Loop} and {@code Scan}: bodies are programs, run once or per iteration. */
final class ControlFlow {
    /** What keeping a slice takes beside its elements. */
    private static final long SLICE_BYTES = 128;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final PreparedStep.PreparedControl step;
    private final RunContext context;
    private final Enclosing around;

    ControlFlow(PreparedStep.PreparedControl step, RunContext context, Enclosing around) {
        this.step = step;
        this.context = context;
        this.around = around;
    }

    /** The results for these operands. */
    List<Tensor> run(List<Tensor> operands) {
        Op.Control op = (Op.Control) step.step().node().op();
        return switch (op) {
            case Op.If choice -> choose(operands);
            case Op.Loop loop -> loop(loop, operands);
            case Op.Scan scan -> scan(scan, operands);
        };
    }

    private List<Tensor> body(int index, List<Tensor> inputs) {
        return ProgramRun.body(step.bodies().get(index), inputs, around, context);
    }

    private List<Tensor> choose(List<Tensor> operands) {
        return body(isTrue(operands.getFirst()) ? 0 : 1, operands.subList(1, operands.size()));
    }

    private static boolean isTrue(Tensor condition) {
        return condition.segment().get(ValueLayout.JAVA_BYTE, 0) != 0;
    }

    private List<Tensor> loop(Op.Loop loop, List<Tensor> operands) {
        long trips = operands.get(0).segment().get(LONG, 0);
        Tensor condition = operands.get(1);
        List<Tensor> carried = operands.subList(2, 2 + loop.carried());
        List<Tensor> captured = operands.subList(2 + loop.carried(), operands.size());
        List<List<Tensor>> scanned = emptyLists(results().size() - loop.carried());
        long charged = 0;
        for (long iteration = 0; iteration < trips && isTrue(condition); iteration++) {
            limit(iteration);
            List<Tensor> inputs = new ArrayList<>();
            inputs.add(Tensor.of(new long[] {iteration}));
            inputs.add(condition);
            inputs.addAll(carried);
            inputs.addAll(captured);
            List<Tensor> outputs = body(0, inputs);
            condition = outputs.getFirst();
            carried = outputs.subList(1, 1 + loop.carried());
            charged += collect(scanned, outputs.subList(1 + loop.carried(), outputs.size()));
        }
        List<Tensor> results = new ArrayList<>(carried);
        for (int i = 0; i < scanned.size(); i++) {
            Value value = results().get(loop.carried() + i);
            results.add(Stacking.stack(scanned.get(i), 0, value.type().dtype(), emptyShape(value, 0), context));
        }
        context.budget().refund(charged);
        return results;
    }

    private List<Tensor> scan(Op.Scan scan, List<Tensor> operands) {
        int inputs = scan.inputAxes().size();
        List<Tensor> states = operands.subList(0, scan.states());
        List<Tensor> sequences = operands.subList(scan.states(), scan.states() + inputs);
        List<Tensor> captured = operands.subList(scan.states() + inputs, operands.size());
        long trips = length(scan, sequences);
        List<List<Tensor>> scanned = emptyLists(results().size() - scan.states());
        long charged = 0;
        for (long iteration = 0; iteration < trips; iteration++) {
            limit(iteration);
            List<Tensor> arguments = new ArrayList<>(states);
            for (int i = 0; i < inputs; i++) {
                long at = scan.inputReversed().get(i) ? trips - 1 - iteration : iteration;
                arguments.add(Stacking.slice(sequences.get(i), scan.inputAxes().get(i), at));
            }
            arguments.addAll(captured);
            List<Tensor> outputs = body(0, arguments);
            states = outputs.subList(0, scan.states());
            charged += collect(scanned, outputs.subList(scan.states(), outputs.size()));
        }
        List<Tensor> results = new ArrayList<>(states);
        for (int i = 0; i < scanned.size(); i++) {
            Value value = results().get(scan.states() + i);
            int axis = scan.outputAxes().get(i);
            List<Tensor> slices = scan.outputReversed().get(i) ? scanned.get(i).reversed() : scanned.get(i);
            results.add(Stacking.stack(slices, axis, value.type().dtype(), emptyShape(value, axis), context));
        }
        context.budget().refund(charged);
        return results;
    }

    private void limit(long iteration) {
        context.watch().check();
        if (iteration >= context.maxIterations()) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    step.origin(),
                    "expected at most " + context.maxIterations() + " iterations, found more; raise maxIterations if"
                            + " the loop does end");
        }
    }

    private long length(Op.Scan scan, List<Tensor> sequences) {
        if (sequences.isEmpty()) {
            return 0;
        }
        long trips = sequences.getFirst().shape()[scan.inputAxes().getFirst()];
        for (int i = 1; i < sequences.size(); i++) {
            long other = sequences.get(i).shape()[scan.inputAxes().get(i)];
            if (other != trips) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT,
                        step.origin(),
                        "scanned inputs have " + trips + " and " + other + " slices, expected equally many");
            }
        }
        return trips;
    }

    private List<Value> results() {
        return step.step().node().outputs();
    }

    private static List<List<Tensor>> emptyLists(int count) {
        List<List<Tensor>> lists = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lists.add(new ArrayList<>());
        }
        return lists;
    }

    /** Keeps the slices of one iteration; what they take stays charged until they are stacked. */
    private long collect(List<List<Tensor>> scanned, List<Tensor> slices) {
        long bytes = 0;
        for (int i = 0; i < slices.size(); i++) {
            scanned.get(i).add(slices.get(i));
            bytes += Stacking.bytes(slices.get(i).dtype(), slices.get(i).elements()) + SLICE_BYTES;
        }
        context.budget().charge(bytes, step.origin());
        return bytes;
    }

    /** The shape of a scanned result of no iterations: sizes that only an iteration would tell are 0. */
    private long[] emptyShape(Value value, int axis) {
        long[] shape = new long[value.type().shape().rank()];
        for (int i = 0; i < shape.length; i++) {
            Dim dim = value.type().shape().dim(i);
            shape[i] = i == axis ? 0 : around.symbols().evaluate(dim).orElse(0);
        }
        return shape;
    }
}
