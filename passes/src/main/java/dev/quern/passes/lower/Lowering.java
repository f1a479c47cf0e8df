package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.passes.memory.Part;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Makes the kernels of a region, by the template of its anchor. */
final class Lowering {
    private final FusionPlan plan;

    Lowering(FusionPlan plan) {
        this.plan = plan;
    }

    /** The kernels that compute the results of {@code region}, in order; none if all is in place already, or there is nothing. */
    List<Lowered> lower(Region region) {
        if (region.results().stream()
                .allMatch(result -> result.type().shape().elements().is(0))) {
            return List.of();
        }
        Drawing drawing = new Drawing(plan, region);
        if (region.anchor().isEmpty()) {
            return List.of(TraversalTemplate.elementwise(drawing));
        }
        Node node = region.anchor().get();
        return switch (node.op()) {
            case Op.Concat(int axis) -> concat(drawing, node, axis);
            case Op.Pad pad -> pad(drawing, node, pad);
            case Op.Reduce reduce -> List.of(ReductionTemplate.reduce(drawing, reduce));
            case Op.ArgReduce reduce -> List.of(ReductionTemplate.argument(drawing, reduce));
            case Op.Cumulate cumulate -> List.of(ReductionTemplate.cumulate(drawing, cumulate));
            case Op.Softmax softmax -> List.of(SoftmaxTemplate.lower(drawing, softmax));
            case Op.Normalize normalize -> List.of(NormalizeTemplate.lower(() -> new Drawing(plan, region), normalize));
            case Op.Attention attention -> List.of(AttentionTemplate.lower(drawing, attention));
            case Op.Contract contract -> List.of(ContractionTemplate.lower(drawing, contract));
            case Op.ScatterElements scatter -> overwritten(region, () -> ScatterTemplate.elements(drawing, scatter));
            case Op.ScatterNd scatter -> overwritten(region, () -> ScatterTemplate.tuples(drawing, scatter));
            case Op.Update update -> overwritten(region, () -> UpdateTemplate.lower(drawing, update));
            case Op.Convolve convolve -> List.of(ConvolutionTemplate.convolve(drawing, convolve));
            case Op.ConvolveWinograd convolve -> List.of(WinogradTemplate.lower(drawing, convolve));
            case Op.ConvolveTransposed convolve -> List.of(ConvolutionTemplate.transposed(drawing, convolve));
            case Op.Pool pool -> List.of(PoolTemplate.lower(drawing, pool));
            case Op.Resize resize -> List.of(ResizeTemplate.lower(drawing, resize));
            case Op.RecurrentSteps steps -> List.of(RecurrentTemplate.lower(drawing, steps.layer()));
            case Op.Source _, Op.Elementwise _, Op.View _, Op.Lookup _ -> throw noTemplate(node);
            case Op.Composite _, Op.TopK _, Op.Encoded _, Op.Control _, Op.Host _ -> throw noTemplate(node);
        };
    }

    private static IllegalStateException noTemplate(Node node) {
        return new IllegalStateException(node.origin() + ": " + node.op() + " anchors a region and has no template");
    }

    private List<Lowered> concat(Drawing drawing, Node node, int axis) {
        Set<Integer> inPlace = new HashSet<>();
        for (int part = 0; part < node.inputs().size(); part++) {
            if (node.input(part).type().shape().elements().is(0)
                    || isInPlace(node, part, ViewLayouts.part(node, axis, part, plan.layout(node.output())))) {
                inPlace.add(part);
            }
        }
        return inPlace.size() == node.inputs().size()
                ? List.of()
                : List.of(TraversalTemplate.concat(drawing, axis, inPlace));
    }

    private List<Lowered> pad(Drawing drawing, Node node, Op.Pad pad) {
        boolean inPlace = pad.mode() == Op.PadMode.CONSTANT
                && isInPlace(node, 0, ViewLayouts.padded(node, pad, plan.layout(node.output())));
        return inPlace ? PadTemplate.border(drawing, pad) : List.of(PadTemplate.lower(drawing, pad));
    }

    /** What is written over is put in its place first, unless it is computed there. */
    private List<Lowered> overwritten(Region region, Supplier<Lowered> writing) {
        Node node = region.anchor().orElseThrow();
        List<Lowered> kernels = new ArrayList<>();
        if (!isInPlace(node, 0, new Laid(Dim.ZERO, plan.layout(node.output())))) {
            kernels.add(TraversalTemplate.operand(new Drawing(plan, region), 0));
        }
        boolean writes = node.inputs().stream()
                .skip(1)
                .noneMatch(value -> value.type().shape().elements().is(0));
        if (writes) {
            kernels.add(writing.get());
        }
        return kernels;
    }

    private boolean isInPlace(Node node, int operand, Laid laid) {
        Part inside = plan.inside().get(node.input(operand).name());
        return inside != null
                && inside.base().name().equals(node.output().name())
                && inside.offset().equals(laid.offset());
    }
}
