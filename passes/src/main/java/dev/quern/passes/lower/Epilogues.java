package dev.quern.passes.lower;

import dev.quern.Limits;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.AxisRole;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds what can be computed on each element of an anchor's result before it is stored: the longest run of elementwise
 * nodes, reshapes and transposes behind the anchor of which only the last is used from outside, and each of which reads
 * the anchor's result at one index ({@link Places}).
 */
final class Epilogues {
    private static final int LONGEST = 64;

    private final Dataflow flow;
    private final Map<Node, Role> roles;

    Epilogues(Dataflow flow, Map<Node, Role> roles) {
        this.flow = flow;
        this.roles = roles;
    }

    /** The nodes behind {@code anchor} that none of {@code taken} contains, in order; the last one's result is stored. */
    List<Node> behind(Node anchor, Set<Node> taken) {
        if (anchor.outputs().size() != 1
                || Traits.of(anchor.op()).tail() == Traits.EpilogueLimit.NONE
                || flow.isOutput(anchor.output())) {
            return List.of();
        }
        Sketch sketch = new Sketch(flow.symbols());
        List<Dim> at = Sketch.indices(
                sketch.loops(AxisRole.ELEMENT, anchor.output().type().shape()));
        Places places = new Places(anchor.output(), at, sketch.ranges());
        List<Node> grown = new ArrayList<>();
        List<Node> best = List.of();
        Set<String> read = new HashSet<>();
        while (grown.size() < LONGEST) {
            Node next = next(anchor, grown, places, taken);
            if (next == null) {
                break;
            }
            grown.add(next);
            next.inputs().forEach(value -> read.add(value.name()));
            if (read.size() - grown.size() > Limits.KERNEL_OPERANDS / 2) {
                break;
            }
            if (endsAt(anchor, grown)) {
                best = List.copyOf(grown);
            }
            if (flow.isOutput(next.output())) {
                break;
            }
        }
        return trimmed(anchor, best);
    }

    /** The first user, in the graph's order, of what has grown so far that may join. */
    private Node next(Node anchor, List<Node> grown, Places places, Set<Node> taken) {
        List<Node> candidates = new ArrayList<>();
        List<Value> sources = new ArrayList<>(List.of(anchor.output()));
        grown.forEach(node -> sources.add(node.output()));
        for (Value source : sources) {
            for (Node user : flow.users(source)) {
                if (!contains(grown, user) && !taken.contains(user) && joins(anchor, user)) {
                    candidates.add(user);
                }
            }
        }
        candidates.sort(Comparator.comparingInt(flow::position));
        return candidates.stream().filter(places::join).findFirst().orElse(null);
    }

    private static boolean contains(List<Node> nodes, Node node) {
        return nodes.stream().anyMatch(candidate -> candidate == node);
    }

    private boolean joins(Node anchor, Node user) {
        if (user.outputs().size() != 1) {
            return false;
        }
        Traits.EpilogueLimit tail = Traits.of(anchor.op()).tail();
        boolean sameType =
                user.output().type().dtype() == anchor.output().type().dtype();
        boolean moves = user.op() instanceof Op.Reshape || user.op() instanceof Op.Transpose;
        boolean computes = user.op() instanceof Op.Elementwise && roles.get(user) == Role.ELEMENTWISE;
        return switch (tail) {
            case NONE -> false;
            case ROWS -> computes && sameType;
            case ELEMENTS -> computes || moves && roles.get(user) == Role.VIEW;
            case TILES -> (computes || moves && roles.get(user) == Role.VIEW) && !Cost.isLong(user.op());
        };
    }

    /** Whether nothing but the last of {@code grown} is used outside. */
    private boolean endsAt(Node anchor, List<Node> grown) {
        Set<Node> inside = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
        inside.addAll(grown);
        List<Value> inner = new ArrayList<>(List.of(anchor.output()));
        grown.subList(0, grown.size() - 1).forEach(node -> inner.add(node.output()));
        return inner.stream().allMatch(value -> !flow.isOutput(value) && inside.containsAll(flow.users(value)));
    }

    /**
     * Without views at the end that would make neighbours in the anchor's last axis distant in memory, or divide its
     * indices; their readers see through them better.
     */
    private List<Node> trimmed(Node anchor, List<Node> nodes) {
        int count = nodes.size();
        while (count > 0
                && roles.get(nodes.get(count - 1)) == Role.VIEW
                && !flow.isOutput(nodes.get(count - 1).output())
                && scatters(anchor, nodes.subList(0, count))) {
            count--;
        }
        return nodes.subList(0, count);
    }

    private boolean scatters(Node anchor, List<Node> nodes) {
        Sketch sketch = new Sketch(flow.symbols());
        List<Sketch.SketchLoop> loops =
                sketch.loops(AxisRole.ELEMENT, anchor.output().type().shape());
        Region region = new Region(Optional.of(anchor), anchor, nodes);
        Dim address = sketch.ranges()
                .simplify(Indexing.linear(
                        region.stored(Sketch.indices(loops), sketch.ranges()),
                        region.root().output().type().shape()));
        if (KernelDraft.divisions(address) > 0) {
            return true;
        }
        return !loops.isEmpty()
                && !loops.getLast().extent().is(1)
                && address.coefficient(loops.getLast().name()).stream().noneMatch(factor -> factor.is(1));
    }
}
