package dev.quern.acceptance.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Every kind of node there is, and the choice among them by weight. */
final class KindTable {
    private final List<NodeKind> kinds = new ArrayList<>();
    private final int weight;

    KindTable() {
        kinds.addAll(ElementwiseKinds.kinds());
        kinds.addAll(ActivationKinds.kinds());
        kinds.addAll(ReductionKinds.kinds());
        kinds.addAll(MovementKinds.kinds());
        kinds.addAll(ContractionKinds.kinds());
        weight = kinds.stream().mapToInt(NodeKind::weight).sum();
    }

    List<NodeKind> kinds() {
        return List.copyOf(kinds);
    }

    NodeKind choose(Random random) {
        int at = random.nextInt(weight);
        for (NodeKind kind : kinds) {
            at -= kind.weight();
            if (at < 0) {
                return kind;
            }
        }
        throw new AssertionError("weights do not add up");
    }
}
