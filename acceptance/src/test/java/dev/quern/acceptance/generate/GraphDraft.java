package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** A graph that is being drawn: the model's own, or a body in it, which sees the values around it. */
final class GraphDraft {
    /** Most elements of one value. */
    private static final long LARGEST = 6000;

    /** Operators that ONNX Runtime runs on tensors without elements; others may end the process by dividing by their number. */
    private static final Set<String> PEER_TAKES_EMPTY = Set.of(
            "Add",
            "Sub",
            "Mul",
            "Div",
            "Abs",
            "Neg",
            "Relu",
            "Sigmoid",
            "Tanh",
            "Exp",
            "Log",
            "Sqrt",
            "Max",
            "Min",
            "Where",
            "Cast",
            "And",
            "Or",
            "Not",
            "Equal",
            "Greater",
            "Less",
            "Identity",
            "Transpose",
            "Reshape",
            "Concat",
            "Slice",
            "Split",
            "Squeeze",
            "Unsqueeze",
            "Flatten",
            "Expand",
            "Shape",
            "Size",
            "Gather",
            "ReduceSum",
            "ReduceMean",
            "ReduceMax",
            "ReduceMin",
            "ReduceProd",
            "MatMul",
            "Gemm",
            "NonZero",
            "Range",
            "ConstantOfShape",
            "Pad",
            "Tile");

    private final World world;
    private final List<DrawnValue> entries = new ArrayList<>();
    private final List<OnnxNode> nodes = new ArrayList<>();
    private final List<OnnxTensor> initializers = new ArrayList<>();
    private final List<DrawnValue> made = new ArrayList<>();
    private final int depth;

    GraphDraft(World world) {
        this.world = world;
        this.depth = 0;
    }

    private GraphDraft(GraphDraft around) {
        this.world = around.world;
        this.depth = around.depth + 1;
        this.entries.addAll(around.entries);
    }

    /** A body inside this graph. */
    GraphDraft body() {
        Unfit.unless(depth < 2);
        return new GraphDraft(this);
    }

    World world() {
        return world;
    }

    Random random() {
        return world.random;
    }

    int runs() {
        return world.runs;
    }

    long opset() {
        return world.opset;
    }

    int depth() {
        return depth;
    }

    boolean chance(double probability) {
        return random().nextDouble() < probability;
    }

    int below(int bound) {
        return random().nextInt(bound);
    }

    /** From {@code least} to {@code greatest}. */
    int between(int least, int greatest) {
        return least + random().nextInt(greatest - least + 1);
    }

    <T> T pick(List<T> choices) {
        Unfit.unless(!choices.isEmpty());
        return choices.get(below(choices.size()));
    }

    <T> T pick(T[] choices) {
        return choices[below(choices.length)];
    }

    Axis fixed(long size) {
        return Axis.fixed(runs(), size);
    }

    List<Axis> shape(int rank) {
        List<Axis> shape = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            shape.add(world.axis());
        }
        requireSmall(shape);
        return shape;
    }

    private void requireSmall(List<Axis> shape) {
        Unfit.unless(shape.size() <= 7 && Shapes.elements(shape, fixed(1)) <= LARGEST);
    }

    // Values there are.

    List<DrawnValue> entries() {
        return Collections.unmodifiableList(entries);
    }

    /** Results of nodes of this graph. */
    List<DrawnValue> made() {
        return Collections.unmodifiableList(made);
    }

    void see(DrawnValue entry) {
        entries.add(entry);
    }

    Optional<DrawnValue> existing(java.util.function.Predicate<DrawnValue> fits) {
        List<DrawnValue> fitting = entries.stream().filter(fits).toList();
        if (fitting.isEmpty()) {
            return Optional.empty();
        }
        // Late ones more often: graphs should be deep.
        int at = Math.max(below(fitting.size()), below(fitting.size()));
        return Optional.of(fitting.get(at));
    }

    /** A value of one of these types and of a rank in between; a new one where none is there. */
    DrawnValue any(Collection<DType> types, int leastRank, int greatestRank) {
        if (chance(0.85)) {
            Optional<DrawnValue> found = existing(entry ->
                    types.contains(entry.dtype()) && entry.rank() >= leastRank && entry.rank() <= greatestRank);
            if (found.isPresent()) {
                return found.get();
            }
        }
        return fresh(type(types), shape(between(leastRank, Math.min(greatestRank, 4))));
    }

    DrawnValue any(Collection<DType> types) {
        return any(types, 0, 6);
    }

    /** A value whose order matters: as often as not one of few different numbers, NaN and infinities among them. */
    DrawnValue contested(Collection<DType> types, int leastRank, int greatestRank) {
        return chance(0.4)
                ? fresh(type(types), shape(between(leastRank, Math.min(greatestRank, 4))), RandomElements.Style.FEW)
                : any(types, leastRank, greatestRank);
    }

    /** A value that is summed: now and then of half precision, whose range sums leave before their means do. */
    DrawnValue summed(Collection<DType> types, int leastRank, int greatestRank) {
        return types.contains(DType.F16) && chance(0.12)
                ? fresh(DType.F16, shape(between(leastRank, Math.min(greatestRank, 4))), RandomElements.Style.GREAT)
                : any(types, leastRank, greatestRank);
    }

    DrawnValue any(DType type, int leastRank, int greatestRank) {
        return any(Set.of(type), leastRank, greatestRank);
    }

    /** A type of {@code types}: that of a value there is, or the model's favourite, more often than not. */
    DType type(Collection<DType> types) {
        if (chance(0.75)) {
            Optional<DrawnValue> found = existing(entry -> types.contains(entry.dtype()));
            if (found.isPresent()) {
                return found.get().dtype();
            }
        }
        if (types.contains(world.mainFloat) && chance(0.8)) {
            return world.mainFloat;
        }
        return pick(types.stream().sorted().toList());
    }

    /** A value of exactly this type and shape: one there is, a view of one, or a new one. */
    DrawnValue like(DType dtype, List<Axis> shape) {
        if (chance(0.6)) {
            Optional<DrawnValue> found = existing(entry -> entry.dtype() == dtype && entry.shapedLike(shape));
            if (found.isPresent()) {
                return found.get();
            }
        }
        if (chance(0.5)) {
            Optional<DrawnValue> view = new ShapedViews(this).of(dtype, shape);
            if (view.isPresent()) {
                return view.get();
            }
        }
        return fresh(dtype, shape);
    }

    /** A value that broadcasts to {@code shape}. */
    DrawnValue spread(DType dtype, List<Axis> shape) {
        if (chance(0.5)) {
            return like(dtype, shape);
        }
        List<Axis> part = new ArrayList<>(shape.subList(chance(0.5) ? 0 : below(shape.size() + 1), shape.size()));
        for (int axis = 0; axis < part.size(); axis++) {
            part.set(axis, chance(0.4) ? fixed(1) : chance(0.4) ? world.meeting(part.get(axis)) : part.get(axis));
        }
        return like(dtype, part);
    }

    // New values.

    /** A new value: an input, a constant, an input with a default. */
    DrawnValue fresh(DType dtype, List<Axis> shape) {
        return fresh(dtype, shape, style(dtype));
    }

    /** A new value with numbers of this style. */
    DrawnValue fresh(DType dtype, List<Axis> shape, RandomElements.Style style) {
        requireSmall(shape);
        List<Tensor> tensors = new ArrayList<>();
        for (int run = 0; run < runs(); run++) {
            tensors.add(world.numbers.tensor(dtype, style, Shapes.extents(shape, run)));
        }
        boolean steady = shape.stream().allMatch(Axis::steady);
        DrawnValue entry;
        if (steady && chance(0.4)) {
            entry = constant(dtype, shape, tensors);
        } else {
            entry = world.input(dtype, shape, tensors);
        }
        entries.add(entry);
        return entry;
    }

    private RandomElements.Style style(DType dtype) {
        if (chance(0.04)) {
            return RandomElements.Style.FEW;
        }
        if (dtype == DType.F16 && chance(0.25)) {
            return RandomElements.Style.GREAT;
        }
        return world.style == RandomElements.Style.WILD && chance(0.5) ? RandomElements.Style.ORDINARY : world.style;
    }

    private DrawnValue constant(DType dtype, List<Axis> shape, List<Tensor> tensors) {
        int taste = below(100);
        // ONNX Runtime crashes on 16-bit ones, into which it inserts casts.
        if (taste < 15 && dtype != DType.F16 && dtype != DType.BF16) {
            List<Tensor> others = new ArrayList<>(tensors);
            for (int run = 0; run < runs(); run++) {
                if (chance(0.5)) {
                    others.set(run, null);
                }
            }
            return world.defaulted(dtype, shape, tensors.getFirst(), others);
        }
        String name = world.name("c");
        if (taste < 70) {
            initializers.add(new OnnxTensor(name, tensors.getFirst()));
        } else {
            nodes.add(new OnnxNode(
                    "",
                    "Constant",
                    "",
                    "",
                    List.of(),
                    List.of(name),
                    Map.of("value", OnnxAttribute.of(tensors.getFirst()))));
        }
        return new DrawnValue(name, dtype, shape);
    }

    /** What an operator takes as numbers of its own: a constant as a rule, now and then given when it runs. */
    DrawnValue parameter(List<Tensor> perRun) {
        Tensor first = perRun.getFirst();
        List<Axis> shape = new ArrayList<>();
        boolean same = true;
        for (Tensor tensor : perRun) {
            same &= Arrays.equals(tensor.shape(), first.shape())
                    && Arrays.equals(tensor.toByteArray(), first.toByteArray());
        }
        for (int axis = 0; axis < first.rank(); axis++) {
            int at = axis;
            shape.add(
                    same
                            ? fixed(first.shape()[axis])
                            : new Axis(
                                    perRun.stream()
                                            .map(tensor -> tensor.shape()[at])
                                            .toList(),
                                    Optional.empty(),
                                    false));
        }
        return same && chance(0.8) ? constant(first.dtype(), shape, perRun) : world.input(first.dtype(), shape, perRun);
    }

    /** A value with these elements in each run. */
    DrawnValue given(DType dtype, List<Axis> shape, List<Tensor> perRun) {
        DrawnValue entry =
                runs() == 1 && chance(0.5) ? constant(dtype, shape, perRun) : world.input(dtype, shape, perRun);
        entries.add(entry);
        return entry;
    }

    /** The same in every run. */
    DrawnValue parameter(Tensor tensor) {
        return parameter(Collections.nCopies(runs(), tensor));
    }

    /** Whole numbers, the same in every run. */
    DrawnValue integers(long... values) {
        return parameter(Tensor.of(values, values.length));
    }

    /** A constant vector, never given when it runs. */
    DrawnValue constant(Tensor tensor) {
        String name = world.name("c");
        initializers.add(new OnnxTensor(name, tensor));
        List<Axis> shape = new ArrayList<>();
        for (long extent : tensor.shape()) {
            shape.add(fixed(extent));
        }
        return new DrawnValue(name, tensor.dtype(), shape);
    }

    /** The extents of a shape as numbers: constants, given when it runs, or worked out from a value that has such axes. */
    DrawnValue extents(List<Axis> shape) {
        List<Tensor> perRun = new ArrayList<>();
        for (int run = 0; run < runs(); run++) {
            perRun.add(Tensor.of(Shapes.extents(shape, run), shape.size()));
        }
        return parameter(perRun);
    }

    // Nodes.

    /** Adds a node with one result. */
    DrawnValue node(
            String operator,
            List<DrawnValue> operands,
            Map<String, OnnxAttribute> attributes,
            DType dtype,
            List<Axis> shape) {
        return node("", operator, operands, attributes, dtype, shape);
    }

    /** Adds a node of another operator set with one result. */
    DrawnValue node(
            String domain,
            String operator,
            List<DrawnValue> operands,
            Map<String, OnnxAttribute> attributes,
            DType dtype,
            List<Axis> shape) {
        return nodes(domain, operator, operands, attributes, List.of(new DrawnValue(world.name("v"), dtype, shape)))
                .getFirst();
    }

    /** A result to be, for {@link #nodes}. */
    DrawnValue result(DType dtype, List<Axis> shape) {
        return new DrawnValue(world.name("v"), dtype, shape);
    }

    /** Adds a node; an operand that is null is left out. */
    List<DrawnValue> nodes(
            String domain,
            String operator,
            List<DrawnValue> operands,
            Map<String, OnnxAttribute> attributes,
            List<DrawnValue> results) {
        results.forEach(result -> requireSmall(result.shape()));
        boolean empty = operands.stream().anyMatch(GraphDraft::mayBeEmpty)
                || results.stream().anyMatch(GraphDraft::mayBeEmpty);
        if (empty && !PEER_TAKES_EMPTY.contains(operator)) {
            world.peerMayCrash = true;
        }
        List<String> names = new ArrayList<>();
        for (DrawnValue operand : operands) {
            names.add(operand == null ? "" : operand.name());
        }
        while (!names.isEmpty() && names.getLast().isEmpty()) {
            names.removeLast();
        }
        nodes.add(new OnnxNode(
                "",
                operator,
                domain,
                "",
                names,
                results.stream().map(DrawnValue::name).toList(),
                attributes));
        entries.addAll(results);
        made.addAll(results);
        return results;
    }

    /** Hides a result from later steps: its number of axes differs between runs, so it can only be an output. */
    void leave(DrawnValue result) {
        Unfit.unless(depth == 0);
        entries.remove(result);
        world.unranked.add(result.name());
    }

    private static boolean mayBeEmpty(DrawnValue entry) {
        return entry != null && entry.shape().stream().anyMatch(axis -> axis.least() == 0);
    }

    /** Forgets what came after a mark; for drawings that turn out {@link Unfit}. */
    Mark mark() {
        return new Mark(entries.size(), nodes.size(), initializers.size(), made.size());
    }

    record Mark(int entries, int nodes, int initializers, int made) {}

    void reset(Mark mark) {
        truncate(entries, mark.entries);
        truncate(nodes, mark.nodes);
        truncate(initializers, mark.initializers);
        truncate(made, mark.made);
    }

    private static void truncate(List<?> list, int size) {
        list.subList(size, list.size()).clear();
    }

    List<OnnxNode> nodeList() {
        return nodes;
    }

    List<OnnxTensor> initializerList() {
        return initializers;
    }

    /** This body as the graph of an attribute. */
    OnnxGraph graph(List<OnnxValueInfo> inputs, List<DrawnValue> outputs) {
        List<OnnxValueInfo> infos = outputs.stream()
                .map(output -> new OnnxValueInfo(output.name(), Optional.empty()))
                .toList();
        return new OnnxGraph(world.name("body"), nodes, initializers, List.of(), inputs, infos, List.of());
    }
}
