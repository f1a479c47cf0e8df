package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.ir.schedule.Schedule;
import dev.quern.onnx.signature.DeclaredInput;
import dev.quern.onnx.signature.KnownSizes;
import dev.quern.onnx.signature.Overrides;
import dev.quern.passes.program.ConstantData;
import dev.quern.passes.program.MemoryPlan;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds programs step by step, without a compiler, and models of them that run by the interpreter. */
final class HandMade {
    static final Dim N = Dim.symbol("n");

    private final String name;
    private final List<Value> inputs = new ArrayList<>();
    private final List<Value> outputs = new ArrayList<>();
    private final List<ShapeGuard> guards = new ArrayList<>();
    private final Map<String, ConstantData> constants = new HashMap<>();
    private final List<ProgramStep> steps = new ArrayList<>();
    private final Map<String, MemoryPlan.Place> places = new HashMap<>();
    private final Map<DType, Dim> arenas = new HashMap<>();

    HandMade(String name) {
        this.name = name;
    }

    static Value value(String name, DType dtype, Dim... shape) {
        return new Value(name, new TensorType(dtype, Shape.of(shape)));
    }

    HandMade input(Value value) {
        inputs.add(value);
        return place(value.name(), new MemoryPlan.InputPlace());
    }

    HandMade output(Value value) {
        outputs.add(value);
        return this;
    }

    HandMade result(Value value) {
        return output(value).place(value.name(), new MemoryPlan.ResultPlace());
    }

    HandMade place(String value, MemoryPlan.Place place) {
        places.put(value, place);
        return this;
    }

    HandMade slot(String value, Dim offset) {
        return place(value, new MemoryPlan.Slot(offset));
    }

    HandMade arena(DType dtype, Dim elements) {
        arenas.put(dtype, elements);
        return this;
    }

    HandMade guard(ShapeGuard guard) {
        guards.add(guard);
        return this;
    }

    HandMade constant(String value, ConstantData data) {
        constants.put(value, data);
        return place(value, new MemoryPlan.ConstantPlace());
    }

    HandMade step(ProgramStep step) {
        steps.add(step);
        return this;
    }

    HandMade kernel(Kernel kernel, String... arguments) {
        Dim work = kernel.parameters().getLast().shape().elements().times(1 << 14);
        return step(new ProgramStep.RunKernel(
                kernel, KernelForms.of(Schedule.NONE, kernel), List.of(arguments), List.of(), work, kernel.name()));
    }

    HandMade host(Node node) {
        return step(new ProgramStep.RunHost(node));
    }

    Program build() {
        return new Program(name, inputs, outputs, guards, constants, steps, new MemoryPlan(places, arenas));
    }

    /** {@code y[i] = x[i]*scale + shift} over {@code extent} elements. */
    static Kernel affine(Dim extent, float scale, float shift) {
        Dim i = Dim.symbol("i");
        Expr load = new Expr.Load("x", List.of(i), DType.F32);
        Expr value = new Expr.Fma(load, Expr.Immediate.of(scale), Expr.Immediate.of(shift));
        return elementwise(extent, value, List.of("x"));
    }

    /** {@code y[i] = x[i] + w[i]}, with {@code w} held as {@code storage} says. */
    static Kernel add(Dim extent, Buffer.Storage storage) {
        Dim i = Dim.symbol("i");
        Expr value = new Expr.BinaryOperation(
                BinaryOp.ADD, new Expr.Load("x", List.of(i), DType.F32), new Expr.Load("w", List.of(i), DType.F32));
        Kernel kernel = elementwise(extent, value, List.of("x", "w"));
        List<Buffer> parameters = new ArrayList<>(kernel.parameters());
        parameters.set(1, parameters.get(1).withStorage(storage));
        return kernel.withParameters(parameters);
    }

    private static Kernel elementwise(Dim extent, Expr value, List<String> operands) {
        Shape shape = Shape.of(extent);
        List<Buffer> parameters = new ArrayList<>();
        operands.forEach(name -> parameters.add(Buffer.global(name, DType.F32, shape)));
        parameters.add(Buffer.global("y", DType.F32, shape));
        Stmt store = new Stmt.Store("y", List.of(Dim.symbol("i")), value);
        Stmt loop = new Stmt.For("i", extent, LoopKind.PARALLEL, store);
        return new Kernel("elementwise", "map", List.copyOf(extent.symbols()), parameters, 1, loop);
    }

    /** {@code x → 2x → 2x+1 → 4x+2}, by two values in the arena. */
    static Program chain() {
        return new HandMade("chain")
                .input(value("x", DType.F32, N))
                .slot("a", Dim.ZERO)
                .slot("b", N)
                .arena(DType.F32, N.times(2))
                .kernel(affine(N, 2, 0), "x", "a")
                .kernel(affine(N, 1, 1), "a", "b")
                .kernel(affine(N, 2, 0), "b", "y")
                .result(value("y", DType.F32, N))
                .build();
    }

    static CompiledModel model(Program program) {
        return model(program, Options.builder().threads(2).build());
    }

    static CompiledModel model(Program program, Options options) {
        return model(source(program), options, (node, operands, symbols, budget) -> {
            throw new AssertionError("no host step is expected");
        });
    }

    static CompiledModel model(Program program, HostEvaluator host) {
        return model(source(program), Options.builder().poison(true).build(), host);
    }

    static CompiledModel model(ProgramSource source, Options options, HostEvaluator host) {
        return model(source, options, host, new InterpretedBackend());
    }

    static CompiledModel model(ProgramSource source, Options options, HostEvaluator host, Backend backend) {
        KernelCache kernels = new KernelCache(
                backend,
                backend.target(options.threads()),
                StageSink.NONE,
                ResidentPool.shared(),
                options.threads(),
                KeptCode.NONE);
        return new CompiledModel(source, kernels, options, host, new ResidentPool(2), Watch.start(options.timeLimit()));
    }

    static ProgramSource source(Program program) {
        return new ProgramSource() {
            @Override
            public List<DeclaredInput> inputs() {
                return program.inputs().stream()
                        .map(value -> new DeclaredInput(value, false))
                        .toList();
            }

            @Override
            public Compilation compile(Overrides overrides, KnownSizes sizes, Target target) {
                if (!sizes.equals(KnownSizes.NONE)) {
                    throw new AssertionError("nothing to specialise is expected");
                }
                return new Compilation(program, Map.of());
            }

            @Override
            public Optional<Compilation> compile(Overrides overrides, KnownSizes sizes, String body, Target target) {
                throw new AssertionError("no body to specialise is expected");
            }

            @Override
            public void close() {}
        };
    }

    static float[] run(CompiledModel model, String output, Map<String, Tensor> inputs) {
        return model.run(inputs).get(output).toFloatArray();
    }

    static float[] ramp(int length) {
        float[] ramp = new float[length];
        for (int i = 0; i < length; i++) {
            ramp[i] = i - 3.5f;
        }
        return ramp;
    }

    static float[] affineOf(float[] x, float scale, float shift) {
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i] * scale + shift;
        }
        return y;
    }
}
