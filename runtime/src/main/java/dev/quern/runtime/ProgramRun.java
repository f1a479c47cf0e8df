package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.backend.DeviceExecutable;
import dev.quern.ir.backend.HostExecutable;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.Value;
import dev.quern.ir.interpret.Budget;
import dev.quern.ir.kernel.Buffer;
import dev.quern.passes.program.ProgramStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs one program once: takes memory, does the steps in order, hands back tensors. */
final class ProgramRun {
    /** Scalar operations that a run with a time limit gives to a device before it waits: milliseconds of work, give or take what they are. */
    private static final long MOST_UNDER_WAY = 1L << 34;

    private final PreparedProgram program;
    private final BoundPlan plan;
    private final RunContext context;
    private final Enclosing outer;
    private final List<ShapeGuard> openGuards;

    /** Null where all is done on the host. */
    private DeviceFrame device;

    /** Scalar operations given to the device since the run last waited for it. */
    private long underWay;

    private ProgramRun(PreparedProgram program, BoundPlan plan, Enclosing outer, RunContext context) {
        this.program = program;
        this.plan = plan;
        this.outer = outer;
        this.context = context;
        this.openGuards = new ArrayList<>(plan.openGuards());
    }

    /**
     * Runs a program that shares no symbols with those around it; the outputs own their memory.
     *
     * @param outer the program whose body it is, or null
     * @throws UnmetGuard if it is not for these sizes
     */
    static List<Tensor> sized(PreparedProgram program, List<Tensor> inputs, Enclosing outer, RunContext context) {
        return run(program, program.bind(inputs, null, context), inputs, outer, context);
    }

    /**
     * Runs a body.
     *
     * @throws UnmetGuard if neither it nor another program of it is for these sizes
     */
    static List<Tensor> body(PreparedProgram program, List<Tensor> inputs, Enclosing outer, RunContext context) {
        try {
            return run(program, program.bind(inputs, outer.symbols(), context), inputs, outer, context);
        } catch (UnmetGuard unmet) {
            if (context.fitting() == null) {
                throw unmet;
            }
            return context.fitting().run(program, inputs, outer, unmet);
        }
    }

    private static List<Tensor> run(
            PreparedProgram program, BoundPlan plan, List<Tensor> inputs, Enclosing outer, RunContext context) {
        if (plan.failedGuard().isPresent()) {
            throw new UnmetGuard(program.program().name(), plan.failedGuard().get(), plan.symbols());
        }
        return new ProgramRun(program, plan, outer, context).execute(inputs);
    }

    private List<Tensor> execute(List<Tensor> inputs) {
        String owner = "working memory of " + program.program().name();
        context.budget().charge(plan.arenaBytes(), owner);
        Map<DType, AlignedArrays.LinePlace> arenas = program.arenaPool().take(plan.arenas(), owner);
        RunFrame frame = new RunFrame(program, plan, context, arenas);
        try (DeviceFrame opened =
                program.usesDevice() ? new DeviceFrame(program, plan, frame, context.poison()) : null) {
            device = opened;
            if (plan.poison() != null) {
                PoisonPlan.all(arenas);
            }
            for (int i = 0; i < inputs.size(); i++) {
                if (outer == null
                        && context.given().has(program.program().inputs().get(i).name())) {
                    frame.given(
                            program.inputs()[i],
                            inputs.get(i),
                            plan.openGuards().isEmpty());
                } else {
                    frame.input(program.inputs()[i], inputs.get(i));
                }
            }
            for (int index = 0; index < program.steps().size(); index++) {
                step(index, frame, inputs);
                if (plan.poison() != null) {
                    plan.poison().after(index, arenas);
                }
            }
            return outputs(frame);
        } catch (UnmetGuard unmet) {
            throw unmet.through(frame.symbols());
        } finally {
            program.arenaPool().give(arenas);
            context.budget().refund(plan.arenaBytes() + frame.charged());
        }
    }

    private List<Tensor> outputs(RunFrame frame) {
        toHost(program.outputs());
        if (device != null) {
            context.watch().check();
        }
        List<Tensor> outputs = new ArrayList<>();
        List<Value> values = program.program().outputs();
        for (int i = 0; i < values.size(); i++) {
            outputs.add(frame.output(program.outputs()[i], values.get(i)));
        }
        return outputs;
    }

    private void step(int index, RunFrame frame, List<Tensor> inputs) {
        PreparedStep step = program.steps().get(index);
        context.watch().check();
        long begin = context.listener() == null ? 0 : System.nanoTime();
        BoundKernel bound = null;
        try {
            switch (step) {
                case PreparedStep.PreparedKernel kernel -> bound = kernel(index, kernel, frame);
                case PreparedStep.PreparedHost host -> host(host, frame);
                case PreparedStep.PreparedControl control -> control(control, frame, inputs);
                case PreparedStep.PreparedCheck check -> check(check, frame);
            }
        } catch (ModelException | UnmetGuard refused) {
            throw refused;
        } catch (RuntimeException | AssertionError fault) {
            throw new IllegalStateException(
                    "step " + index + " of " + program.program().name() + " (" + step.origin() + ") failed for "
                            + frame.symbols(),
                    fault);
        }
        if (context.listener() != null) {
            if (device != null) {
                device.await();
            }
            tell(index, step, bound, begin);
        }
    }

    private void tell(int index, PreparedStep step, BoundKernel bound, long begin) {
        long nanoseconds = System.nanoTime() - begin;
        Optional<KernelRun> run = step instanceof PreparedStep.PreparedKernel kernel && bound != null
                ? Optional.of(new KernelRun(bound.executable(), bound.symbols(), bound.extent(), bound.participants()))
                : Optional.empty();
        context.listener().done(new StepRun(index, step.step(), begin, nanoseconds, run));
    }

    /** Runs a kernel; null if nothing is to do. */
    private BoundKernel kernel(int index, PreparedStep.PreparedKernel step, RunFrame frame) {
        if (step.copies() && frame.isOnePlace(step.arguments()[0], step.arguments()[1])) {
            takeOver(step.arguments()[0], step.arguments()[1]);
            return null;
        }
        BoundKernel planned = plan.kernel(index);
        BoundKernel bound = planned != null ? planned : plan.bind(step, frame.symbols());
        switch (bound.executable()) {
            case DeviceExecutable executable -> onDevice(executable, step, bound);
            case HostExecutable executable -> {
                context.watch().requireTime(bound, step.origin());
                onHost(executable, step, frame, bound);
            }
        }
        return bound;
    }

    /** Nothing ends what the device has: a run with a limit gives it no more than is done soon. */
    private void onDevice(DeviceExecutable executable, PreparedStep.PreparedKernel step, BoundKernel bound) {
        device.launch(executable, step.arguments(), results(step), bound.symbols());
        underWay += bound.work();
        if (context.watch().isTimed() && underWay >= MOST_UNDER_WAY) {
            device.await();
            underWay = 0;
        }
    }

    private static int results(PreparedStep.PreparedKernel step) {
        return step.step().scheduled().results();
    }

    private void onHost(
            HostExecutable executable, PreparedStep.PreparedKernel step, RunFrame frame, BoundKernel bound) {
        int[] arguments = step.arguments();
        int reads = arguments.length - results(step);
        for (int i = 0; i < arguments.length; i++) {
            if (i < reads) {
                toHost(arguments[i]);
            } else {
                beforeHostWrites(arguments[i]);
            }
        }
        Object[] buffers = new Object[arguments.length];
        long[] offsets = new long[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            Object base = frame.base(arguments[i]);
            buffers[i] = step.storages()[i] == Buffer.Storage.SEGMENT ? ArrayKind.segment(base) : base;
            offsets[i] = frame.offset(arguments[i]);
        }
        Watch watch = context.watch();
        RangeTask task = (from, to) -> executable.run(buffers, offsets, bound.symbols(), from, to);
        if (context.listener() != null) {
            task = told(task, context.listener());
        }
        if (bound.isShort()) {
            task.run(0, bound.extent());
        } else {
            RangeTask watched = watched(task, watch);
            if (bound.participants() == 1) {
                for (long from = 0; from < bound.extent(); from += bound.grain()) {
                    watched.run(from, Math.min(bound.extent(), from + bound.grain()));
                }
            } else {
                context.pool().run(watched, bound.extent(), bound.grain(), bound.participants());
            }
        }
        for (int i = reads; i < arguments.length; i++) {
            hostWrote(arguments[i]);
        }
    }

    private void takeOver(int from, int to) {
        if (device != null) {
            device.takeOver(from, to);
        }
    }

    private void toHost(int value) {
        if (device != null) {
            device.toHost(value);
        }
    }

    private void toHost(int[] values) {
        for (int value : values) {
            toHost(value);
        }
    }

    private void beforeHostWrites(int value) {
        if (device != null) {
            device.beforeHostWrites(value);
        }
    }

    private void hostWrote(int value) {
        if (device != null) {
            device.hostWrote(value);
        }
    }

    /** {@code task}, the run's time looked at after each part. */
    private static RangeTask watched(RangeTask task, Watch watch) {
        return (from, to) -> {
            task.run(from, to);
            watch.check();
        };
    }

    /** {@code task}, its parts told of. */
    private static RangeTask told(RangeTask task, StepListener listener) {
        return (from, to) -> {
            long begin = System.nanoTime();
            task.run(from, to);
            long nanoseconds = System.nanoTime() - begin;
            listener.done(new PartRun(Thread.currentThread(), from, to, begin, nanoseconds));
        };
    }

    private void host(PreparedStep.PreparedHost step, RunFrame frame) {
        ProgramStep.RunHost host = step.step();
        toHost(step.inputs());
        List<Tensor> operands = frame.tensors(step.inputs(), host.node().inputs());
        List<Tensor> results =
                context.host().evaluate(host.node(), operands, frame.symbols().known(), hostBudget());
        accept(host.node().outputs(), step.outputs(), results, operands, frame);
    }

    private Budget hostBudget() {
        return new Budget(
                ArrayKind.MOST_ELEMENTS, context.budget().left(), context.maxIterations(), context.watch()::check);
    }

    private void control(PreparedStep.PreparedControl step, RunFrame frame, List<Tensor> inputs) {
        toHost(step.inputs());
        List<Tensor> operands = frame.tensors(step.inputs(), step.step().node().inputs());
        List<Tensor> results =
                new ControlFlow(step, context, new Enclosing(outer, program, inputs, frame.symbols())).run(operands);
        accept(step.step().node().outputs(), step.outputs(), results, operands, frame);
    }

    /** Binds the sizes that a step found out, checks what rests on them, and places its results. */
    private void accept(
            List<Value> values, int[] numbers, List<Tensor> results, List<Tensor> operands, RunFrame frame) {
        if (results.size() != values.size()) {
            throw new IllegalStateException(results.size() + " results, expected " + values.size());
        }
        try {
            new ShapeBinder(frame.symbols()).bind("result", values, results);
        } catch (ModelException misfit) {
            // A wrong assumption may make results misfits.
            openGuards.removeIf(frame::check);
            throw misfit;
        }
        openGuards.removeIf(frame::check);
        for (int i = 0; i < numbers.length; i++) {
            beforeHostWrites(numbers[i]);
            frame.store(numbers[i], results.get(i), operands);
            hostWrote(numbers[i]);
        }
    }

    private void check(PreparedStep.PreparedCheck step, RunFrame frame) {
        toHost(step.value());
        PreparedValue value = program.values().get(step.value());
        long elements = value.elements().evaluate(frame.symbols()::get);
        Tensor indices =
                ArrayKind.tensor(frame.base(step.value()), value.dtype(), frame.offset(step.value()), elements);
        long[] extents = step.step().extents().stream()
                .mapToLong(dim -> dim.evaluate(frame.symbols()::get))
                .toArray();
        IndexCheck.check(indices, extents, step.step().fromEnd(), step.origin());
    }
}
