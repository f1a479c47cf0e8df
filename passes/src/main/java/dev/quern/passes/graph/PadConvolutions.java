package dev.quern.passes.graph;

import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.graph.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** {@code convolve(x, padded window) = convolve(pad(x), window)}: inner loops then need no guard at the borders. */
final class PadConvolutions {
    static final Rule RULE = new Rule("convolve(x, padded window) = convolve(pad(x), window)", PadConvolutions::padded);

    private PadConvolutions() {}

    private static Optional<Value> padded(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Convolve(Window window, int groups)) || !isPadded(window)) {
            return Optional.empty();
        }
        Value zero = rewriting.constant(zero(node.input(0)), node.origin());
        Value padded = rewriting.emit(pad(window), node.origin(), node.input(0), zero);
        Op inner = new Op.Convolve(unpadded(window), groups);
        return Optional.of(rewriting.emit(inner, node.origin(), padded, node.input(1)));
    }

    private static boolean isPadded(Window window) {
        return !window.before().stream().allMatch(amount -> amount.is(0))
                || !window.after().stream().allMatch(amount -> amount.is(0));
    }

    private static Tensor zero(Value like) {
        byte[] bits = new byte[Math.toIntExact(like.type().dtype().byteSize(1))];
        return Tensor.of(
                java.lang.foreign.MemorySegment.ofArray(bits), like.type().dtype());
    }

    private static Op pad(Window window) {
        return new Op.Pad(Op.PadMode.CONSTANT, inside(window.before()), inside(window.after()));
    }

    /** Amounts per spatial axis as amounts per axis of a channels-last tensor. */
    private static List<Dim> inside(List<Dim> spatial) {
        List<Dim> all = new ArrayList<>(List.of(Dim.ZERO));
        all.addAll(spatial);
        all.add(Dim.ZERO);
        return all;
    }

    private static Window unpadded(Window window) {
        List<Dim> none = Collections.nCopies(window.rank(), Dim.ZERO);
        return new Window(window.extents(), window.strides(), window.dilations(), none, none);
    }
}
