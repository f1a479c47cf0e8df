package dev.quern.ir.kernel;

import dev.quern.DType;
import dev.quern.ir.Dim;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Names for indices: a {@link Stmt.Let} of an {@link Expr.Index} of 64 bits is another word for the index. Whoever reasons about
 * indices sees through it.
 */
public final class IndexNames extends KernelMapper {
    private final Predicate<Dim> inlined;
    private final Map<String, Dim> meanings = new HashMap<>();
    private final Map<String, Dim> values = new HashMap<>();

    private IndexNames(Predicate<Dim> inlined) {
        this.inlined = inlined;
    }

    /** The index that {@code let} names, over names in sight there; empty if its value is no index. */
    public static Optional<Dim> named(Stmt.Let let) {
        return let.value() instanceof Expr.Index(Dim index, DType dtype) && dtype == DType.I64
                ? Optional.of(index)
                : Optional.empty();
    }

    /** {@code statement} with all such names replaced by their indices. */
    public static Stmt inline(Stmt statement) {
        return inline(statement, index -> true);
    }

    /**
     * {@code statement} with those names replaced whose indices {@code chosen} holds of.
     *
     * @param chosen is given the index over loop variables, symbols and values that are no indices
     */
    public static Stmt inline(Stmt statement, Predicate<Dim> chosen) {
        return new IndexNames(chosen).stmt(statement);
    }

    @Override
    protected Dim dim(Dim dim) {
        return values.isEmpty() ? dim : dim.substitute(values);
    }

    @Override
    public Stmt stmt(Stmt statement) {
        return statement instanceof Stmt.Let let ? rewrite(let) : super.stmt(statement);
    }

    private Stmt rewrite(Stmt.Let let) {
        Optional<Dim> index = named(let);
        if (index.isPresent()) {
            Dim meaning = index.get().substitute(meanings);
            meanings.put(let.name(), meaning);
            if (inlined.test(meaning)) {
                values.put(let.name(), dim(index.get()));
                return stmt(let.body());
            }
        }
        return super.stmt(let);
    }
}
