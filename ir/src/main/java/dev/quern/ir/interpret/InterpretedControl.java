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
    private final GraphInterpreter interpreter;
    private final Evaluation call;

    InterpretedControl(GraphInterpreter interpreter, Evaluation call) {
        this.interpreter = interpreter;
        this.call = call;
    }

    List<Tensor> choose(Op.If op) {
        List<Tensor> captured = call.operands().subList(1, call.operands().size());
        return interpreter.body(truth(call.operand(0)) ? op.then() : op.otherwise(), captured, call.dims());
    }

    private boolean truth(Tensor condition) {
        if (condition.elements() != 1) {
            throw call.invalid("condition: expected one boolean, found " + condition);
        }
        return TensorElements.of(condition).whole(0) != 0;
    }

    List<Tensor> loop(Op.Loop op) {
        int carried = op.carried();
        long trips = call.operand(0).elements() == 1 ? call.elements(0).whole(0) : Long.MAX_VALUE;
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
            List<Tensor> results = interpreter.body(op.body(), inputs, call.dims());
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
        List<Stack> stacks = stacks(op.body().outputs().size() - op.states(), op.states(), op.body());
        for (long trip = 0; trip < trips; trip++) {
            limit(trip);
            List<Tensor> inputs = new ArrayList<>(state);
            for (int i = 0; i < scanned; i++) {
                long extent = sequences.get(i).shape()[op.inputAxes().get(i)];
                if (extent != trips) {
                    throw call.invalid("scanned input " + i + ": expected " + trips + " slices, found " + extent);
                }
                long index = op.inputReversed().get(i) ? trips - 1 - trip : trip;
                inputs.add(slice(sequences.get(i), op.inputAxes().get(i), index));
            }
            inputs.addAll(captured);
            List<Tensor> results = interpreter.body(op.body(), inputs, call.dims());
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
        if (trip >= call.budget().iterations()) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    call.where(),
                    "expected at most " + call.budget().iterations() + " iterations, found more");
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

        Stack(TensorType type) {
            this.type = type;
        }

        void add(Tensor part) {
            elements += part.elements();
            call.checked(part.dtype(), elements);
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
