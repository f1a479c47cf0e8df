package dev.quern.ir.interpret;

import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Op;
import java.util.ArrayList;
import java.util.List;

/** Choices and loops. The symbols of a body are bound anew in each iteration. */
final class InterpretedControl {
    /** What keeping a slice takes beside its elements. */
    private static final long SLICE_BYTES = 128;

    private final GraphInterpreter interpreter;
    private final Evaluation call;
    private long kept;

    InterpretedControl(GraphInterpreter interpreter, Evaluation call) {
        this.interpreter = interpreter;
        this.call = call;
    }

    List<Tensor> choose(Op.If op) {
        List<Tensor> captured = call.operands().subList(1, call.operands().size());
        return body(truth(call.operand(0)) ? op.then() : op.otherwise(), captured);
    }

    /** What {@code body} gives, found in what the slices kept so far leave of the budget. */
    private List<Tensor> body(Graph body, List<Tensor> inputs) {
        return interpreter.within(call.budget().less(kept)).body(body, inputs, call.dims());
    }

    private boolean truth(Tensor condition) {
        if (condition.elements() != 1) {
            throw call.invalid("condition: expected one boolean, found " + condition);
        }
        return TensorElements.of(condition).whole(0) != 0;
    }

    List<Tensor> loop(Op.Loop op) {
        int carried = op.carried();
        long trips = call.integer(0);
        Tensor condition = call.operand(1);
        List<Tensor> state = new ArrayList<>(call.operands().subList(2, 2 + carried));
        List<Tensor> captured =
                call.operands().subList(2 + carried, call.operands().size());
        List<Stack> stacks = stacks(op.body().outputs().size() - 1 - carried, 1 + carried, op.body());
        for (long trip = 0; trip < trips && truth(condition); trip++) {
            limit(trip);
            List<Tensor> inputs = new ArrayList<>(List.of(Tensor.of(new long[] {trip}), condition));
            inputs.addAll(state);
            inputs.addAll(captured);
            List<Tensor> results = body(op.body(), inputs);
            condition = results.getFirst();
            state = new ArrayList<>(results.subList(1, 1 + carried));
            for (int i = 0; i < stacks.size(); i++) {
                stacks.get(i).add(results.get(1 + carried + i));
            }
        }
        List<Tensor> all = new ArrayList<>(state);
        for (Stack stack : stacks) {
            all.add(stack.join(0, false));
        }
        return all;
    }

    List<Tensor> scan(Op.Scan op) {
        int scanned = op.inputAxes().size();
        List<Tensor> state = new ArrayList<>(call.operands().subList(0, op.states()));
        List<Tensor> sequences = call.operands().subList(op.states(), op.states() + scanned);
        List<Tensor> captured =
                call.operands().subList(op.states() + scanned, call.operands().size());
        long trips =
                scanned == 0 ? 0 : sequences.getFirst().shape()[op.inputAxes().getFirst()];
        for (int i = 0; i < scanned; i++) {
            long extent = sequences.get(i).shape()[op.inputAxes().get(i)];
            if (extent != trips) {
                throw call.invalid("scanned input " + i + ": expected " + trips + " slices, found " + extent);
            }
        }
        List<Stack> stacks = stacks(op.body().outputs().size() - op.states(), op.states(), op.body());
        for (long trip = 0; trip < trips; trip++) {
            limit(trip);
            List<Tensor> inputs = new ArrayList<>(state);
            for (int i = 0; i < scanned; i++) {
                long index = op.inputReversed().get(i) ? trips - 1 - trip : trip;
                inputs.add(slice(sequences.get(i), op.inputAxes().get(i), index));
            }
            inputs.addAll(captured);
            List<Tensor> results = body(op.body(), inputs);
            state = new ArrayList<>(results.subList(0, op.states()));
            for (int i = 0; i < stacks.size(); i++) {
                stacks.get(i).add(results.get(op.states() + i));
            }
        }
        List<Tensor> all = new ArrayList<>(state);
        for (int i = 0; i < stacks.size(); i++) {
            all.add(stacks.get(i)
                    .join(op.outputAxes().get(i), op.outputReversed().get(i)));
        }
        return all;
    }

    private void limit(long trip) {
        call.budget().checkpoint().run();
        if (trip >= call.budget().iterations()) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    call.where(),
                    "expected at most " + call.budget().iterations()
                            + " iterations, found more; raise maxIterations if the loop does end");
        }
    }

    private Tensor slice(Tensor x, int axis, long index) {
        Evaluation one =
                new Evaluation(call.where(), List.of(x, Tensor.of(new long[] {index})), call.dims(), call.budget());
        return IndexingOperations.gather(axis, one);
    }

    private List<Stack> stacks(int count, int from, Graph body) {
        List<Stack> stacks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            stacks.add(new Stack(body.outputs().get(from + i).type()));
        }
        return stacks;
    }

    /** The values of one scanned output, one an iteration. */
    private final class Stack {
        private final TensorType type;
        private final List<Tensor> parts = new ArrayList<>();
        private long elements;
        private long bytes;

        Stack(TensorType type) {
            this.type = type;
        }

        void add(Tensor part) {
            elements += part.elements();
            call.checked(part.dtype(), elements);
            bytes += Evaluation.bytes(part);
            kept += Evaluation.bytes(part) + SLICE_BYTES;
            call.requireBytes(kept);
            parts.add(part);
        }

        /** The parts along a new axis; extents that no iteration told are 0. */
        Tensor join(int axis, boolean reversed) {
            if (parts.isEmpty()) {
                List<Dim> dims = new ArrayList<>(type.shape().dims());
                dims.add(axis, Dim.ZERO);
                long[] shape = dims.stream()
                        .mapToLong(dim -> call.dims().find(dim).orElse(0))
                        .toArray();
                return call.allocate(type.dtype(), shape).tensor(shape);
            }
            call.requireBytes(kept + bytes);
            List<Tensor> slices = new ArrayList<>();
            for (Tensor part : reversed ? parts.reversed() : parts) {
                long[] shape = part.shape();
                long[] one = new long[shape.length + 1];
                System.arraycopy(shape, 0, one, 0, axis);
                one[axis] = 1;
                System.arraycopy(shape, axis, one, axis + 1, shape.length - axis);
                slices.add(part.reshape(one));
            }
            return MovementOperations.concat(axis, slices, call);
        }
    }
}
