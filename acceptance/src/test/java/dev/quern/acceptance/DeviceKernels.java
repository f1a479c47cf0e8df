package dev.quern.acceptance;

import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.acceptance.KernelBeside.Likeness;
import dev.quern.ir.Dim;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.DeviceExecutable;
import dev.quern.ir.backend.Target;
import dev.quern.ir.cost.KernelCost;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.onnx.OnnxModels;
import dev.quern.onnx.proto.ModelBytes;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.graph.GraphPipeline;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.runtime.BackendChoice;
import dev.quern.zoo.ModelZoo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Every kernel of the models of the tests, as scheduled for a device, beside the kernel interpreter. A program of its own too, for machines where a JVM is all there is:
 * {@code DeviceKernels cuda NAME=FILE NAME …} compares the kernels of these models and ends with 1 if one differs.
 */
final class DeviceKernels {
    private static final long SEED = 20261126;

    /** Operations that are interpreted at most: a minute of one processor. */
    private static final double MOST_OPERATIONS = 1e9;

    /** The value of a symbol that no input has, such as an extent that is found out. */
    private static final long USUAL = 5;

    private DeviceKernels() {}

    /**
     * What was found of a model.
     *
     * @param sameBits kernels that gave the interpreter's bits
     * @param within kernels within the rule for floats
     * @param large kernels that take too long to interpret
     * @param refused kernels that the back end does not lower
     * @param different names of kernels that differ
     */
    record DeviceTally(int sameBits, int within, int large, int refused, List<String> different) {
        @Override
        public String toString() {
            return sameBits + " with the interpreter's bits, " + within + " within the rule, " + large
                    + " too large to interpret, " + refused + " refused, " + different.size() + " different";
        }
    }

    /** The kernels of the model in {@code file} as scheduled for {@code target}, at the sizes of {@code inputs}. */
    static List<KernelBeside> kernels(Path file, Target target, Map<String, Tensor> inputs) {
        try (ModelBytes bytes = ModelBytes.map(file)) {
            Program program = Compiler.compile(
                    GraphPipeline.run(OnnxModels.read(bytes, _ -> {}).graph()), target, CompileOptions.defaults());
            Map<String, Long> symbols = new HashMap<>();
            for (Value input : program.inputs()) {
                long[] shape = inputs.get(input.name()).shape();
                for (int axis = 0; axis < shape.length; axis++) {
                    Dim dim = input.type().shape().dim(axis);
                    if (!dim.isConstant()) {
                        symbols.put(dim.toString(), shape[axis]);
                    }
                }
            }
            Set<KernelBeside> kernels = new LinkedHashSet<>();
            collect(program, symbols, kernels);
            return List.copyOf(kernels);
        }
    }

    private static void collect(Program program, Map<String, Long> sizes, Set<KernelBeside> kernels) {
        for (ProgramStep step : program.steps()) {
            switch (step) {
                case ProgramStep.RunKernel run -> {
                    for (KernelForms.Form form : run.forms().forms()) {
                        Map<String, Long> own = new HashMap<>();
                        form.scheduled()
                                .symbols()
                                .forEach(symbol -> own.put(symbol, sizes.getOrDefault(symbol, USUAL)));
                        kernels.add(new KernelBeside(nameless(form.scheduled()), Map.copyOf(own)));
                    }
                }
                case ProgramStep.RunControl control -> control.bodies().forEach(body -> collect(body, sizes, kernels));
                case ProgramStep.RunHost _, ProgramStep.CheckIndices _ -> {}
            }
        }
    }

    private static Kernel nameless(Kernel kernel) {
        return new Kernel(
                kernel.template(),
                kernel.template(),
                kernel.symbols(),
                kernel.parameters(),
                kernel.results(),
                kernel.body());
    }

    /** Compares {@code kernels} on the device of {@code backend}; those that take longest are interpreted on all processors at once. */
    static DeviceTally compare(List<KernelBeside> kernels, Backend backend, Target target) {
        List<String> different = Collections.synchronizedList(new ArrayList<>());
        int[] counts = new int[4];
        kernels.parallelStream().forEach(each -> {
            int slot;
            try {
                long[] values = each.kernel().symbols().stream()
                        .mapToLong(each.symbols()::get)
                        .toArray();
                if (KernelCost.of(each.kernel(), values).operations() > MOST_OPERATIONS) {
                    slot = 2;
                } else {
                    DeviceExecutable executable = (DeviceExecutable) backend.compile(each.kernel(), target);
                    Likeness likeness = each.compare(backend, executable, SEED);
                    slot = likeness.ordinal() == 0 ? 0 : 1;
                    if (likeness == Likeness.DIFFERENT) {
                        different.add(each.kernel().name() + " " + each.symbols());
                        return;
                    }
                }
            } catch (ModelException refused) {
                if (refused.code() != ModelException.Code.UNSUPPORTED) {
                    different.add(each.kernel().name() + " " + each.symbols() + ": " + refused.getMessage());
                    return;
                }
                slot = 3;
            }
            synchronized (counts) {
                counts[slot]++;
            }
        });
        return new DeviceTally(counts[0], counts[1], counts[2], counts[3], List.copyOf(different));
    }

    /** The models of the tests. */
    static List<ModelCase> cases() {
        List<ModelCase> cases = new ArrayList<>(ModelCases.all());
        cases.addAll(ModelCases.architectures());
        return cases;
    }

    /** Compares the models named. */
    public static void main(String[] arguments) throws IOException {
        Backend backend = BackendChoice.forDevice(arguments[0]);
        Target target = backend.target(1);
        boolean allAgree = true;
        for (String argument : List.of(arguments).subList(1, arguments.length)) {
            String name = argument.split("=", 2)[0];
            ModelCase model = cases().stream()
                    .filter(each -> each.model().equals(name))
                    .findFirst()
                    .orElseThrow();
            Path file = name.equals(argument) ? file(model) : Path.of(argument.substring(name.length() + 1));
            DeviceTally tally =
                    compare(kernels(file, target, model.inputs(model.sizes().getFirst(), SEED)), backend, target);
            System.out.println(name + " at '" + model.sizes().getFirst() + "': " + tally);
            tally.different().forEach(kernel -> System.out.println("  DIFFERENT " + kernel));
            allAgree &= tally.different().isEmpty();
        }
        System.exit(allAgree ? 0 : 1);
    }

    /** The file of a model of the tests. */
    static Path file(ModelCase model) throws IOException {
        return ModelZoo.ofSystemProperties().path(model.model());
    }
}
