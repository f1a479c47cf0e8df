package dev.quern.ir.kernel;

import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import java.util.List;

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
     * Joins {@code value} to an element: {@code buffer[indices] = combiner(buffer[indices], value)}. Such updates of one element may be
     * reordered among themselves. With {@link Combiner#FMA} the value is a product.
     */
    record Reduce(String buffer, List<Dim> indices, Combiner combiner, Expr value) implements Stmt {
        public Reduce {
            indices = List.copyOf(indices);
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
