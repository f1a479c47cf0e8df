package dev.quern.ir.schedule;

import dev.quern.ir.Layout;
import dev.quern.ir.LayoutProof;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/** A parameter that is only read, or memory that the kernel allocates, gets another layout. */
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
        return found ? kernel.withParameters(parameters) : kernel.withBody(allocated(step, application));
    }

    private static Stmt allocated(Step.Pack step, Application application) {
        Kernel kernel = application.kernel();
        List<String> allocations = new ArrayList<>();
        kernel.body().walk(part -> {
            if (part instanceof Stmt.Allocate allocate) {
                allocations.add(allocate.buffer().name());
            }
        });
        if (!allocations.contains(step.buffer())) {
            throw application.refusal("the kernel has no buffer " + step.buffer() + "; its parameters are "
                    + kernel.parameters().stream().map(Buffer::name).toList() + ", its allocations " + allocations);
        }
        return allocated(kernel.body(), step, application);
    }

    private static Stmt allocated(Stmt statement, Step.Pack step, Application application) {
        if (statement instanceof Stmt.Allocate(Buffer buffer, Stmt body)
                && buffer.name().equals(step.buffer())) {
            requirePlaces(buffer, step.layout(), application);
            return new Stmt.Allocate(buffer.withLayout(step.layout()), body);
        }
        return Statements.withParts(statement, part -> allocated(part, step, application));
    }

    private static void check(Buffer parameter, Layout layout, boolean read, Application application) {
        if (!read) {
            throw application.refusal(parameter.name() + " is written");
        }
        if (!parameter.layout().isRowMajor(parameter.shape())) {
            throw application.refusal(parameter.name() + " is not row-major: its layout is " + parameter.layout());
        }
        requirePlaces(parameter, layout, application);
    }

    private static void requirePlaces(Buffer buffer, Layout layout, Application application) {
        LayoutProof.fault(layout, buffer.shape()).ifPresent(fault -> {
            throw application.refusal(buffer.name() + buffer.shape() + ": " + fault);
        });
    }
}
