package dev.quern.runtime;

import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.GiveBack;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.passes.CompilationPart;
import dev.quern.passes.program.ConstantData;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** What a program and its bodies have of their model's: the code of their kernels, and constants. Given back when this is closed. */
final class Holdings implements AutoCloseable {
    private final List<LeasedValues.Lease<?>> leases = new ArrayList<>();
    private final Map<ProgramStep.RunKernel, Executable> executables = new IdentityHashMap<>();
    private final Map<KernelForms.Form, Executable> forms = new IdentityHashMap<>();
    private final Map<ConstantData, HeldConstant> constants = new IdentityHashMap<>();

    private Holdings() {}

    /**
     * All that {@code program} needs, made where it is not there.
     *
     * @param check called before each kernel and constant, by any thread; what it throws ends this
     */
    static Holdings of(Program program, KernelCache kernels, ConstantStore store, Runnable check) {
        List<ProgramStep.RunKernel> steps = new ArrayList<>();
        Map<ConstantData, String> names = new IdentityHashMap<>();
        collect(program, steps, names);
        List<ConstantData> wanted = List.copyOf(names.keySet());
        Holdings holdings = new Holdings();
        try {
            List<LeasedValues.Lease<Executable>> code = kernels.lease(steps, check);
            holdings.leases.addAll(code);
            for (int i = 0; i < steps.size(); i++) {
                holdings.executables.put(steps.get(i), code.get(i).value());
            }
            List<LeasedValues.Lease<ConstantStore.Placed>> constants = kernels.times()
                    .time(CompilationPart.CONSTANTS, program.name(), () -> store.lease(wanted, names::get, check));
            holdings.leases.addAll(constants);
            for (int i = 0; i < wanted.size(); i++) {
                holdings.constants.put(wanted.get(i), constants.get(i).value().constant());
            }
            return holdings;
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, holdings::close);
            throw failure;
        }
    }

    private static void collect(Program program, List<ProgramStep.RunKernel> steps, Map<ConstantData, String> names) {
        program.constants().forEach((name, constant) -> names.put(constant, name));
        for (ProgramStep step : program.steps()) {
            switch (step) {
                case ProgramStep.RunKernel kernel -> steps.add(kernel);
                case ProgramStep.RunControl control -> control.bodies().forEach(body -> collect(body, steps, names));
                case ProgramStep.RunHost _, ProgramStep.CheckIndices _ -> {}
            }
        }
    }

    /** The code of the form for all sizes of the step's kernel. */
    Executable executable(ProgramStep.RunKernel step) {
        return executables.get(step);
    }

    /** The code of a form of the step's kernel for some sizes only, made where it is not there. */
    synchronized Executable executable(ProgramStep.RunKernel step, KernelForms.Form form, KernelCache kernels) {
        Executable known = forms.get(form);
        if (known != null) {
            return known;
        }
        LeasedValues.Lease<Executable> lease = kernels.lease(step, form);
        leases.add(lease);
        forms.put(form, lease.value());
        return lease.value();
    }

    /** Shows {@code seen} the forms of the step's kernel that sizes have chosen so far, but for that for all sizes. */
    synchronized void chosen(ProgramStep.RunKernel step, BiConsumer<Kernel, Executable> seen) {
        for (KernelForms.Form form : step.forms().forms()) {
            Executable executable = forms.get(form);
            if (executable != null) {
                seen.accept(form.scheduled(), executable);
            }
        }
    }

    /** Where {@code data} is held. */
    HeldConstant constant(ConstantData data) {
        return constants.get(data);
    }

    @Override
    public synchronized void close() {
        GiveBack.all(leases.stream().<Runnable>map(lease -> lease::close).toList());
    }
}
