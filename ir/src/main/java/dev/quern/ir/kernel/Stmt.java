package dev.quern.ir.kernel;

import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import java.util.List;
import java.util.Set;

/**
 * A statement of a kernel: a structured loop nest over buffers. Indices are {@link Dim}s over loop variables, symbols of
 * the kernel and names bound by {@link Let}. What a statement reads and writes follows from its indices alone.
 */
public sealed interface Stmt {
    /** Statements in order. */
    record Block(List<Stmt> statements) implements Stmt {
        public Block {
            statements = List.copyOf(statements);
        }
    }

    /** {@code body} for each {@code variable} in {@code [0, extent)}; a negative extent is none. Names of loops are unique in a kernel. */
    record For(String variable, Dim extent, LoopKind kind, Stmt body) implements Stmt {}

    /** Writes an element; {@code value} has the buffer's type. */
    record Store(String buffer, List<Dim> indices, Expr value) implements Stmt {
        public Store {
            indices = List.copyOf(indices);
        }
    }

    /**
     * Joins {@code value} to an element: {@code buffer[indices] = combiner(buffer[indices], value)}. With {@link Combiner#FMA} the
     * value is a product.
     *
     * <p>Updates of one element happen in the order of the loops around them, in every engine. Only a schedule changes that order, by
     * changing the loops, and one that rounds then gives other bits.
     *
     * <p><b>Across lanes.</b> In a {@link LoopKind#VECTOR} loop of {@code n} iterations, a sum or product of floats into an element that
     * is the same for all of them joins their values in halves, whatever the width of the target's vectors: with {@code h} the
     * smallest power of two not below {@code n}, halved before each round, until it is 1, the value of iteration {@code i < h}
     * becomes {@code combiner(value i, value i + h)}. Iterations that do not get here are left out. Value 0 is joined to the element
     * last. Each such reduction is one round of its own, in the order of the statements; products of {@link Combiner#FMA} are rounded.
     */
    record Reduce(String buffer, List<Dim> indices, Combiner combiner, Expr value) implements Stmt {
        public Reduce {
            indices = List.copyOf(indices);
        }

        /**
         * Whether this joins floats across the lanes of a vector loop around it.
         *
         * @param inside the loop's variable, and the names and buffers that its body defines
         */
        public boolean joinsLanes(Set<String> inside) {
            boolean rounds = combiner == Combiner.SUM || combiner == Combiner.PRODUCT || combiner == Combiner.FMA;
            return rounds
                    && value.dtype().isFloat()
                    && !inside.contains(buffer)
                    && indices.stream()
                            .flatMap(index -> index.symbols().stream())
                            .noneMatch(inside::contains);
        }
    }

    /** A buffer that exists, undefined at first, while {@code body} runs. */
    record Allocate(Buffer buffer, Stmt body) implements Stmt {}

    /** {@code then} if every one of {@code nonNegative} is at least zero, else {@code otherwise} (an empty block for nothing). */
    record Guard(List<Dim> nonNegative, Stmt then, Stmt otherwise) implements Stmt {
        public Guard {
            nonNegative = List.copyOf(nonNegative);
        }
    }

    /** {@code body} where {@code name} is the integer value of {@code value} (any integer type), usable in indices. */
    record Let(String name, Expr value, Stmt body) implements Stmt {}

    /** {@code body}, compiled as a unit of its own: on the JVM, a method that the surrounding loops call. */
    record Section(String name, Stmt body) implements Stmt {}

    /** The statement that does nothing. */
    Block NOTHING = new Block(List.of());
}
