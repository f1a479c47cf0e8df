package dev.quern.ir.interpret;

import dev.quern.ModelException;
import dev.quern.ir.graph.ShapeGuard;
import java.util.Map;

/**
 * A guard of a graph does not hold of the sizes of a run: the graph means nothing for them, but one made for these sizes may.
 * Passes from the graph that has the guard to those around it.
 */
public final class UnmetGuardException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ModelException refusal;
    private transient Map<String, Long> known;

    UnmetGuardException(ShapeGuard guard, DimBindings dims) {
        super(guard.toString(), null, false, false);
        this.refusal = new ModelException(
                ModelException.Code.INVALID_INPUT,
                guard.reason(),
                "expected " + guard + ", found " + dims.value(guard.left()) + " and " + dims.value(guard.right()));
        this.known = dims.values();
    }

    /** What to tell if no other graph is there. */
    public ModelException refusal() {
        return refusal;
    }

    /** The symbols known to the outermost graph that this has passed. */
    public Map<String, Long> known() {
        return known;
    }

    UnmetGuardException through(DimBindings outer) {
        known = outer.values();
        return this;
    }
}
