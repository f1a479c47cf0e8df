package dev.quern.ir.verify;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.ShapeGuard;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which extents are equal where the guards of a graph and of the graphs around it hold. */
final class GuardedEquality {
    private final List<ShapeGuard> guards;
    private final Map<String, Dim> replacements = new HashMap<>();

    GuardedEquality(List<ShapeGuard> outer, List<ShapeGuard> own) {
        guards = new ArrayList<>(outer);
        guards.addAll(own);
        for (ShapeGuard guard : guards) {
            if (guard.relation() == ShapeGuard.Relation.EQUAL) {
                Dim left = canonical(guard.left());
                Dim right = canonical(guard.right());
                if (!replace(left, right)) {
                    replace(right, left);
                }
            }
        }
    }

    List<ShapeGuard> guards() {
        return guards;
    }

    private boolean replace(Dim from, Dim to) {
        Optional<String> symbol = from.symbols().stream()
                .filter(name -> from.equals(Dim.symbol(name)) && !to.dependsOn(name))
                .findFirst();
        symbol.ifPresent(name -> {
            replacements.replaceAll((_, dim) -> dim.substitute(Map.of(name, to)));
            replacements.put(name, to);
        });
        return symbol.isPresent();
    }

    private Dim canonical(Dim dim) {
        return dim.substitute(replacements);
    }

    boolean same(TensorType left, TensorType right) {
        return left.dtype() == right.dtype()
                && left.encoding().equals(right.encoding())
                && same(left.shape(), right.shape());
    }

    private boolean same(Shape left, Shape right) {
        if (left.rank() != right.rank()) {
            return false;
        }
        for (int axis = 0; axis < left.rank(); axis++) {
            if (!same(left.dim(axis), right.dim(axis))) {
                return false;
            }
        }
        return true;
    }

    /** Equal by replacing symbols, or by the very difference that a guard says is zero. */
    private boolean same(Dim left, Dim right) {
        if (left.equals(right) || canonical(left).equals(canonical(right))) {
            return true;
        }
        Dim difference = canonical(left).minus(canonical(right));
        return guards.stream()
                .filter(guard -> guard.relation() == ShapeGuard.Relation.EQUAL)
                .map(guard -> canonical(guard.left()).minus(canonical(guard.right())))
                .anyMatch(zero -> zero.equals(difference) || zero.equals(difference.times(-1)));
    }
}
