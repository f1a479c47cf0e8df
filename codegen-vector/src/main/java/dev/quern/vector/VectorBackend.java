package dev.quern.vector;

import dev.quern.ModelException;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.MachineCode;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.math.ExpandMath;
import dev.quern.vector.MethodSize.SizeLimit;
import java.lang.invoke.MethodHandles;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
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

    /** A kernel in another form, whose methods are smaller. */
    private record SmallerForm(UnaryOperator<Stmt> body, boolean unroll) {}

    /** The kernel as it is, its loops in methods of their own, nothing unrolled. */
    private static final List<SmallerForm> PLAIN = List.of(
            new SmallerForm(body -> body, true),
            new SmallerForm(OutlineSections::loops, true),
            new SmallerForm(OutlineSections::loops, false));

    /** Nothing in registers across loops, loops in these loops in methods of their own. */
    private static final List<SmallerForm> SPILLED =
            List.of(new SmallerForm(OutlineSections::spilling, false), new SmallerForm(OutlineSections::nested, false));

    /**
     * Tries, until its methods are small enough: forms that cost little, for both of HotSpot's compilers; then these and the others for the
     * second, which is the only one for kernels where that can be asked.
     */
    private static byte[] classFile(Kernel kernel, int vectorBits) {
        Stream<Optional<byte[]>> both =
                PLAIN.stream().map(form -> attempt(kernel, form, vectorBits, SizeLimit.BOTH_COMPILERS));
        Stream<Optional<byte[]>> second = Stream.concat(PLAIN.stream(), SPILLED.stream())
                .map(form -> attempt(kernel, form, vectorBits, SizeLimit.SECOND_COMPILER));
        return Stream.concat(both, second)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(() -> Refusal.because(
                        "a method that is larger than the JIT compiler takes; use smaller tiles or outline more"));
    }

    /** The class file; empty if a method is too large, or if this form, other than the kernel's own, cannot be lowered. */
    private static Optional<byte[]> attempt(Kernel kernel, SmallerForm form, int vectorBits, SizeLimit limit) {
        Stmt body = form.body().apply(kernel.body());
        Kernel other = HoistScratch.apply(kernel.withBody(body));
        try {
            return Optional.of(classFile(other, vectorBits, form.unroll(), limit));
        } catch (TooLarge _) {
            return Optional.empty();
        } catch (Refusal refused) {
            if (body == kernel.body()) {
                throw refused;
            }
            return Optional.empty();
        }
    }

    private static byte[] classFile(Kernel kernel, int vectorBits, boolean unroll, SizeLimit limit) {
        StridedStores.Apart taken = StridedStores.apart(kernel, vectorBits, unroll);
        Kernel apart = taken.kernel();
        Plan plan = taken.plan();
        Kernel spelled = apart.withBody(SerialLanes.spell(apart.body(), loop -> plan.vectorLoop(loop) != null));
        return ClassBuilder.build(
                spelled, spelled.body() == apart.body() ? plan : Plan.of(spelled, vectorBits, unroll), limit);
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
