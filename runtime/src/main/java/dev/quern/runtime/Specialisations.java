package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.signature.KnownSizes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Programs for known sizes, where the general one's assumptions fail; of those that no run uses the least recently used goes first. While one is compiled
 * only runs that need it wait. What a model, or a body
 * of one, is compiled for begins with the shapes of its inputs; where an assumption on a size that it finds out itself fails,
 * it is compiled for what it found, and begun again.
 */
final class Specialisations {
    private static final System.Logger LOG = System.getLogger("dev.quern.runtime");
    private static final int MOST = 32;

    /** Compiles. */
    interface Compile {
        /** The program for {@code sizes} of the model, or if {@code body} is not empty of that body; none if they leave no such body. */
        Optional<PreparedProgram> apply(KnownSizes sizes, String body);
    }

    private record Key(KnownSizes sizes, String body) {}

    private final Compile compile;
    private final LeasedValues<Key, PreparedProgram> programs = new LeasedValues<>(MOST, PreparedProgram::close);

    Specialisations(Compile compile) {
        this.compile = compile;
    }

    /** Runs the model of which {@code general} does not take these inputs. */
    List<Tensor> run(PreparedProgram general, List<Tensor> inputs, UnmetGuard unmet, RunContext context) {
        KnownSizes sizes = KnownSizes.of(inputs.stream().map(Tensor::shape).toList());
        return run(general, inputs, "", null, sizes, unmet, context);
    }

    /** Runs a body of which {@code general} does not take these inputs. */
    private List<Tensor> body(
            PreparedProgram general,
            List<Tensor> inputs,
            KnownSizes model,
            Enclosing outer,
            UnmetGuard unmet,
            RunContext context) {
        String name = general.program().name();
        KnownSizes sizes = outer.and(model).with(name, Enclosing.shapes(general, inputs));
        return run(general, inputs, name, outer, sizes, unmet, context);
    }

    private List<Tensor> run(
            PreparedProgram general,
            List<Tensor> inputs,
            String body,
            Enclosing outer,
            KnownSizes begin,
            UnmetGuard first,
            RunContext context) {
        KnownSizes sizes = begin;
        UnmetGuard unmet = first;
        while (true) {
            KnownSizes model = sizes;
            RunContext fitting = context.fitting(
                    (program, given, around, failed) -> body(program, given, model, around, failed, context));
            try (LeasedValues.Lease<PreparedProgram> special =
                    program(general.program().name(), sizes, body, unmet, context.watch())) {
                try {
                    return ProgramRun.sized(special.value(), named(general, special.value(), inputs), outer, fitting);
                } catch (UnmetGuard again) {
                    KnownSizes more = sizes.with(special.value().found(again.symbols()));
                    if (more.equals(sizes)) {
                        throw body.isEmpty() ? again.refusal() : again;
                    }
                    sizes = more;
                    unmet = again;
                }
            }
        }
    }

    /** The inputs that {@code special} has, which knows some of those of {@code general} beforehand. */
    private static List<Tensor> named(PreparedProgram general, PreparedProgram special, List<Tensor> inputs) {
        List<String> names =
                general.program().inputs().stream().map(Value::name).toList();
        List<Tensor> chosen = new ArrayList<>();
        for (Value input : special.program().inputs()) {
            chosen.add(inputs.get(names.indexOf(input.name())));
        }
        return chosen;
    }

    private LeasedValues.Lease<PreparedProgram> program(
            String name, KnownSizes sizes, String body, UnmetGuard unmet, Watch watch) {
        return programs.lease(new Key(sizes, body), () -> compiled(name, sizes, body, unmet), watch::check);
    }

    /** The program for {@code sizes}; {@code unmet} where they leave no such body, for what is around it to be compiled for them. */
    private PreparedProgram compiled(String name, KnownSizes sizes, String body, UnmetGuard unmet) {
        ShapeGuard guard = unmet.guard();
        LOG.log(
                System.Logger.Level.INFO,
                "{0}: compiling for {1}, because {2} does not hold of them ({3})",
                name,
                SizedText.of(sizes, body),
                guard,
                guard.reason());
        try {
            return compile.apply(sizes, body).orElseThrow(() -> unmet);
        } catch (ModelException refused) {
            boolean misfit = refused.code() == ModelException.Code.INVALID_MODEL;
            throw new ModelException(
                    misfit ? ModelException.Code.INVALID_INPUT : refused.code(),
                    name,
                    SizedText.of(sizes, body) + (misfit ? " do not fit the model: " : ": ") + refused.getMessage(),
                    refused);
        }
    }

    /** Shows {@code seen} the programs that there are. */
    void each(SizedVisitor seen) {
        programs.values().forEach((key, program) -> seen.visit(key.sizes(), key.body(), program));
    }

    /** Takes a program for {@code sizes} of the model, or if {@code body} is not empty of that body. */
    interface SizedVisitor {
        void visit(KnownSizes sizes, String body, PreparedProgram program);
    }

    /** Frees what was compiled, as soon as no run uses it. */
    void close() {
        programs.close();
    }
}
