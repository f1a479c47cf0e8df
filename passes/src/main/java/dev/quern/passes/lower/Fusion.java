package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Cuts a graph into regions. First every anchor takes what follows it ({@link Epilogues}). Then, from the last node to the
 * first, each other node is computed inside its only reader where that costs nothing, or becomes the root of a
 * traversal.
 */
final class Fusion {
    private record PlacedPiece(int position, int rank, Piece piece) {}

    private final Dataflow flow;
    private final Map<Node, Role> roles = new IdentityHashMap<>();
    private final Cost cost;
    private final OperandProbe probe;
    private final Epilogues epilogues;
    private final Map<Node, Region> regionOf = new IdentityHashMap<>();
    private final Map<String, Set<Demand>> demands = new HashMap<>();
    private final Capacity capacity = new Capacity();
    private final List<PlacedPiece> pieces = new ArrayList<>();
    private final Set<String> stored = new HashSet<>();
    private final Nesting inside;

    private Fusion(Graph graph) {
        this.flow = new Dataflow(graph);
        Set<String> outside = new HashSet<>();
        graph.inputs().forEach(value -> outside.add(value.name()));
        for (Node node : graph.nodes()) {
            Role role = Role.of(node, value -> outside.contains(value.name()));
            roles.put(node, role);
            if (role == Role.CONSTANT
                    || role == Role.HOST
                    || role == Role.CONTROL
                    || node.op() instanceof Op.DimValues) {
                node.outputs().forEach(value -> outside.add(value.name()));
            }
        }
        this.cost = new Cost(flow, roles);
        this.probe = new OperandProbe(flow, roles);
        this.epilogues = new Epilogues(flow, roles);
        this.inside = new Nesting(flow, roles);
    }

    /** The cut of {@code graph}. */
    static FusionPlan of(Graph graph) {
        return new Fusion(graph).plan();
    }

    private FusionPlan plan() {
        flow.graph().inputs().forEach(value -> stored.add(value.name()));
        List<Node> backwards = flow.graph().nodes().reversed();
        for (Node node : backwards) {
            if (roles.get(node) == Role.ANCHOR) {
                grow(node);
            }
        }
        for (Value output : flow.graph().outputs()) {
            demand(output, Demand.MEMORY);
        }
        for (Node node : backwards) {
            place(node);
        }
        pieces.sort(Comparator.comparingInt(PlacedPiece::position).thenComparingInt(PlacedPiece::rank));
        return new FusionPlan(
                flow, pieces.stream().map(PlacedPiece::piece).distinct().toList(), stored, inside.parts());
    }

    private void grow(Node anchor) {
        Set<Node> taken = Collections.newSetFromMap(new IdentityHashMap<>());
        taken.addAll(regionOf.keySet());
        List<Node> behind = epilogues.behind(anchor, taken);
        Region region = new Region(Optional.of(anchor), anchor, behind);
        regionOf.put(anchor, region);
        behind.forEach(node -> regionOf.put(node, region));
    }

    private void demand(Value value, Demand demand) {
        demand.region().ifPresent(region -> capacity.reads(region, value));
        demands.computeIfAbsent(value.name(), name -> new LinkedHashSet<>()).add(demand);
    }

    private Set<Demand> demandsOf(Value value) {
        return demands.getOrDefault(value.name(), Set.of());
    }

    private void place(Node node) {
        switch (roles.get(node)) {
            case CONSTANT -> stored.add(node.output().name());
            case HOST -> onHost(node, new Piece.OnHost(node));
            case CONTROL -> onHost(node, new Piece.ControlPiece(node));
            case ANCHOR -> anchored(node);
            case VIEW, ELEMENTWISE -> {
                Region region = regionOf.get(node);
                if (region != null) {
                    epilogue(node, region);
                } else if (roles.get(node) == Role.VIEW) {
                    view(node);
                } else {
                    elementwise(node);
                }
            }
        }
    }

    private void onHost(Node node, Piece piece) {
        node.outputs().forEach(value -> stored.add(value.name()));
        node.inputs().forEach(value -> demand(value, Demand.MEMORY));
        pieces.add(new PlacedPiece(flow.position(node), 1, piece));
    }

    private void anchored(Node node) {
        Region region = regionOf.get(node);
        if (region.root() == node) {
            store(region);
        }
        for (int operand = 0; operand < node.inputs().size(); operand++) {
            Value value = node.input(operand);
            if (inPlace(node, operand)) {
                demand(value, Demand.MEMORY);
            } else {
                Limit limit = limit(node, operand);
                demand(
                        value,
                        new Demand(
                                Optional.of(region),
                                new Demand.ReadFrame(
                                        region, node.outputs().getFirst().name() + operand),
                                limit));
            }
        }
        check(node);
    }

    /** Whether an operand can be computed where it belongs in the result of {@code node}; if so, notes that. */
    private boolean inPlace(Node node, int operand) {
        if (!(node.op() instanceof Op.Placing) && !(node.op() instanceof Op.Overwriting)) {
            return false;
        }
        Value value = node.input(operand);
        Optional<Node> producer = flow.producer(value)
                .filter(from -> roles.get(from) == Role.ANCHOR || roles.get(from) == Role.ELEMENTWISE);
        if (producer.isEmpty() || isEmpty(value) || flow.isOutput(value) || inside.contains(value)) {
            return false;
        }
        Optional<Laid> laid = inside.placed(node, operand)
                .filter(place -> inside.isKnownAt(producer.get(), node.output(), place))
                .filter(place -> node.op() instanceof Op.Overwriting
                        ? isWorthOverwriting(producer.get(), value, place.layout())
                        : isContiguousPart(node, value, place)
                                || isWorthPlacing(producer.get(), value, place.layout()));
        laid.ifPresent(place -> inside.put(node, operand));
        return laid.isPresent();
    }

    /** Whether {@code value} is a contiguous part of a concatenation: it costs nothing there, wherever it is computed. */
    private static boolean isContiguousPart(Node node, Value value, Laid laid) {
        return node.op() instanceof Op.Concat
                && laid.layout().isRowMajor(value.type().shape());
    }

    /** Whether {@code value} can be computed where what is written over it will be: nothing else reads it, and it is not drawn there anyway. */
    private boolean isWorthOverwriting(Node node, Value value, Layout layout) {
        return regionOf.containsKey(node)
                && flow.occurrences(value) == 1
                && (layout.isRowMajor(value.type().shape()) || isWorthPlacing(node, value, layout));
    }

    /** Whether {@code node} better writes {@code value} by {@code layout} than have it copied there. */
    private boolean isWorthPlacing(Node node, Value value, Layout layout) {
        Region region = regionOf.get(node);
        boolean stored = region != null || flow.users(value).size() > 1;
        return stored
                && StridedPlaces.runs(value.type().shape(), layout)
                && inside.suits(value, layout)
                && ReductionOrder.isKept(flow, roles, value, layout)
                && (region == null
                        || StridedPlaces.writes(region, layout, flow.symbols())
                                && StridedPlaces.rows(region, value.type().shape(), layout));
    }

    private void store(Region region) {
        region.results().forEach(value -> stored.add(value.name()));
        pieces.add(new PlacedPiece(flow.position(region.root()), 1, new Piece.Fused(region)));
    }

    private void epilogue(Node node, Region region) {
        if (region.root() == node) {
            store(region);
        }
        for (Value operand : node.inputs()) {
            boolean inner = flow.producer(operand)
                    .map(regionOf::get)
                    .filter(of -> of == region)
                    .isPresent();
            if (!inner) {
                demand(operand, new Demand(Optional.of(region), region, Limit.ANY));
            }
        }
    }

    private void view(Node node) {
        Value value = node.output();
        Set<Demand> readers = demandsOf(value);
        if (readers.isEmpty()) {
            return;
        }
        if (readers.stream().noneMatch(reader -> reader.limit() == Limit.STORED) && capacity.admits(readers, node)) {
            readers.forEach(reader -> passOn(node, reader));
            return;
        }
        Value base = node.input(0);
        Optional<Laid> laid = isEmpty(value) ? Optional.empty() : ViewLayouts.of(node, inside.layout(base));
        boolean fits = laid.filter(at -> isReadable(base, value, at.layout())).isPresent();
        if (fits && !flow.isOutput(value)) {
            stored.add(value.name());
            inside.put(node);
            demand(base, Demand.MEMORY);
        } else if (fits && holdsAll(base, value)) {
            stored.add(value.name());
            inside.put(base, value);
            demand(base, Demand.MEMORY);
        } else {
            root(node);
        }
    }

    /** Whether {@code value} is better read where it lies in {@code base}, by {@code layout}, than copied. */
    private boolean isReadable(Value base, Value value, Layout layout) {
        if (layout.isRowMajor(value.type().shape())) {
            return true;
        }
        boolean near = inside.contains(base)
                || isStoredAnyway(base) && StridedPlaces.runs(value.type().shape(), layout);
        return near && inside.suits(value, layout) && ReductionOrder.isKept(flow, roles, value, layout);
    }

    /** Whether {@code base} is in memory whole, whoever reads parts of it. */
    private boolean isStoredAnyway(Value base) {
        Optional<Node> producer = flow.producer(base);
        if (producer.isEmpty()) {
            return true;
        }
        return switch (roles.get(producer.get())) {
            case ANCHOR, HOST, CONTROL -> true;
            case ELEMENTWISE ->
                regionOf.containsKey(producer.get()) || flow.users(base).size() > 1;
            case VIEW -> isStoredAnyway(producer.get().input(0));
            case CONSTANT -> false;
        };
    }

    /** Whether {@code value} surely has no elements, and so needs neither a kernel nor memory. */
    private static boolean isEmpty(Value value) {
        return value.type().shape().elements().is(0);
    }

    /** Whether output {@code value} can be the memory in which {@code base} is computed. */
    private boolean holdsAll(Value base, Value value) {
        Role role = flow.producer(base).map(roles::get).orElse(Role.CONSTANT);
        return (role == Role.ANCHOR || role == Role.ELEMENTWISE)
                && !flow.isOutput(base)
                && !inside.contains(base)
                && base.type().shape().elements().equals(value.type().shape().elements());
    }

    private void root(Node node) {
        Region region = new Region(Optional.empty(), node, List.of());
        regionOf.put(node, region);
        store(region);
        passOn(node, new Demand(Optional.of(region), region, Limit.ANY));
    }

    /** Demands the operands of an inlined {@code node} where {@code reader} reads it. */
    private void passOn(Node node, Demand reader) {
        reader.region().ifPresent(region -> capacity.take(region, node));
        boolean moves = roles.get(node) == Role.VIEW || node.op() instanceof Op.Lookup;
        Object frame =
                moves ? new Demand.ReadFrame(reader.frame(), node.output().name()) : reader.frame();
        for (int operand = 0; operand < node.inputs().size(); operand++) {
            Limit limit = reader.limit().or(limit(node, operand));
            demand(node.input(operand), new Demand(reader.region(), frame, limit));
        }
        check(node);
    }

    private Limit limit(Node node, int operand) {
        Traits traits = Traits.of(node.op());
        Limit limit = traits.limit(operand, traits.addresses(operand) && probe.readable(node, operand));
        return RowOperands.isReadOften(node, operand) ? limit.typed() : limit;
    }

    private void elementwise(Node node) {
        Set<Demand> readers = demandsOf(node.output());
        if (readers.isEmpty()) {
            return;
        }
        if (readers.stream().allMatch(reader -> admits(reader, node))
                && (isFree(node) || isReadOnce(readers, node) || isBetterRepeated(readers, node))
                && capacity.admits(readers, node)) {
            readers.forEach(reader -> passOn(node, reader));
        } else {
            root(node);
        }
    }

    private boolean admits(Demand reader, Node node) {
        return switch (reader.limit()) {
            case ANY -> true;
            case CHEAP -> cost.of(node.output()) <= Cost.CHEAP && !(node.op() instanceof Op.Lookup);
            case ROWS -> isNarrower(node) || isByRows(node);
            case VIEWS -> isNarrower(node);
            case TYPED_ROWS -> isOfConstant(node) || isByRows(node);
            case TYPED_VIEWS -> isOfConstant(node);
            case STORED -> false;
        };
    }

    private static boolean isNarrower(Node node) {
        return node.op() instanceof Op.Cast && node.input(0).type().dtype() != DType.I64;
    }

    /** Whether {@code node} converts a constant, which would be converted in every run where it is stored. */
    private boolean isOfConstant(Node node) {
        return isNarrower(node)
                && flow.producer(node.input(0))
                        .map(roles::get)
                        .filter(Role.CONSTANT::equals)
                        .isPresent();
    }

    /** Whether {@code node} takes whole rows of a tensor, so that neighbours stay neighbours. */
    private static boolean isByRows(Node node) {
        return node.op() instanceof Op.Gather(int axis)
                && axis < node.input(0).type().shape().rank() - 1;
    }

    /** Whether {@code node} is so little work that any number of readers may do it again. */
    private boolean isFree(Node node) {
        Shape shape = node.output().type().shape();
        return node.inputs().isEmpty() || (shape.elements().is(1) && cost.of(node.output()) <= 2 * Cost.CHEAP);
    }

    /**
     * Whether {@code node} is a little work on one tensor that is in memory anyway: readers that each read an element about once then
     * read as much without it being stored.
     */
    private boolean isBetterRepeated(Set<Demand> readers, Node node) {
        DType type = node.output().type().dtype();
        return repeated(node) <= Cost.CHEAP
                && !(node.op() instanceof Op.Lookup)
                && readers.stream().allMatch(reader -> reader.limit() == Limit.ANY)
                && node.inputs().stream().distinct().filter(this::isWhole).count() == 1
                && node.inputs().stream()
                        .allMatch(operand -> !isWhole(operand)
                                || isSurelyStored(operand)
                                        && operand.type().dtype().bits() <= type.bits());
    }

    /** What computing an element of the result of {@code node} again takes, of what is in memory. */
    private int repeated(Node node) {
        int sum = Cost.own(node.op());
        for (Value operand : node.inputs()) {
            sum += isSurelyStored(operand) ? 0 : cost.of(operand);
        }
        return sum;
    }

    /** Whether what {@code value} is, or is a view of, is in memory, whatever is decided of the nodes before this one. */
    private boolean isSurelyStored(Value value) {
        Optional<Node> from = flow.producer(value);
        while (from.isPresent() && roles.get(from.get()) == Role.VIEW && !regionOf.containsKey(from.get())) {
            from = flow.producer(from.get().input(0));
        }
        return from.isEmpty() || roles.get(from.get()) != Role.ELEMENTWISE || regionOf.containsKey(from.get());
    }

    /** Whether {@code value} is no broadcast of something smaller. */
    private boolean isWhole(Value value) {
        return flow.producer(value)
                .filter(from -> from.op() instanceof Op.Broadcast
                        && !from.input(0)
                                .type()
                                .shape()
                                .elements()
                                .equals(value.type().shape().elements()))
                .isEmpty();
    }

    private boolean isReadOnce(Set<Demand> readers, Node node) {
        long regions = readers.stream().map(Demand::region).distinct().count();
        long frames = readers.stream().map(Demand::frame).distinct().count();
        return regions == 1
                && (frames == 1 || cost.of(node.output()) <= Cost.CHEAP && !(node.op() instanceof Op.Lookup));
    }

    /** Notes that the indices that {@code node} uses must be checked before. */
    private void check(Node node) {
        IndexChecks.of(flow, node).ifPresent(found -> pieces.add(new PlacedPiece(flow.position(node), 0, found)));
    }
}
