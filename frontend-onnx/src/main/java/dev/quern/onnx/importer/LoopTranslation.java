package dev.quern.onnx.importer;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.proto.OnnxGraph;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** ONNX Loop. Operands: trip count and condition, each optional, then the carried values. */
final class LoopTranslation {
    private static final TensorType COUNT = new TensorType(DType.I64, Shape.SCALAR);
    private static final TensorType TRUTH = new TensorType(DType.BOOL, Shape.SCALAR);

    private final Call call;
    private final GraphBuilder builder;
    private final OnnxGraph graph;
    private final Captures captures;

    LoopTranslation(Call call) {
        this.call = call;
        this.builder = call.builder();
        this.graph = call.graph("body");
        this.captures = new Captures(call.scope(), List.of(graph));
    }

    List<Value> translate() {
        require(0, "the number of iterations", DType.I64);
        require(1, "the condition", DType.BOOL);
        Value trips = call.optional(0)
                .map(given -> builder.reshape(given, Shape.SCALAR))
                .orElseGet(() -> builder.constant(Tensor.of(new long[] {Long.MAX_VALUE})));
        Value condition = call.optional(1)
                .map(given -> builder.reshape(given, Shape.SCALAR))
                .orElseGet(() -> builder.scalar(DType.BOOL, 1));
        List<Value> initial = call.inputsFrom(2);
        List<TensorType> carried =
                new ArrayList<>(initial.stream().map(Value::type).toList());
        Body body = settled(carried);
        int scanned = body.graph().outputs().size() - 1 - initial.size();
        if (scanned < 0) {
            throw call.invalid("results of the body: expected at least " + (initial.size() + 1) + ", found "
                    + body.graph().outputs().size());
        }
        List<TensorType> results = new ArrayList<>();
        Set<String> outside = outsideSymbols(initial);
        for (int index = 0; index < carried.size(); index++) {
            results.add(Body.outside(call, index, carried.get(index), outside));
        }
        Dim count = count(trips, condition, body);
        for (int index = 0; index < scanned; index++) {
            TensorType slice =
                    body.graph().outputs().get(1 + initial.size() + index).type();
            List<Dim> dims = new ArrayList<>(List.of(count));
            dims.addAll(Body.outside(call, initial.size() + index, slice, outside)
                    .shape()
                    .dims());
            results.add(new TensorType(slice.dtype(), new Shape(dims)));
        }
        List<Value> operands = new ArrayList<>(List.of(trips, condition));
        operands.addAll(initial);
        operands.addAll(captures.operands());
        return builder.addAll(new Op.Loop(body.graph(), initial.size()), operands, results);
    }

    private void require(int index, String what, DType dtype) {
        call.optional(index).filter(given -> given.type().dtype() != dtype).ifPresent(given -> {
            throw call.invalid(what + ": expected " + dtype + ", found " + given.type());
        });
    }

    private Set<String> outsideSymbols(List<Value> initial) {
        Set<String> symbols =
                new HashSet<>(Body.symbols(initial.stream().map(Value::type).toList()));
        symbols.addAll(
                Body.symbols(captures.operands().stream().map(Value::type).toList()));
        symbols.addAll(Body.symbols(builder.inputs().stream().map(Value::type).toList()));
        return symbols;
    }

    /** The body with types of carried values that one iteration keeps: extents that change become symbols. */
    private Body settled(List<TensorType> carried) {
        while (true) {
            List<TensorType> types = new ArrayList<>(List.of(COUNT, TRUTH));
            types.addAll(carried);
            Body body = captures.conditional(call, "body", graph, types);
            if (body.graph().outputs().size() <= carried.size()) {
                return body;
            }
            boolean changed = false;
            for (int index = 0; index < carried.size(); index++) {
                TensorType before = carried.get(index);
                TensorType after = body.graph().outputs().get(1 + index).type();
                if (before.dtype() != after.dtype()
                        || before.shape().rank() != after.shape().rank()) {
                    throw call.unsupported("carried value " + index + ": expected one element type and rank in every"
                            + " iteration, found " + before + " and then " + after);
                }
                TensorType settled = generalised(before, after);
                changed |= !settled.equals(before);
                carried.set(index, settled);
            }
            if (!changed) {
                return body;
            }
        }
    }

    /** An extent that already is a symbol made here may be anything; others that change become such symbols. */
    private TensorType generalised(TensorType before, TensorType after) {
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < before.shape().rank(); axis++) {
            Dim dim = before.shape().dim(axis);
            boolean free = made.containsAll(dim.symbols()) && !dim.isConstant();
            if (free || dim.equals(after.shape().dim(axis))) {
                dims.add(dim);
            } else {
                Dim fresh = call.changing();
                made.addAll(fresh.symbols());
                dims.add(fresh);
            }
        }
        return before.withShape(new Shape(dims));
    }

    private final Set<String> made = new HashSet<>();

    /** The number of iterations if nothing can end the loop early. */
    private Dim count(Value trips, Value condition, Body body) {
        Optional<Dim> known = builder.dims().dim(trips);
        boolean starts = builder.dims().truth(condition).equals(Optional.of(true));
        Value next = body.outputs().getFirst();
        boolean goesOn = next.name().equals(graph.inputs().get(1).name())
                || body.builder().dims().truth(next).equals(Optional.of(true));
        boolean endless = known.isPresent() && known.get().is(Long.MAX_VALUE);
        return known.isPresent() && starts && goesOn && !endless ? known.get() : call.found("count");
    }
}
