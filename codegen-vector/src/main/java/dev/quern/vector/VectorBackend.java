package dev.quern.vector;

import dev.quern.ModelException;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.MachineCode;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.math.ExpandMath;
import dev.quern.vector.MethodSize.SizeLimit;
import java.lang.invoke.MethodHandles;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.JMException;

/**
 * The {@code cpu} back end: a scheduled kernel becomes a hidden class whose methods use the Vector API, or scalar code where
 * the target has no vectors.
 *
 * <p>Refused, with a reason: elements narrower than a byte and 8-bit floats; parallel loops that are not the whole body; loops
 * of a grid; register buffers used across the boundary of a section; methods that stay too large for the JIT compiler. A vector
 * loop whose lanes mix 64 bits with less or need a function without a vector form runs one iteration at a time.
 */
public final class VectorBackend implements Backend {
    /** For {@link java.util.ServiceLoader}. */
    public VectorBackend() {}

    @Override
    public String device() {
        return "cpu";
    }

    @Override
    public Target target(int threads) {
        return HostTarget.discover(threads);
    }

    @Override
    public Executable compile(Kernel scheduled, Target target) {
        KernelCompilation.prepare();
        try {
            Kernel expanded = ExpandMath.expand(scheduled);
            byte[] classFile = classFile(expanded.withBody(LaneNames.inline(expanded.body())), vectorBits(target));
            return new CompiledKernel(scheduled, define(classFile), classFile);
        } catch (Refusal refusal) {
            throw new ModelException(
                    ModelException.Code.UNSUPPORTED,
                    scheduled.name(),
                    "the cpu back end does not lower " + refusal.getMessage(),
                    refusal);
        }
    }

    @Override
    public boolean takesCodeBack() {
        return true;
    }

    @Override
    public Executable restore(Kernel scheduled, byte[] artifact) {
        KernelCompilation.prepare();
        return new CompiledKernel(scheduled, define(artifact), artifact.clone());
    }

    @Override
    public MachineCode machineCode(Collection<Executable> executables) {
        Set<String> classes = executables.stream()
                .filter(CompiledKernel.class::isInstance)
                .map(executable ->
                        ((CompiledKernel) executable).generated().getClass().getName())
                .collect(Collectors.toSet());
        try {
            return CompiledMethods.of(
                    classes, KernelCompilation.command("compilerCodelist"), KernelCompilation.command("compilerQueue"));
        } catch (JMException | RuntimeException absent) {
            return MachineCode.NONE;
        }
    }

    private static int vectorBits(Target target) {
        return switch (target) {
            case Target.Processor host -> host.vectorBits();
            case Target.Grid grid -> throw Refusal.because("for " + grid.name());
        };
    }

    /**
     * Tries, until its methods are small enough: the kernel as it is, its loops in methods of their own, nothing unrolled, nothing in
     * registers across loops, loops in these loops in methods of their own. Where none is small enough for HotSpot's first compiler, which
     * is kept from kernels where that can be asked, again for the second alone.
     */
    private static byte[] classFile(Kernel kernel, int vectorBits) {
        return Stream.of(SizeLimit.values())
                .flatMap(limit -> attempts(kernel, vectorBits, limit))
                .map(Supplier::get)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(() -> Refusal.because(
                        "a method that is larger than the JIT compiler takes; use smaller tiles or outline more"));
    }

    private static Stream<Supplier<Optional<byte[]>>> attempts(Kernel kernel, int vectorBits, SizeLimit limit) {
        return Stream.of(
                () -> attempt(kernel, vectorBits, true, limit),
                () -> attempt(kernel.withBody(OutlineSections.loops(kernel.body())), vectorBits, true, limit),
                () -> attempt(kernel.withBody(OutlineSections.loops(kernel.body())), vectorBits, false, limit),
                () -> attempt(kernel.withBody(OutlineSections.spilling(kernel.body())), vectorBits, false, limit),
                () -> attempt(kernel.withBody(OutlineSections.nested(kernel.body())), vectorBits, false, limit));
    }

    /** The class file; empty if a method is too large. */
    private static Optional<byte[]> attempt(Kernel kernel, int vectorBits, boolean unroll, SizeLimit limit) {
        try {
            return Optional.of(classFile(kernel, vectorBits, unroll, limit));
        } catch (TooLarge _) {
            return Optional.empty();
        }
    }

    private static byte[] classFile(Kernel kernel, int vectorBits, boolean unroll, SizeLimit limit) {
        Plan plan = Plan.of(kernel, vectorBits, unroll);
        Kernel spelled = kernel.withBody(SerialLanes.spell(kernel.body(), loop -> plan.vectorLoop(loop) != null));
        return ClassBuilder.build(
                spelled, spelled.body() == kernel.body() ? plan : Plan.of(spelled, vectorBits, unroll), limit);
    }

    private static GeneratedKernel define(byte[] classFile) {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup().defineHiddenClass(classFile, true);
            GeneratedKernel kernel = (GeneratedKernel)
                    lookup.findConstructor(lookup.lookupClass(), java.lang.invoke.MethodType.methodType(void.class))
                            .invoke();
            KernelRehearsal.defined(kernel);
            return kernel;
        } catch (Throwable failure) {
            throw new AssertionError("a generated class does not load", failure);
        }
    }
}
