package dev.quern.vector;

import java.util.List;
import java.util.Set;

/** One entry of a {@link CodeRegion}. */
sealed interface Item permits CodeNode, Item.LoopItem, Item.Branch, Item.Open, Item.Close {
    /** What running it may change. */
    Set<Versioned> writes();

    /** {@code body} for {@code variable} from {@code from} up to, not including, {@code to}; all are ints. */
    record LoopItem(CodeNode variable, CodeNode from, CodeNode to, CodeRegion body) implements Item {
        @Override
        public Set<Versioned> writes() {
            return body.writes();
        }
    }

    /** {@code then} if all {@code conditions} (ints or longs) are at least zero, else {@code otherwise}. */
    record Branch(List<CodeNode> conditions, CodeRegion then, CodeRegion otherwise) implements Item {
        @Override
        public Set<Versioned> writes() {
            Set<Versioned> both = new java.util.HashSet<>(then.writes());
            both.addAll(otherwise.writes());
            return both;
        }
    }

    /** The cells of a register buffer come to be; more may be added while its scope is built. */
    record Open(List<Cell> cells) implements Item {
        @Override
        public Set<Versioned> writes() {
            return Set.of();
        }
    }

    /** The cells cease to be. */
    record Close(List<Cell> cells) implements Item {
        @Override
        public Set<Versioned> writes() {
            return Set.copyOf(cells);
        }
    }
}
