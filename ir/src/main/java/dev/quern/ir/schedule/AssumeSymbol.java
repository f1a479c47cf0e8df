package dev.quern.ir.schedule;

import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import java.util.List;

/** A symbol becomes a value throughout the kernel; it stays an argument, and the caller checks the assumption. */
final class AssumeSymbol {
    private AssumeSymbol() {}

    static Kernel apply(Step.Assume step, Application application) {
        Kernel kernel = application.kernel();
        if (!kernel.symbols().contains(step.symbol())) {
            throw application.refusal(
                    "the kernel has no symbol " + step.symbol() + "; its symbols are " + kernel.symbols());
        }
        for (String used : step.value().symbols()) {
            if (!kernel.symbols().contains(used) || used.equals(step.symbol())) {
                throw application.refusal(
                        "the value depends on " + used + "; it may use other symbols of the kernel only");
            }
        }
        Substitution substitution = Substitution.of(step.symbol(), step.value());
        List<Buffer> parameters = kernel.parameters().stream()
                .map(parameter -> parameter.withDims(substitution::in))
                .toList();
        return kernel.withParameters(parameters).withBody(substitution.in(kernel.body()));
    }
}
