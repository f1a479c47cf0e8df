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
        kinds.addAll(ShapeKinds.kinds());
        kinds.addAll(RearrangementKinds.kinds());
        kinds.addAll(CreationKinds.kinds());
        kinds.addAll(OrderKinds.kinds());
        kinds.addAll(GatherKinds.kinds());
        kinds.addAll(ConvolutionKinds.kinds());
        kinds.addAll(PoolingKinds.kinds());
        kinds.addAll(NormalizationKinds.kinds());
        kinds.addAll(RecurrentKinds.kinds());
        kinds.addAll(QuantizationKinds.kinds());
        kinds.addAll(ResizeKinds.kinds());
        kinds.addAll(BranchKinds.kinds());
        kinds.addAll(ControlKinds.kinds());
        kinds.addAll(HostKinds.kinds());
        kinds.addAll(PatternKinds.kinds());
        kinds.addAll(GrowthKinds.kinds());
        kinds.addAll(PartKinds.kinds());
        kinds.addAll(MeetingKinds.kinds());
        kinds.addAll(EmptinessKinds.kinds());
        kinds.addAll(StoredKinds.kinds());
        kinds.addAll(CacheKinds.kinds());
        weight = kinds.stream().mapToInt(NodeKind::weight).sum();
    }

    List<NodeKind> kinds() {
        return List.copyOf(kinds);
    }

    /** The kind of this name. */
    NodeKind named(String operator) {
        return kinds.stream()
                .filter(kind -> kind.key().equals(operator))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no kind of node is called " + operator));
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
