package dev.quern.vector;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides where each value of a method is computed: where it is used, if it is used once and nothing it reads changes on
 * the way; else at its own position, into a local variable. Values that nobody uses are not computed.
 */
final class Placement {
    /** A use of a value, as a position in the region that computes it; {@code nested} if it lies in a loop or branch there. */
    private record Use(int position, boolean nested) {}

    private final Map<CodeNode, List<Use>> uses = new IdentityHashMap<>();
    private final Map<CodeNode, Integer> lastUse = new IdentityHashMap<>();
    private final Map<CodeRegion, Map<Integer, List<CodeNode>>> releases = new IdentityHashMap<>();

    Placement(MethodDraft draft) {
        place(draft.root());
    }

    /** Whether {@code node} is computed into a local variable. */
    boolean isLocal(CodeNode node) {
        return lastUse.containsKey(node);
    }

    /** The locals of {@code region} that are used for the last time at {@code position}. */
    List<CodeNode> lastUsedAt(CodeRegion region, int position) {
        return releases.getOrDefault(region, Map.of()).getOrDefault(position, List.of());
    }

    private void place(CodeRegion region) {
        for (int position = region.items.size() - 1; position >= 0; position--) {
            switch (region.items.get(position)) {
                case CodeNode node -> place(node, position);
                case Item.LoopItem(CodeNode variable, CodeNode from, CodeNode to, CodeRegion body) -> {
                    place(body);
                    use(to, region, position, true);
                    use(from, region, position, false);
                }
                case Item.Branch(List<CodeNode> conditions, CodeRegion then, CodeRegion otherwise) -> {
                    place(otherwise);
                    place(then);
                    for (CodeNode condition : conditions) {
                        use(condition, region, position, false);
                    }
                }
                case Item.Open open -> {}
                case Item.Close close -> {}
            }
        }
    }

    private void place(CodeNode node, int position) {
        if (node.isEffect()) {
            useArguments(node, position);
            return;
        }
        List<Use> all = uses.get(node);
        if (all == null) {
            return;
        }
        boolean cell = node.instruction instanceof Instruction.CellValue;
        boolean array =
                node.instruction instanceof Instruction.NewArray || node.instruction instanceof Instruction.KeptArray;
        boolean once = all.size() == 1 && !all.getFirst().nested();
        if (!array && (cell || once) && unchangedUntil(node, position, all)) {
            if (!cell) {
                useArguments(node, all.getFirst().position());
            }
            return;
        }
        int last = all.stream().mapToInt(Use::position).max().orElseThrow();
        lastUse.put(node, last);
        releases.computeIfAbsent(node.region, region -> new java.util.HashMap<>())
                .computeIfAbsent(last, key -> new ArrayList<>())
                .add(node);
        useArguments(node, position);
    }

    private void useArguments(CodeNode node, int position) {
        for (CodeNode argument : node.arguments) {
            use(argument, node.region, position, false);
        }
    }

    private void use(CodeNode node, CodeRegion region, int position, boolean nested) {
        if (node.isFree() || node.instruction instanceof Instruction.Given) {
            return;
        }
        CodeRegion at = region;
        int place = position;
        boolean inside = nested;
        while (at != node.region) {
            place = at.position;
            at = at.parent;
            inside = true;
        }
        uses.computeIfAbsent(node, key -> new ArrayList<>()).add(new Use(place, inside));
    }

    private static boolean unchangedUntil(CodeNode node, int position, List<Use> all) {
        if (node.reads == null) {
            return true;
        }
        for (Use use : all) {
            int end = use.nested() ? use.position() + 1 : use.position();
            for (int between = position + 1; between < end; between++) {
                Set<Versioned> writes = node.region.items.get(between).writes();
                if (writes.contains(node.reads)) {
                    return false;
                }
            }
        }
        return true;
    }
}
