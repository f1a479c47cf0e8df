package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Operators that move elements in fixed patterns. */
final class RearrangementKinds {
    private RearrangementKinds() {}

    static List<NodeKind> kinds() {
        return List.of(
                NodeKind.of("DepthToSpace", 4, RearrangementKinds::depthToSpace),
                NodeKind.of("SpaceToDepth", 4, RearrangementKinds::spaceToDepth),
                NodeKind.of("Trilu", 4, RearrangementKinds::triangle),
                NodeKind.of("ReverseSequence", 3, RearrangementKinds::reverseSequence));
    }

    private static void depthToSpace(GraphDraft draft) {
        int block = draft.between(1, 3);
        Axis channels = draft.fixed((long) block * block * draft.between(1, 3));
        DrawnValue x = draft.like(
                draft.type(TypeSets.FLOATS),
                List.of(
                        draft.world().axis(),
                        channels,
                        draft.world().axis(),
                        draft.world().axis()));
        draft.node(
                "DepthToSpace",
                List.of(x),
                Map.of(
                        "blocksize", OnnxAttribute.of(block),
                        "mode", OnnxAttribute.of(draft.chance(0.5) ? "DCR" : "CRD")),
                x.dtype(),
                List.of(
                        x.axis(0),
                        channels.map(size -> size / block / block),
                        x.axis(2).map(size -> size * block),
                        x.axis(3).map(size -> size * block)));
    }

    private static void spaceToDepth(GraphDraft draft) {
        int block = draft.between(1, 3);
        Axis rows = draft.world().axis().map(size -> size * block);
        Axis columns = draft.fixed((long) block * draft.between(1, 4));
        DrawnValue x = draft.like(
                draft.type(TypeSets.FLOATS),
                List.of(draft.world().axis(), draft.world().axis(), rows, columns));
        draft.node(
                "SpaceToDepth",
                List.of(x),
                Map.of("blocksize", OnnxAttribute.of(block)),
                x.dtype(),
                List.of(
                        x.axis(0),
                        x.axis(1).map(size -> size * block * block),
                        rows.map(size -> size / block),
                        columns.map(size -> size / block)));
    }

    private static void triangle(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL, 2, 4);
        List<DrawnValue> operands = new ArrayList<>(List.of(x));
        if (draft.chance(0.6)) {
            operands.add(draft.parameter(Tensor.of(new long[] {draft.between(-4, 4)})));
        }
        draft.node("Trilu", operands, Map.of("upper", OnnxAttribute.of(draft.below(2))), x.dtype(), x.shape());
    }

    private static void reverseSequence(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL, 2, 4);
        int batch = draft.below(2);
        Axis rows = x.axis(batch);
        Axis time = x.axis(1 - batch);
        List<Tensor> lengths = new ArrayList<>();
        for (int run = 0; run < draft.runs(); run++) {
            long[] numbers = new long[(int) rows.size(run)];
            Unfit.unless(time.size(run) > 0);
            for (int row = 0; row < numbers.length; row++) {
                numbers[row] = draft.between(1, (int) time.size(run));
            }
            lengths.add(Tensor.of(numbers, numbers.length));
        }
        DrawnValue length = draft.given(DType.I64, List.of(rows), lengths);
        draft.node(
                "ReverseSequence",
                List.of(x, length),
                Map.of("batch_axis", OnnxAttribute.of(batch), "time_axis", OnnxAttribute.of(1 - batch)),
                x.dtype(),
                x.shape());
    }
}
