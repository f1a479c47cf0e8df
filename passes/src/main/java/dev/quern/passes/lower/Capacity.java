package dev.quern.passes.lower;

import dev.quern.Limits;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Value;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * How much each region has taken in: the work of an element, which bounds its expression's length and depth, and the values that
 * it reads, which become arguments of a method.
 */
final class Capacity {
    private static final class RegionLoad {
        private int work;
        private final Set<String> reads = new HashSet<>();
    }

    private final Map<Region, RegionLoad> loads = new IdentityHashMap<>();

    private RegionLoad load(Region region) {
        return loads.computeIfAbsent(region, key -> new RegionLoad());
    }

    /** {@code region} reads {@code value}, wherever that will be computed. */
    void reads(Region region, Value value) {
        load(region).reads.add(value.name());
    }

    /** Whether all of {@code readers} can compute {@code node} each time they read its result. */
    boolean admits(Collection<Demand> readers, Node node) {
        Map<Region, Integer> times = new HashMap<>();
        for (Demand reader : readers) {
            reader.region().ifPresent(region -> times.merge(region, 1, Integer::sum));
        }
        return times.entrySet().stream().allMatch(entry -> {
            RegionLoad load = load(entry.getKey());
            return load.work + entry.getValue() * (1 + Cost.own(node.op())) <= Limits.EXPRESSION_WORK
                    && load.reads.size() - 1 + node.inputs().size() <= Limits.KERNEL_OPERANDS;
        });
    }

    /** {@code region} computes {@code node} where it reads its result. */
    void take(Region region, Node node) {
        RegionLoad load = load(region);
        load.work += 1 + Cost.own(node.op());
        load.reads.remove(node.output().name());
        node.inputs().forEach(value -> load.reads.add(value.name()));
    }
}
