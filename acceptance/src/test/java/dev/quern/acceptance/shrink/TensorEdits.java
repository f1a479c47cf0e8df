package dev.quern.acceptance.shrink;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxType;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Models on smaller tensors and simpler numbers. */
final class TensorEdits {
    private final GeneratedModel model;
    private final List<Supplier<GeneratedModel>> candidates = new ArrayList<>();

    TensorEdits(GeneratedModel model) {
        this.model = model;
    }

    List<Supplier<GeneratedModel>> all() {
        extents();
        numbers();
        return candidates;
    }

    /** An extent made smaller wherever it occurs, in shapes and in constants that may speak of it. */
    private void extents() {
        TreeSet<Long> extents = new TreeSet<>();
        model.model().graph().initializers().forEach(each -> add(extents, each.data()));
        model.runs().forEach(run -> run.values().forEach(tensor -> add(extents, tensor)));
        for (long extent : extents.descendingSet()) {
            for (long smaller : new long[] {1, 2, 3, extent / 2, extent - 1}) {
                if (smaller > 0 && smaller < extent) {
                    candidates.add(() -> resized(size -> size == extent ? smaller : size, true));
                    candidates.add(() -> resized(size -> size == extent ? smaller : size, false));
                }
            }
        }
    }

    private static void add(TreeSet<Long> extents, Tensor tensor) {
        Arrays.stream(tensor.shape()).filter(extent -> extent > 1).forEach(extents::add);
    }

    private GeneratedModel resized(LongUnaryOperator size, boolean constantsToo) {
        Parts parts = new Parts(model);
        parts.initializers.replaceAll(each -> new OnnxTensor(each.name(), resized(each.data(), size, constantsToo)));
        parts.runs.replaceAll(run -> {
            Map<String, Tensor> smaller = new LinkedHashMap<>();
            run.forEach((name, tensor) -> smaller.put(name, resized(tensor, size, false)));
            return smaller;
        });
        parts.inputs.replaceAll(input -> resized(input, size));
        parts.outputs.replaceAll(output -> resized(output, size));
        return parts.join();
    }

    private static OnnxValueInfo resized(OnnxValueInfo info, LongUnaryOperator size) {
        OnnxType.OnnxTensorType type = (OnnxType.OnnxTensorType) info.type().orElseThrow();
        if (type.shape().isEmpty()) {
            return info;
        }
        Object[] axes = type.shape().get().stream()
                .map(extent ->
                        extent instanceof OnnxType.Extent.Known(long value) ? (Object) size.applyAsLong(value) : extent)
                .toArray();
        return new OnnxValueInfo(info.name(), Optional.of(OnnxBuilder.tensorType(type.dtype(), axes)));
    }

    /** The first elements along each axis; short vectors of whole numbers may speak of extents and keep their length. */
    private static Tensor resized(Tensor tensor, LongUnaryOperator size, boolean constant) {
        if (constant && tensor.dtype() == DType.I64 && tensor.rank() <= 1) {
            long[] numbers = tensor.toLongArray();
            return Tensor.of(Arrays.stream(numbers).map(size).toArray(), tensor.shape());
        }
        if (!SimpleNumbers.isWhole(tensor.dtype())) {
            return tensor;
        }
        long[] shape = tensor.shape();
        long[] smaller = Arrays.stream(shape).map(size).toArray();
        int width = tensor.dtype().bits() / 8;
        byte[] from = tensor.toByteArray();
        byte[] to = new byte[(int) Tensor.count(smaller) * width];
        long[] index = new long[shape.length];
        for (int i = 0; i < to.length / width; i++) {
            long at = 0;
            for (int axis = 0; axis < shape.length; axis++) {
                at = at * shape[axis] + index[axis];
            }
            System.arraycopy(from, (int) at * width, to, i * width, width);
            for (int axis = shape.length - 1; axis >= 0 && ++index[axis] == smaller[axis]; axis--) {
                index[axis] = 0;
            }
        }
        return Tensor.of(MemorySegment.ofArray(to), tensor.dtype(), smaller);
    }

    private void numbers() {
        List<UnaryOperator<Tensor>> simpler =
                List.of(SimpleNumbers::zeros, SimpleNumbers::counted, SimpleNumbers::rounded);
        for (OnnxTensor each : model.model().graph().initializers()) {
            for (UnaryOperator<Tensor> edit : simpler) {
                changed(each.data(), edit)
                        .ifPresent(tensor -> candidates.add(() -> {
                            Parts parts = new Parts(model);
                            parts.initializers.replaceAll(
                                    other -> other == each ? new OnnxTensor(each.name(), tensor) : other);
                            return parts.join();
                        }));
            }
        }
        for (int run = 0; run < model.runs().size(); run++) {
            int at = run;
            for (var entry : model.runs().get(run).entrySet()) {
                for (UnaryOperator<Tensor> edit : simpler) {
                    changed(entry.getValue(), edit)
                            .ifPresent(tensor -> candidates.add(() -> {
                                Parts parts = new Parts(model);
                                parts.runs.get(at).put(entry.getKey(), tensor);
                                return parts.join();
                            }));
                }
            }
        }
    }

    private static Optional<Tensor> changed(Tensor tensor, UnaryOperator<Tensor> edit) {
        // A tensor that is simple already is not made otherwise simple, or shrinking would go round in circles.
        if (SimpleNumbers.isSimple(tensor)) {
            return Optional.empty();
        }
        return Optional.of(edit.apply(tensor));
    }
}
