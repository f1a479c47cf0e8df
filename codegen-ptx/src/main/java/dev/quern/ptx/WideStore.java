package dev.quern.ptx;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A vector loop that stores neighbouring elements of 16 or 32 bits, as many as one access takes, where the first lies at a multiple of
 * their number from the buffer's start.
 *
 * @param loop the loop
 * @param store its body
 * @param first the address of the first element, in elements
 * @param source what is copied, if neighbours are loaded and stored as they are
 * @param firstLoaded the address of the first that is loaded
 */
record WideStore(Stmt.For loop, Stmt.Store store, Dim first, Optional<Expr.Load> source, Dim firstLoaded) {
    private static final Set<Long> BYTES = Set.of(4L, 8L, 16L);

    /** {@code loop} as such, if it is. */
    static Optional<WideStore> of(Stmt.For loop, MemoryCode memory) {
        if (!(loop.body() instanceof Stmt.Store store)
                || memory.space(store.buffer()).isEmpty()
                || !isPacked(memory.buffer(store.buffer()).dtype())) {
            return Optional.empty();
        }
        Buffer target = memory.buffer(store.buffer());
        long bytes = target.dtype().bits() / 8 * loop.extent().constant();
        Optional<Dim> first = first(target, store.indices(), loop);
        if (!BYTES.contains(bytes) || first.isEmpty()) {
            return Optional.empty();
        }
        if (store.value() instanceof Expr.Load load
                && !memory.space(load.buffer()).isEmpty()) {
            Buffer source = memory.buffer(load.buffer());
            Optional<Dim> from = first(source, load.indices(), loop);
            if (from.isPresent() && source.dtype() == target.dtype()) {
                return Optional.of(new WideStore(loop, store, first.get(), Optional.of(load), from.get()));
            }
        }
        return Optional.of(new WideStore(loop, store, first.get(), Optional.empty(), Dim.ZERO));
    }

    private static boolean isPacked(DType dtype) {
        return switch (dtype) {
            case F16, BF16, F32, I32, U32 -> true;
            default -> false;
        };
    }

    private static Optional<Dim> first(Buffer buffer, List<Dim> indices, Stmt.For loop) {
        long extent = loop.extent().constant();
        Dim address = buffer.layout().address(indices);
        boolean exchanged = buffer.layout()
                .swizzle()
                .map(Layout.Swizzle::base)
                .map(base -> 1L << base < extent)
                .orElse(false);
        Dim first = address.substitute(Map.of(loop.variable(), Dim.ZERO));
        return address.coefficient(loop.variable())
                                .filter(factor -> factor.is(1))
                                .isPresent()
                        && !exchanged
                        && first.terms().stream().allMatch(term -> term.coefficient() % extent == 0)
                ? Optional.of(first)
                : Optional.empty();
    }

    /** Bytes of all elements. */
    int bytes(Buffer target) {
        return (int) (target.dtype().bits() / 8 * loop.extent().constant());
    }
}
