package dev.quern.ir.testing;

import dev.quern.ir.Dim;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Graphs with what text forms stumble over: names of any characters, guards, origins, attributes of every type. */
final class OddNames {
    private static final String PARTS = "aZ09_.-/:$%\"\\ \n\t{}[]()@#é\u202e\u0000\ufeff";
    private static final List<String> WORDS =
            List.of("", "index", "graph", "return", "inf", "true", "a + b", "\ud83d\ude00", "\ud83d", "x.", "1", "f32");

    private final Random random;
    private final Map<String, Value> renamed = new HashMap<>();

    private OddNames(long seed) {
        random = new Random(seed);
    }

    /** {@code graph} with other names, guards over its symbol n, and a last node of no result that means nothing. */
    static Graph of(Graph graph, long seed) {
        OddNames names = new OddNames(seed);
        List<Value> inputs = names.values(graph.inputs());
        List<Node> nodes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            nodes.add(new Node(node.op(), names.values(node.inputs()), names.values(node.outputs()), names.word()));
        }
        nodes.add(new Node(new Op.Host("H" + names.word(), names.attributes()), inputs, List.of(), ""));
        Dim n = Dim.symbol("n");
        List<ShapeGuard> guards = List.of(
                new ShapeGuard(n, ShapeGuard.Relation.AT_LEAST, Dim.ONE, names.word()),
                new ShapeGuard(
                        n.times(2).floorDiv(Dim.of(3)), ShapeGuard.Relation.EQUAL, n.min(Dim.of(7)), names.word()));
        return new Graph(names.word(), inputs, names.values(graph.outputs()), nodes, guards);
    }

    private String word() {
        if (random.nextBoolean()) {
            return WORDS.get(random.nextInt(WORDS.size()));
        }
        StringBuilder word = new StringBuilder();
        for (int length = random.nextInt(8); length > 0; length--) {
            word.append(PARTS.charAt(random.nextInt(PARTS.length())));
        }
        return word.toString();
    }

    private List<Value> values(List<Value> values) {
        return values.stream()
                .map(value -> renamed.computeIfAbsent(
                        value.name(),
                        name -> new Value(renamed.size() + (random.nextBoolean() ? "_" : ":") + word(), value.type())))
                .toList();
    }

    private Map<String, Attribute> attributes() {
        Map<String, Attribute> attributes = new HashMap<>();
        for (int count = random.nextInt(8); count > 0; count--) {
            attributes.put(word(), attribute());
        }
        return attributes;
    }

    private Attribute attribute() {
        int length = random.nextInt(3);
        return switch (random.nextInt(6)) {
            case 0 -> new Attribute.Whole(random.nextLong());
            case 1 -> new Attribute.Real(real());
            case 2 -> new Attribute.Text(word());
            case 3 -> new Attribute.Wholes(random.longs(length).boxed().toList());
            case 4 ->
                new Attribute.Reals(
                        random.doubles(length).map(_ -> real()).boxed().toList());
            default ->
                new Attribute.Texts(random.ints(length).mapToObj(_ -> word()).toList());
        };
    }

    private double real() {
        return random.nextInt(4) == 0
                ? List.of(0.0, -0.0, Double.NaN, Double.NEGATIVE_INFINITY, Double.MIN_VALUE)
                        .get(random.nextInt(5))
                : Double.longBitsToDouble(random.nextLong());
    }
}
