package dev.quern.onnx.importer;

import dev.quern.ModelException;
import dev.quern.onnx.proto.OnnxNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Puts the nodes of one graph in an order in which every name is given before it is used. ONNX asks for such an order in
 * the file, but converters that add nodes append them. Nodes keep the file's order as far as that goes.
 */
final class NodeOrder {
    /** Nodes of a cycle that a message names. */
    private static final int MOST_NAMED = 8;

    private final List<OnnxNode> nodes;
    private final Map<String, Integer> givers = new HashMap<>();
    private final List<Set<String>> needs = new ArrayList<>();

    private NodeOrder(List<OnnxNode> nodes) {
        this.nodes = nodes;
        for (int index = 0; index < nodes.size(); index++) {
            for (String name : nodes.get(index).outputs()) {
                givers.put(name, index);
            }
            needs.add(needs(nodes.get(index)));
        }
        givers.remove("");
    }

    /**
     * {@code nodes} in order; the same list if they are. The bodies inside them are in order already.
     *
     * @throws ModelException if there is a cycle; it names the nodes of one
     */
    static List<OnnxNode> sorted(List<OnnxNode> nodes) {
        NodeOrder order = new NodeOrder(nodes);
        return order.holds() ? nodes : order.sort();
    }

    /** The names that a node uses, in itself and in its bodies. */
    private static Set<String> needs(OnnxNode node) {
        Set<String> names = new LinkedHashSet<>(node.inputs());
        names.addAll(FreeNames.of(FreeNames.bodies(node)));
        return names;
    }

    private boolean holds() {
        for (int index = 0; index < nodes.size(); index++) {
            for (String name : needs.get(index)) {
                if (givers.getOrDefault(name, -1) >= index) {
                    return false;
                }
            }
        }
        return true;
    }

    private List<OnnxNode> sort() {
        List<List<Integer>> users = new ArrayList<>();
        int[] missing = new int[nodes.size()];
        for (int index = 0; index < nodes.size(); index++) {
            users.add(new ArrayList<>());
        }
        PriorityQueue<Integer> ready = new PriorityQueue<>();
        for (int index = 0; index < nodes.size(); index++) {
            for (int giver : givers(index)) {
                users.get(giver).add(index);
                missing[index]++;
            }
            if (missing[index] == 0) {
                ready.add(index);
            }
        }
        List<OnnxNode> sorted = new ArrayList<>();
        while (!ready.isEmpty()) {
            int next = ready.remove();
            sorted.add(nodes.get(next));
            for (int user : users.get(next)) {
                if (--missing[user] == 0) {
                    ready.add(user);
                }
            }
        }
        if (sorted.size() < nodes.size()) {
            throw cycle(missing);
        }
        return sorted;
    }

    private Set<Integer> givers(int index) {
        Set<Integer> found = new HashSet<>();
        for (String name : needs.get(index)) {
            Integer giver = givers.get(name);
            if (giver != null) {
                found.add(giver);
            }
        }
        return found;
    }

    /** What is left waits for something that is left; going back from one leads around a cycle. */
    private ModelException cycle(int[] missing) {
        int at = 0;
        while (missing[at] == 0) {
            at++;
        }
        Map<Integer, Integer> position = new HashMap<>();
        List<Integer> path = new ArrayList<>();
        List<String> values = new ArrayList<>();
        while (position.putIfAbsent(at, path.size()) == null) {
            path.add(at);
            for (String name : needs.get(at)) {
                Integer giver = givers.get(name);
                if (giver != null && missing[giver] > 0) {
                    values.add(name);
                    at = giver;
                    break;
                }
            }
        }
        int first = position.get(at);
        StringBuilder text = new StringBuilder("nodes wait for one another: " + NodeNames.of(nodes.get(at)));
        int named = Math.min(path.size(), first + MOST_NAMED);
        for (int index = first; index < named; index++) {
            int next = index + 1 < path.size() ? path.get(index + 1) : at;
            text.append(index == first ? "" : ", which")
                    .append(" needs '")
                    .append(values.get(index))
                    .append("' of ")
                    .append(NodeNames.of(nodes.get(next)));
        }
        text.append(named < path.size() ? " and so on" : "").append("; expected no cycle");
        return new ModelException(ModelException.Code.INVALID_MODEL, NodeNames.of(nodes.get(at)), text.toString());
    }
}
