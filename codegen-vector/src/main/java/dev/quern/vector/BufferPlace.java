package dev.quern.vector;

import dev.quern.ir.kernel.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Where a buffer is in generated code. */
abstract sealed class BufferPlace extends Versioned {
    final Buffer buffer;

    private BufferPlace(Buffer buffer) {
        this.buffer = buffer;
    }

    /** What a write to any element may change. */
    List<Versioned> all() {
        return List.of(this);
    }

    /** A Java array; the buffer starts at {@code offset}, or at its beginning if that is null. */
    static final class InArray extends BufferPlace {
        final CodeNode array;
        final CodeNode offset;

        InArray(Buffer buffer, CodeNode array, CodeNode offset) {
            super(buffer);
            this.array = array;
            this.offset = offset;
        }
    }

    /** A memory segment; the buffer starts at element {@code offset}. */
    static final class InSegment extends BufferPlace {
        final CodeNode segment;
        final CodeNode offset;

        InSegment(Buffer buffer, CodeNode segment, CodeNode offset) {
            super(buffer);
            this.segment = segment;
            this.offset = offset;
        }
    }

    /** Local variables. */
    static final class InCells extends BufferPlace {
        /** How addresses map to cells, or null if each element is a scalar. */
        final VectorParts grain;

        /** Lane conditions in force where it was allocated. */
        final int conditions;

        /** The cells in use; filled while its scope is built. */
        final List<Cell> cells = new ArrayList<>();

        private final Map<Long, Cell> byAddress = new HashMap<>();

        InCells(Buffer buffer, VectorParts grain, int conditions) {
            super(buffer);
            this.grain = grain;
            this.conditions = conditions;
        }

        Cell cell(long key, Supplier<JvmType> type) {
            Cell cell = byAddress.get(key);
            if (cell == null) {
                cell = new Cell(type.get());
                byAddress.put(key, cell);
                cells.add(cell);
            }
            return cell;
        }

        @Override
        List<Versioned> all() {
            return List.copyOf(cells);
        }
    }
}
