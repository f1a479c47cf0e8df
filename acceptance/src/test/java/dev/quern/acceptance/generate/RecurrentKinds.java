package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Recurrent layers. */
final class RecurrentKinds {
    private RecurrentKinds() {}

    static List<NodeKind> kinds() {
        return List.of(
                NodeKind.of("RNN", 2, draft -> layer(draft, "RNN", 1)),
                NodeKind.of("GRU", 3, draft -> layer(draft, "GRU", 3)),
                NodeKind.of("LSTM", 3, draft -> layer(draft, "LSTM", 4)));
    }

    private static void layer(GraphDraft draft, String name, int gates) {
        DType dtype = draft.chance(0.9) ? DType.F32 : DType.F64;
        DrawnValue x = draft.any(dtype, 3, 3);
        Unfit.unless(Shapes.elements(x.shape(), draft.fixed(1)) < 600);
        Axis time = x.axis(0);
        Axis batch = x.axis(1);
        Unfit.unless(time.least() > 0);
        String direction = draft.pick(List.of("forward", "reverse", "bidirectional"));
        Axis directions = draft.fixed(direction.equals("bidirectional") ? 2 : 1);
        long hidden = draft.between(1, 5);
        Axis width = draft.fixed(hidden);
        List<DrawnValue> operands = new ArrayList<>();
        operands.add(x);
        operands.add(draft.like(dtype, List.of(directions, draft.fixed(gates * hidden), x.axis(2))));
        operands.add(draft.like(dtype, List.of(directions, draft.fixed(gates * hidden), width)));
        operands.add(
                draft.chance(0.6) ? draft.like(dtype, List.of(directions, draft.fixed(2 * gates * hidden))) : null);
        operands.add(null);
        List<Axis> state = List.of(directions, batch, width);
        operands.add(draft.chance(0.5) ? draft.like(dtype, state) : null);
        if (name.equals("LSTM")) {
            operands.add(draft.chance(0.5) ? draft.like(dtype, state) : null);
            operands.add(draft.chance(0.3) ? draft.like(dtype, List.of(directions, draft.fixed(3 * hidden))) : null);
        }
        Map<String, OnnxAttribute> attributes = new HashMap<>();
        attributes.put("hidden_size", OnnxAttribute.of(hidden));
        attributes.put("direction", OnnxAttribute.of(direction));
        if (name.equals("GRU")) {
            attributes.put("linear_before_reset", OnnxAttribute.of(draft.below(2)));
        }
        List<DrawnValue> results = new ArrayList<>();
        results.add(draft.result(dtype, List.of(time, directions, batch, width)));
        results.add(draft.result(dtype, state));
        if (name.equals("LSTM")) {
            results.add(draft.result(dtype, state));
        }
        draft.nodes("", name, operands, attributes, results);
    }
}
