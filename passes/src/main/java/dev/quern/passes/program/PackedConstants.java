package dev.quern.passes.program;

import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Buffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A program on its way to be run: constants that a schedule lays anew, as {@link dev.quern.ir.schedule.Step.Pack} does, become
 * constants of their own, and those that are then read by nobody as they are go. What was packed for another schedule than a kernel has now is packed anew, from the constant itself.
 */
public final class PackedConstants {
    private final Program program;
    private final Map<String, ConstantData> packed = new HashMap<>();
    private final Set<String> plain = new HashSet<>();

    private PackedConstants(Program program) {
        this.program = program;
    }

    /** {@code program} with its packed constants, in its bodies too; itself if there are none. */
    public static Program in(Program program) {
        return new PackedConstants(program).packed();
    }

    /** {@code program} with its constants as they were before they were packed, for whoever packs them in another way; its steps are left as they are. */
    public static Program undone(Program program) {
        Map<String, ConstantData> constants = new HashMap<>();
        program.constants()
                .forEach((name, constant) -> constants.put(
                        name, new ConstantData(constant.literal(), Optional.empty(), constant.storage())));
        return new Program(
                program.name(),
                program.inputs(),
                program.outputs(),
                program.guards(),
                constants,
                program.steps(),
                program.memory());
    }

    private Program packed() {
        program.outputs().forEach(value -> plain.add(value.name()));
        for (MemoryPlan.Place place : program.memory().places().values()) {
            if (place instanceof MemoryPlan.Within within) {
                plain.add(within.value());
            }
        }
        List<ProgramStep> steps = program.steps().stream().map(this::step).toList();
        if (packed.isEmpty() && steps.equals(program.steps())) {
            return program;
        }
        Map<String, ConstantData> constants = new HashMap<>(program.constants());
        Map<String, MemoryPlan.Place> places = new HashMap<>(program.memory().places());
        for (String name : program.constants().keySet()) {
            if (!plain.contains(name)) {
                constants.remove(name);
                places.remove(name);
            }
        }
        constants.putAll(packed);
        packed.keySet().forEach(name -> places.put(name, new MemoryPlan.ConstantPlace()));
        return new Program(
                program.name(),
                program.inputs(),
                program.outputs(),
                program.guards(),
                constants,
                steps,
                new MemoryPlan(places, program.memory().arenaElements()));
    }

    private ProgramStep step(ProgramStep step) {
        return switch (step) {
            case ProgramStep.RunKernel kernel -> kernel(kernel);
            case ProgramStep.RunHost host -> reading(host, host.node().inputs());
            case ProgramStep.RunControl(var node, List<Program> bodies) ->
                reading(
                        new ProgramStep.RunControl(
                                node, bodies.stream().map(PackedConstants::in).toList()),
                        node.inputs());
            case ProgramStep.CheckIndices check -> reading(check, List.of(check.value()));
        };
    }

    private ProgramStep reading(ProgramStep step, List<Value> operands) {
        operands.forEach(value -> plain.add(value.name()));
        return step;
    }

    private ProgramStep kernel(ProgramStep.RunKernel step) {
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < step.arguments().size(); i++) {
            String name = step.arguments().get(i);
            Layout plainly = step.kernel().parameters().get(i).layout();
            Buffer after = step.scheduled().parameters().get(i);
            if (after.layout().equals(laid(name, plainly))) {
                plain.add(name);
                arguments.add(name);
            } else {
                arguments.add(pack(name, after, plainly));
            }
        }
        return step.withArguments(arguments);
    }

    /** How {@code name} is laid: {@code plainly}, unless it is a constant that is packed already, perhaps for another schedule than its kernel has now. */
    private Layout laid(String name, Layout plainly) {
        ConstantData constant = program.constants().get(name);
        return constant == null
                ? plainly
                : constant.packing().map(ConstantData.Packing::layout).orElse(plainly);
    }

    private String pack(String name, Buffer as, Layout plainly) {
        ConstantData constant = program.constants().get(name);
        if (constant == null) {
            throw new IllegalStateException(
                    program.name() + " lays '" + name + "' as " + as.layout() + ", and it is no constant");
        }
        Optional<ConstantData.Packing> packing =
                as.layout().equals(plainly) ? Optional.empty() : Optional.of(packing(as.shape(), as.layout()));
        ConstantData data = new ConstantData(constant.literal(), packing, as.storage());
        String known = unpacked(name, constant) + suffix(as.layout());
        while (isTaken(known, data)) {
            known += "'";
        }
        packed.put(known, data);
        return known;
    }

    private static String suffix(Layout layout) {
        return " as " + layout.axes();
    }

    /** The name of {@code constant} before it was packed for the schedule that its kernel had. */
    private static String unpacked(String name, ConstantData constant) {
        return constant.packing()
                .map(packing -> suffix(packing.layout()))
                .filter(name::endsWith)
                .map(suffix -> name.substring(0, name.length() - suffix.length()))
                .orElse(name);
    }

    /** Whether something else than {@code data} has the name: a model may have given it. */
    private boolean isTaken(String name, ConstantData data) {
        ConstantData constant = packed.getOrDefault(name, program.constants().get(name));
        return constant != null
                ? !constant.equals(data)
                : program.memory().places().containsKey(name);
    }

    private static ConstantData.Packing packing(Shape shape, Layout layout) {
        long[] extents =
                shape.asConstant().orElseThrow(() -> new IllegalStateException("constant of symbolic shape " + shape));
        List<Long> strides = shape.rowMajorStrides().stream()
                .map(stride -> stride.constant())
                .toList();
        return new ConstantData.Packing(Arrays.stream(extents).boxed().toList(), strides, 0, layout);
    }
}
