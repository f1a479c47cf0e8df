package dev.quern.ir.schedule;

import dev.quern.ir.Layout;
import dev.quern.ir.LayoutProof;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;

/** A parameter that is only read gets another layout. */
final class PackBuffer {
    private PackBuffer() {}

    static Kernel apply(Step.Pack step, Application application) {
        Kernel kernel = application.kernel();
        List<Buffer> parameters = new ArrayList<>();
        boolean found = false;
        for (int i = 0; i < kernel.parameters().size(); i++) {
            Buffer parameter = kernel.parameters().get(i);
            if (parameter.name().equals(step.buffer())) {
                found = true;
                check(parameter, step.layout(), i < kernel.parameters().size() - kernel.results(), application);
                parameter = parameter.withLayout(step.layout()).withStorage(Buffer.Storage.ARRAY);
            }
            parameters.add(parameter);
        }
        if (!found) {
            throw application.refusal("the kernel has no parameter " + step.buffer() + "; its parameters are "
                    + kernel.parameters().stream().map(Buffer::name).toList());
        }
        return kernel.withParameters(parameters);
    }

    private static void check(Buffer parameter, Layout layout, boolean read, Application application) {
        if (!read) {
            throw application.refusal(parameter.name() + " is written");
        }
        if (!parameter.layout().isRowMajor(parameter.shape())) {
            throw application.refusal(parameter.name() + " is not row-major: its layout is " + parameter.layout());
        }
        LayoutProof.fault(layout, parameter.shape()).ifPresent(fault -> {
            throw application.refusal(parameter.name() + parameter.shape() + ": " + fault);
        });
    }
}
