package dev.quern.ir.graph;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Typing rules of channels-last convolutions and pools. */
final class WindowTypes {
    private WindowTypes() {}

    static TensorType convolve(Op.Convolve op, Typing typing) {
        Shape weights = operands(op.window(), typing);
        Shape x = typing.input(0).shape();
        typing.equal(weights.dim(-2).times(op.groups()), x.dim(-1), "channels of x");
        divisible(weights.dim(-1), op.groups(), typing);
        return typing.input(0).withShape(slid(x, op.window(), weights.dim(-1), typing));
    }

    static TensorType convolveWinograd(Op.ConvolveWinograd op, Typing typing) {
        typing.operands(2, 2);
        typing.sameDType(0, 1);
        typing.rank(0, 4);
        typing.rank(1, 3);
        Shape x = typing.input(0).shape();
        Shape weights = typing.input(1).shape();
        boolean isPlain = op.window().extents().equals(List.of(Winograd.TAPS, Winograd.TAPS))
                && op.window().strides().equals(List.of(1, 1))
                && op.window().dilations().equals(List.of(1, 1));
        typing.check(isPlain, "window", "3 by 3 with strides and dilations of 1", op.window());
        long reach = op.tiles().reach();
        typing.equal(weights.dim(0), Dim.of(reach * reach), "products of a tile");
        typing.equal(weights.dim(1), x.dim(-1), "channels of x");
        return typing.input(0).withShape(slid(x, op.window(), weights.dim(-1), typing));
    }

    static TensorType convolveTransposed(Op.ConvolveTransposed op, Typing typing) {
        Shape weights = operands(op.window(), typing);
        Shape x = typing.input(0).shape();
        divisible(x.dim(-1), op.groups(), typing);
        typing.equal(weights.dim(-2), x.dim(-1), "channels of the weights");
        typing.equal(x.dim(0), op.shape().dim(0), "batch of the result");
        typing.equal(weights.dim(-1).times(op.groups()), op.shape().dim(-1), "channels of the result");
        for (int axis = 0; axis < op.window().rank(); axis++) {
            typing.atLeast(op.shape().dim(axis + 1), Dim.ZERO, "extent of spatial axis " + axis + " of the result");
        }
        return typing.input(0).withShape(op.shape());
    }

    static TensorType pool(Op.Pool op, Typing typing) {
        typing.operands(1, 1);
        typing.rank(0, op.window().rank() + 2);
        Shape x = typing.input(0).shape();
        return typing.input(0).withShape(slid(x, op.window(), x.dim(-1), typing));
    }

    private static Shape operands(Window window, Typing typing) {
        typing.operands(2, 2);
        typing.sameDType(0, 1);
        typing.rank(0, window.rank() + 2);
        typing.rank(1, window.rank() + 2);
        Shape weights = typing.input(1).shape();
        for (int axis = 0; axis < window.rank(); axis++) {
            typing.equal(Dim.of(window.extents().get(axis)), weights.dim(axis), "window extent " + axis);
        }
        return weights;
    }

    private static void divisible(Dim channels, int groups, Typing typing) {
        if (channels.isConstant()) {
            boolean whole = channels.constant() % groups == 0;
            typing.check(whole, "channels", "a multiple of " + groups + " groups", channels);
        } else {
            typing.equal(channels, channels.floorDiv(Dim.of(groups)).times(groups), "channels");
        }
    }

    private static Shape slid(Shape x, Window window, Dim channels, Typing typing) {
        List<Dim> dims = new ArrayList<>();
        dims.add(x.dim(0));
        for (int axis = 0; axis < window.rank(); axis++) {
            long reach = (window.extents().get(axis) - 1L) * window.dilations().get(axis) + 1;
            Dim padded = x.dim(axis + 1)
                    .plus(window.before().get(axis))
                    .plus(window.after().get(axis));
            typing.atLeast(padded, Dim.of(reach), "padded extent of spatial axis " + axis);
            dims.add(Quotients.floorDiv(padded.minus(reach), window.strides().get(axis))
                    .plus(1));
        }
        dims.add(channels);
        return new Shape(dims);
    }
}
