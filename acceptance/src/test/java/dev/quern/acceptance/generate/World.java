package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.importer.KnownOperators;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxType;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** What a model and the bodies inside it share while they are drawn: inputs with their tensors, axes, tastes. */
final class World {
    private static final long[] EXTENTS = {1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 24, 31, 33, 64};
    private static final DType[] FLOATS = {DType.F32, DType.F64, DType.F16, DType.BF16};

    final KindTable table;
    final Random random;
    final int runs;
    final long opset;
    final RandomElements numbers;
    final RandomElements.Style style;
    final DType mainFloat;
    final List<Axis> axes = new ArrayList<>();
    private final Map<Axis, Axis> meeting = new HashMap<>();
    final List<OnnxValueInfo> inputs = new ArrayList<>();
    final List<OnnxTensor> defaults = new ArrayList<>();
    final List<Map<String, Tensor>> given = new ArrayList<>();
    final Set<String> unranked = new HashSet<>();
    boolean peerMayCrash;
    private int names;

    World(KindTable table, Random random, long opset) {
        this.table = table;
        this.random = random;
        this.opset = opset;
        this.numbers = new RandomElements(random);
        boolean symbolic = random.nextInt(2) == 0;
        this.runs = symbolic ? 1 + random.nextInt(3) : 1;
        int taste = random.nextInt(20);
        this.style = taste < 9
                ? RandomElements.Style.SIMPLE
                : taste < 17 ? RandomElements.Style.ORDINARY : RandomElements.Style.WILD;
        int type = random.nextInt(20);
        this.mainFloat = FLOATS[type < 14 ? 0 : type < 17 ? 1 : type < 19 ? 2 : 3];
        for (int run = 0; run < runs; run++) {
            given.add(new LinkedHashMap<>());
        }
        int count = 2 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            axes.add(symbolic && random.nextInt(2) == 0 ? Axis.named("s" + i, extents()) : Axis.fixed(runs, extent()));
        }
        if (symbolic && random.nextInt(3) == 0) {
            meet();
        }
    }

    /** Adds an axis of another name that is as long as one there is, or 1, in each run. */
    private Axis meet() {
        Axis axis = axes.get(random.nextInt(axes.size()));
        int one = random.nextInt(runs + 1);
        List<Long> sizes = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            sizes.add(run == one || random.nextInt(4) == 0 ? 1L : axis.size(run));
        }
        Axis other = Axis.named("s" + axes.size(), sizes);
        axes.add(other);
        meeting.put(axis, other);
        meeting.put(other, axis);
        return other;
    }

    /** An axis that meets another. */
    Axis meetingAxis() {
        return meeting.isEmpty() || random.nextInt(6) == 0
                ? meet()
                : axes.stream().filter(meeting::containsKey).toList().getLast();
    }

    /** An axis that broadcasts with this one in each run, by another name where there is one. */
    Axis meeting(Axis axis) {
        return meeting.getOrDefault(axis, axis);
    }

    private List<Long> extents() {
        List<Long> sizes = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            sizes.add(extent());
        }
        return sizes;
    }

    private long extent() {
        int taste = random.nextInt(60);
        if (taste == 0) {
            return 0;
        }
        return taste == 1
                ? 100 + random.nextInt(200)
                : EXTENTS[Math.min(random.nextInt(EXTENTS.length), random.nextInt(EXTENTS.length))];
    }

    String name(String stem) {
        return stem + names++;
    }

    /** Whether the model's operator sets have what this draws; patterns are of nodes that every version has. */
    boolean has(NodeKind kind) {
        return kind.isPattern() || KnownOperators.exists(kind.domain(), kind.operator(), opset);
    }

    Axis axis() {
        int taste = random.nextInt(10);
        return taste == 0
                ? Axis.fixed(runs, 1)
                : taste == 1 ? Axis.fixed(runs, extent()) : axes.get(random.nextInt(axes.size()));
    }

    /** Declares an input; its tensors, one per run, are what it is given. */
    DrawnValue input(DType dtype, List<Axis> shape, List<Tensor> tensors) {
        String name = name("x");
        inputs.add(new OnnxValueInfo(name, Optional.of(type(dtype, shape))));
        for (int run = 0; run < runs; run++) {
            given.get(run).put(name, tensors.get(run));
        }
        return new DrawnValue(name, dtype, shape);
    }

    /** Declares an input with a default; {@code others} are what it is given, null where the default holds. */
    DrawnValue defaulted(DType dtype, List<Axis> shape, Tensor otherwise, List<Tensor> others) {
        String name = name("d");
        inputs.add(new OnnxValueInfo(name, Optional.of(type(dtype, shape))));
        defaults.add(new OnnxTensor(name, otherwise));
        for (int run = 0; run < runs; run++) {
            if (others.get(run) != null) {
                given.get(run).put(name, others.get(run));
            }
        }
        return new DrawnValue(name, dtype, shape);
    }

    /** The type that the model states of an output. */
    OnnxType outputType(DrawnValue output) {
        if (unranked.contains(output.name())) {
            return new OnnxType.OnnxTensorType(output.dtype(), Optional.empty());
        }
        return type(
                output.dtype(),
                output.shape().stream()
                        .map(axis -> axis.fixed() ? axis : new Axis(axis.sizes(), Optional.empty(), false))
                        .toList());
    }

    static OnnxType type(DType dtype, List<Axis> shape) {
        return OnnxBuilder.tensorType(dtype, shape.stream().map(World::declared).toArray());
    }

    private static Object declared(Axis axis) {
        if (axis.symbol().isPresent()) {
            return axis.symbol().get();
        }
        return axis.fixed() ? (Object) axis.size(0) : new OnnxType.Extent.Unknown();
    }
}
