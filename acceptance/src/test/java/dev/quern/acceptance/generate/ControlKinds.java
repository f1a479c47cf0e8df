package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxType;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Loops, whose bodies are drawn like models and use what is around them. */
final class ControlKinds {
    private ControlKinds() {}

    static List<NodeKind> kinds() {
        return List.of(NodeKind.of("Loop", 6, ControlKinds::loop), NodeKind.of("Scan", 5, ControlKinds::scan));
    }

    /** A value made inside the body: what comes from outside may not leave it as it is. */
    static DrawnValue computed(GraphDraft body, DrawnValue value) {
        if (body.made().contains(value)) {
            return value;
        }
        DType dtype = value.dtype();
        if (dtype.isFloat() && body.chance(0.6)) {
            String name = body.pick(List.of("Relu", "Neg", "Sigmoid", "Abs"));
            return body.node(name, List.of(value), Map.of(), dtype, value.shape());
        }
        return body.node("Identity", List.of(value), Map.of(), dtype, value.shape());
    }

    private static OnnxValueInfo info(DrawnValue entry) {
        Object[] axes = entry.shape().stream()
                .map(axis -> axis.fixed() ? (Object) axis.size(0) : new OnnxType.Extent.Unknown())
                .toArray();
        return new OnnxValueInfo(entry.name(), Optional.of(OnnxBuilder.tensorType(entry.dtype(), axes)));
    }

    /** Makes the value for the next iteration out of this one's. */
    private static DrawnValue next(GraphDraft body, DrawnValue state) {
        DType dtype = state.dtype();
        DrawnValue other = body.spread(dtype, state.shape());
        Unfit.unless(Shapes.alike(Shapes.broadcast(state.shape(), other.shape()), state.shape()));
        String name = dtype.isFloat() ? body.pick(List.of("Add", "Max", "Min", "Sub")) : "Add";
        return body.node(name, List.of(state, other), Map.of(), dtype, state.shape());
    }

    private static void loop(GraphDraft draft) {
        DType dtype = draft.type(List.of(DType.F32, DType.F64, DType.I64, DType.I32));
        DrawnValue initial = draft.any(dtype, 0, 3);
        Unfit.unless(Shapes.elements(initial.shape(), draft.fixed(1)) < 300);
        long trips = draft.between(0, 4);
        boolean early = draft.chance(0.3);
        long last = draft.between(0, 3);
        long count = early ? Math.min(trips, last + 1) : trips;
        boolean grows = initial.rank() > 0 && draft.chance(0.25);

        GraphDraft body = draft.body();
        DrawnValue iteration = body.result(DType.I64, List.of());
        DrawnValue going = body.result(DType.BOOL, List.of());
        DrawnValue state = body.result(dtype, initial.shape());
        body.see(iteration);
        if (!grows) {
            body.see(state);
        }
        DrawnValue after;
        Axis grown = initial.rank() == 0 ? draft.fixed(1) : initial.axis(0);
        if (grows) {
            DrawnValue part = body.like(dtype, Shapes.with(initial.shape(), 0, draft.fixed(1)));
            after = body.node(
                    "Concat", List.of(state, part), Map.of("axis", OnnxAttribute.of(0)), dtype, initial.shape());
            grown = grown.map(size -> size + count);
        } else {
            RandomModels.steps(body, body.between(0, 2));
            after = next(body, state);
        }
        List<DrawnValue> outputs = new ArrayList<>();
        outputs.add(
                early
                        ? body.node(
                                "Less",
                                List.of(iteration, body.constant(Tensor.of(new long[] {last}))),
                                Map.of(),
                                DType.BOOL,
                                List.of())
                        : body.node("Identity", List.of(going), Map.of(), DType.BOOL, List.of()));
        outputs.add(after);
        List<DrawnValue> results = new ArrayList<>();
        results.add(draft.result(dtype, grows ? Shapes.with(initial.shape(), 0, grown) : initial.shape()));
        if (draft.chance(0.5) && !grows) {
            DrawnValue scanned = computed(body, body.pick(body.made()));
            Unfit.unless(scanned.rank() < 4);
            outputs.add(body.node("Identity", List.of(scanned), Map.of(), scanned.dtype(), scanned.shape()));
            List<Axis> stacked = new ArrayList<>(List.of(draft.fixed(count)));
            stacked.addAll(scanned.shape());
            results.add(draft.result(scanned.dtype(), stacked));
        }
        OnnxGraph graph = body.graph(List.of(info(iteration), info(going), open(state)), outputs);
        List<DrawnValue> operands = new ArrayList<>();
        operands.add(draft.parameter(Tensor.of(new long[] {trips})));
        operands.add(draft.chance(0.5) ? draft.parameter(Tensor.of(new boolean[] {true})) : null);
        operands.add(initial);
        draft.nodes("", "Loop", operands, Map.of("body", OnnxAttribute.of(graph)), results);
    }

    private static OnnxValueInfo open(DrawnValue state) {
        Object[] axes =
                Collections.nCopies(state.rank(), new OnnxType.Extent.Unknown()).toArray();
        return new OnnxValueInfo(state.name(), Optional.of(OnnxBuilder.tensorType(state.dtype(), axes)));
    }

    private static void scan(GraphDraft draft) {
        DType dtype = draft.type(List.of(DType.F32, DType.F64, DType.I64));
        DrawnValue x = draft.any(dtype, 1, 3);
        Axis time = x.axis(0);
        Unfit.unless(time.least() > 0 && time.greatest() <= 17);
        Unfit.unless(Shapes.elements(x.shape(), draft.fixed(1)) < 600);
        List<Axis> slice = x.shape().subList(1, x.rank());
        DrawnValue initial = draft.like(dtype, slice);
        GraphDraft body = draft.body();
        DrawnValue state = body.result(dtype, slice);
        DrawnValue part = body.result(dtype, slice);
        body.see(state);
        body.see(part);
        RandomModels.steps(body, body.between(0, 2));
        DrawnValue joined = body.node("Add", List.of(state, part), Map.of(), dtype, slice);
        DrawnValue out =
                body.chance(0.5) ? next(body, joined) : body.node("Abs", List.of(joined), Map.of(), dtype, slice);
        OnnxGraph graph = body.graph(List.of(info(state), info(part)), List.of(joined, out));
        Map<String, OnnxAttribute> attributes = new HashMap<>();
        attributes.put("body", OnnxAttribute.of(graph));
        attributes.put("num_scan_inputs", OnnxAttribute.of(1));
        if (draft.chance(0.3)) {
            attributes.put("scan_input_directions", OnnxAttribute.ofInts(1));
        }
        if (draft.chance(0.3)) {
            attributes.put("scan_output_directions", OnnxAttribute.ofInts(1));
        }
        List<Axis> stacked = new ArrayList<>(List.of(time));
        stacked.addAll(slice);
        draft.nodes(
                "",
                "Scan",
                List.of(initial, x),
                attributes,
                List.of(draft.result(dtype, slice), draft.result(dtype, stacked)));
    }
}
