package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;

/** A parameter that is only read gets a layout of panels along its last axis; matrices of leading axes lie one after the other. */
final class PackBuffer {
    private PackBuffer() {}

    static Kernel apply(Step.Pack step, Application application) {
        Kernel kernel = application.kernel();
        if (step.width() < 1) {
            throw application.refusal("width " + step.width() + " is less than 1");
        }
        List<Buffer> parameters = new ArrayList<>();
        boolean found = false;
        for (int i = 0; i < kernel.parameters().size(); i++) {
            Buffer parameter = kernel.parameters().get(i);
            if (parameter.name().equals(step.buffer())) {
                found = true;
                check(parameter, i < kernel.parameters().size() - kernel.results(), application);
                parameter =
                        parameter.withLayout(panels(parameter, step.width())).withStorage(Buffer.Storage.ARRAY);
            }
            parameters.add(parameter);
        }
        if (!found) {
            throw application.refusal("the kernel has no parameter " + step.buffer() + "; its parameters are "
                    + kernel.parameters().stream().map(Buffer::name).toList());
        }
        return kernel.withParameters(parameters);
    }

    private static void check(Buffer parameter, boolean read, Application application) {
        if (!read) {
            throw application.refusal(parameter.name() + " is written");
        }
        if (parameter.shape().rank() < 2) {
            throw application.refusal(
                    parameter.name() + " has rank " + parameter.shape().rank() + ", less than 2");
        }
        if (!parameter.layout().isRowMajor(parameter.shape())) {
            throw application.refusal(parameter.name() + " is not row-major: its layout is " + parameter.layout());
        }
    }

    private static Layout panels(Buffer parameter, long width) {
        Layout matrix =
                Layout.panels(parameter.shape().dim(-2), parameter.shape().dim(-1), width);
        List<List<Layout.Mode>> axes = new ArrayList<>(matrix.axes());
        Dim stride = matrix.span();
        for (int axis = parameter.shape().rank() - 3; axis >= 0; axis--) {
            Dim extent = parameter.shape().dim(axis);
            axes.addFirst(List.of(new Layout.Mode(extent, stride)));
            stride = stride.times(extent);
        }
        return new Layout(axes, matrix.swizzle());
    }
}
