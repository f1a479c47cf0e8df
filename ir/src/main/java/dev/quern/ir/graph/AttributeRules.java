package dev.quern.ir.graph;

import dev.quern.ModelException;
import dev.quern.ir.Dim;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of attributes by themselves, whatever the operands are. */
final class AttributeRules {
    private AttributeRules() {}

    static void check(boolean holds, String operation, String what, Object expected, Object found) {
        if (!holds) {
            throw new ModelException(
                    ModelException.Code.INVALID_MODEL, operation, what + ": expected " + expected + ", found " + found);
        }
    }

    static void atLeast(String operation, String what, int least, int found) {
        check(found >= least, operation, what, "at least " + least, found);
    }

    static void axis(String operation, int axis) {
        check(axis >= 0, operation, "axis", "one from 0", axis);
    }

    static void axes(String operation, List<Integer> axes) {
        axes.forEach(axis -> axis(operation, axis));
        check(new HashSet<>(axes).size() == axes.size(), operation, "axes", "each once", axes);
    }

    static void permutation(String operation, List<Integer> permutation) {
        List<Integer> sorted = new ArrayList<>(permutation);
        Collections.sort(sorted);
        for (int axis = 0; axis < sorted.size(); axis++) {
            check(sorted.get(axis) == axis, operation, "permutation", "every axis once", permutation);
        }
    }

    static void ranks(String operation, int rank, List<?>... lists) {
        for (List<?> list : lists) {
            check(list.size() == rank, operation, "axes", rank, list);
        }
    }

    static void notNegative(String operation, String what, List<Dim> dims) {
        dims.forEach(dim -> check(!dim.isConstant() || dim.constant() >= 0, operation, what, "at least 0", dim));
    }

    /** Every name at most once in each list, and in two of them at least. */
    static void namedAxes(String operation, List<String> left, List<String> right, List<String> result) {
        Set<String> names = new HashSet<>();
        for (List<String> list : List.of(left, right, result)) {
            check(new HashSet<>(list).size() == list.size(), operation, "names of axes", "each once", list);
            names.addAll(list);
        }
        for (String name : names) {
            boolean operand = left.contains(name) || right.contains(name);
            check(operand, operation, "axis " + name + " of the result", "an axis of an operand", result);
            boolean paired = result.contains(name) || left.contains(name) && right.contains(name);
            check(paired, operation, "axis " + name, "in two of the lists", left + ", " + right + ", " + result);
        }
    }
}
