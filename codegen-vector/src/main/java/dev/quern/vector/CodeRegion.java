package dev.quern.vector;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Straight-line code: the body of a method, of a loop or of one side of a branch. */
final class CodeRegion {
    /** What makes two values one: the same instruction on the same arguments, reading the same version. */
    record Key(Instruction instruction, List<Integer> arguments, long version) {}

    final CodeRegion parent;
    final int depth;
    final List<Item> items = new ArrayList<>();

    /** Position of the loop or branch that holds this in the parent's items. */
    int position = -1;

    private final Map<Key, CodeNode> values = new HashMap<>();
    private final Set<Cell> assigned = new HashSet<>();
    private Set<Versioned> writes;

    CodeRegion(CodeRegion parent) {
        this.parent = parent;
        this.depth = parent == null ? 0 : parent.depth + 1;
    }

    /** The node of this or a surrounding region that has the value, or null. */
    CodeNode find(Key key) {
        for (CodeRegion region = this; region != null; region = region.parent) {
            CodeNode found = region.values.get(key);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    void remember(Key key, CodeNode node) {
        values.put(key, node);
    }

    void assign(Cell cell) {
        assigned.add(cell);
    }

    /** Whether {@code cell} has been written on every path to this point. */
    boolean isAssigned(Cell cell) {
        for (CodeRegion region = this; region != null; region = region.parent) {
            if (region.assigned.contains(cell)) {
                return true;
            }
        }
        return false;
    }

    /** All that its items write; asked for once it is complete. */
    Set<Versioned> writes() {
        if (writes == null) {
            writes = new HashSet<>();
            for (Item item : items) {
                writes.addAll(item.writes());
            }
        }
        return writes;
    }
}
