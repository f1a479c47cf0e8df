package dev.quern.passes.testing;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Value;
import dev.quern.ir.interpret.DimBindings;
import dev.quern.ir.interpret.GraphInterpreter;
import dev.quern.ir.interpret.kernel.KernelInterpreter;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.math.ExpandMath;
import dev.quern.passes.program.ConstantData;
import dev.quern.passes.program.MemoryPlan;
import dev.quern.passes.program.PackedConstants;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs programs the slow way: kernels by their interpreter, memory as the plan says, poisoned at first. */
public final class TestMachine {
    private record TestMemory(Object array, long offset) {}

    private final Program program;
    private final Map<String, Long> symbols = new HashMap<>();
    private final Map<String, TestMemory> memories = new HashMap<>();
    private final Map<DType, Object> arenas = new HashMap<>();
    private final Map<String, Value> types = new HashMap<>();
    private final DimBindings bindings = new DimBindings();

    /** {@code program} with another first step. */
    public static Program withFirst(Program program, ProgramStep first) {
        List<ProgramStep> steps = new ArrayList<>(program.steps());
        steps.set(0, first);
        return program.withSteps(steps);
    }

    private TestMachine(Program program) {
        this.program = program;
    }

    public static List<Tensor> run(Program program, List<Tensor> inputs) {
        return new TestMachine(PackedConstants.in(program)).run(inputs);
    }

    private List<Tensor> run(List<Tensor> inputs) {
        for (int i = 0; i < inputs.size(); i++) {
            Value value = program.inputs().get(i);
            bind(value, inputs.get(i));
            memories.put(value.name(), new TestMemory(array(inputs.get(i)), 0));
        }
        program.outputs().forEach(value -> types.put(value.name(), value));
        for (Map.Entry<String, ConstantData> constant : program.constants().entrySet()) {
            memories.put(constant.getKey(), new TestMemory(packed(constant.getValue()), 0));
        }
        program.memory().arenaElements().forEach((type, size) -> arenas.put(type, fresh(type, size(size))));
        for (ProgramStep step : program.steps()) {
            switch (step) {
                case ProgramStep.RunKernel kernel -> kernel(kernel);
                case ProgramStep.CheckIndices check -> {}
                case ProgramStep.RunHost(Node node) -> interpret(node);
                case ProgramStep.RunControl control -> throw new IllegalStateException("control step");
            }
        }
        List<Tensor> results = new ArrayList<>();
        for (Value output : program.outputs()) {
            results.add(tensor(output, memory(output.name(), output.type().dtype(), Optional.of(output))));
        }
        return results;
    }

    private void interpret(Node node) {
        List<Tensor> operands = new ArrayList<>();
        for (Value value : node.inputs()) {
            types.put(value.name(), value);
            operands.add(tensor(value, memory(value.name(), value.type().dtype(), Optional.of(value))));
        }
        List<Tensor> results = new GraphInterpreter().evaluate(node, operands, bindings);
        for (int i = 0; i < results.size(); i++) {
            Value value = node.outputs().get(i);
            types.put(value.name(), value);
            TestMemory memory = memory(value.name(), value.type().dtype(), Optional.of(value));
            long width = value.type().dtype().bits() / 8;
            segment(memory.array())
                    .asSlice(memory.offset() * width, results.get(i).segment().byteSize())
                    .copyFrom(results.get(i).segment());
        }
    }

    private void bind(Value value, Tensor tensor) {
        for (int axis = 0; axis < tensor.rank(); axis++) {
            Dim dim = value.type().shape().dim(axis);
            if (!dim.isConstant()) {
                symbols.put(dim.toString(), tensor.shape()[axis]);
                bindings.bind(value.type(), tensor, value.name());
            }
        }
    }

    private long size(Dim dim) {
        return dim.evaluate(symbols::get);
    }

    private void kernel(ProgramStep.RunKernel step) {
        Object[] buffers = new Object[step.arguments().size()];
        long[] offsets = new long[buffers.length];
        for (int i = 0; i < buffers.length; i++) {
            TestMemory memory = memory(
                    step.arguments().get(i),
                    step.scheduled().parameters().get(i).dtype(),
                    Optional.ofNullable(types.get(step.arguments().get(i))));
            buffers[i] = memory.array();
            offsets[i] = memory.offset();
        }
        long[] values =
                step.scheduled().symbols().stream().mapToLong(symbols::get).toArray();
        int form = step.forms().chosen(condition -> condition.evaluate(symbols::get));
        Kernel chosen = step.forms().forms().get(form).scheduled();
        KernelInterpreter.run(ExpandMath.expand(chosen), buffers, offsets, values);
    }

    private TestMemory memory(String name, DType type, Optional<Value> value) {
        TestMemory known = memories.get(name);
        if (known != null) {
            return known;
        }
        MemoryPlan.Place place = program.memory().places().get(name);
        if (place == null) {
            throw new IllegalStateException("no place for " + name);
        }
        TestMemory memory = switch (place) {
            case MemoryPlan.Slot(Dim offset) -> new TestMemory(arenas.get(type), size(offset));
            case MemoryPlan.ResultPlace result ->
                new TestMemory(
                        fresh(type, size(value.orElseThrow().type().shape().elements())), 0);
            case MemoryPlan.Inherits(String input) -> memory(input, type, Optional.empty());
            case MemoryPlan.Within within -> {
                TestMemory whole = memory(within.value(), type, Optional.ofNullable(types.get(within.value())));
                yield new TestMemory(whole.array(), whole.offset() + size(within.offset()));
            }
            case MemoryPlan.InputPlace input -> throw new IllegalStateException(name);
            case MemoryPlan.ConstantPlace constant -> throw new IllegalStateException(name);
            case MemoryPlan.Late late -> throw new IllegalStateException("late " + name);
        };
        memories.put(name, memory);
        return memory;
    }

    private static Object packed(ConstantData data) {
        Object plain = array(data.literal().tensor());
        Object held =
                data.packing().map(packing -> rearranged(plain, data, packing)).orElse(plain);
        return data.storage() == Buffer.Storage.ARRAY ? held : offHeap(held);
    }

    private static Object rearranged(Object plain, ConstantData data, ConstantData.Packing packing) {
        DType type = data.literal().tensor().dtype();
        long width = type.bits() / 8;
        Object panels = fresh(type, packing.layout().span().constant());
        segment(panels).fill((byte) 0);
        long[] at = new long[packing.extents().size()];
        long count = packing.extents().stream().reduce(1L, (left, right) -> left * right);
        for (long element = 0; element < count; element++) {
            long rest = element;
            long from = packing.offset();
            for (int axis = at.length - 1; axis >= 0; axis--) {
                at[axis] = rest % packing.extents().get(axis);
                rest /= packing.extents().get(axis);
                from += at[axis] * packing.strides().get(axis);
            }
            long to = packing.layout()
                    .address(Arrays.stream(at).mapToObj(Dim::of).toList())
                    .constant();
            MemorySegment.copy(segment(plain), from * width, segment(panels), to * width, width);
        }
        return panels;
    }

    private static MemorySegment offHeap(Object array) {
        MemorySegment from = segment(array);
        return Arena.ofAuto().allocate(Math.max(1, from.byteSize()), 64).copyFrom(from);
    }

    private static Object array(Tensor tensor) {
        Object array = fresh(tensor.dtype(), tensor.elements());
        segment(array).copyFrom(tensor.segment());
        return array;
    }

    private Tensor tensor(Value value, TestMemory memory) {
        long[] shape =
                value.type().shape().dims().stream().mapToLong(this::size).toArray();
        long width = value.type().dtype().bits() / 8;
        MemorySegment part = segment(memory.array()).asSlice(memory.offset() * width, Tensor.count(shape) * width);
        MemorySegment copy =
                MemorySegment.ofArray(new byte[(int) part.byteSize()]).copyFrom(part);
        return Tensor.of(copy, value.type().dtype(), shape);
    }

    private static Object fresh(DType type, long elements) {
        int size = Math.toIntExact(elements);
        return switch (type) {
            case F32 -> {
                float[] data = new float[size];
                Arrays.fill(data, Float.NaN);
                yield data;
            }
            case F64 -> {
                double[] data = new double[size];
                Arrays.fill(data, Double.NaN);
                yield data;
            }
            case I64, U64 -> {
                long[] data = new long[size];
                Arrays.fill(data, 0x5A5A5A5A5AL);
                yield data;
            }
            case I32, U32 -> new int[size];
            case F16, BF16, I16, U16 -> new short[size];
            case I8, U8, BOOL -> new byte[size];
            default -> throw new IllegalArgumentException("memory of " + type);
        };
    }

    private static MemorySegment segment(Object array) {
        return switch (array) {
            case float[] data -> MemorySegment.ofArray(data);
            case double[] data -> MemorySegment.ofArray(data);
            case long[] data -> MemorySegment.ofArray(data);
            case int[] data -> MemorySegment.ofArray(data);
            case short[] data -> MemorySegment.ofArray(data);
            case byte[] data -> MemorySegment.ofArray(data);
            default -> throw new IllegalArgumentException(array.toString());
        };
    }
}
