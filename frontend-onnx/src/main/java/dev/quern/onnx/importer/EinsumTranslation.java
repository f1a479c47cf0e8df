package dev.quern.onnx.importer;

import dev.quern.DType;
import dev.quern.ir.Combiner;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** ONNX Einsum: operands are joined two by two in contractions; an ellipsis stands for axes named by their distance from its end. */
final class EinsumTranslation {
    /** A value with its axes named. */
    private record EinsumTerm(Value value, List<String> axes) {}

    private final Call call;
    private final GraphBuilder builder;
    private int ellipsis;

    EinsumTranslation(Call call) {
        this.call = call;
        this.builder = call.builder();
    }

    Value translate() {
        String equation = call.text("equation", "").replaceAll("\\s", "");
        String[] sides = equation.split("->", -1);
        String[] operands = sides[0].split(",", -1);
        if (sides.length > 2 || operands.length != call.count()) {
            throw call.invalid("equation: expected " + call.count() + " operands, found '" + equation + "'");
        }
        List<EinsumTerm> terms = new ArrayList<>();
        for (int index = 0; index < operands.length; index++) {
            terms.add(named(operands[index], call.input(index)));
        }
        List<String> result = sides.length == 2 ? axes(sides[1], ellipsis) : implied(terms);
        terms.replaceAll(this::diagonal);
        return joined(terms, result);
    }

    private EinsumTerm named(String labels, Value operand) {
        int rank = operand.type().shape().rank();
        int letters = labels.replace("...", "").length();
        boolean dots = labels.contains("...");
        if (dots ? letters > rank : letters != rank) {
            throw call.invalid("equation: expected " + rank + " axes, found '" + labels + "'");
        }
        ellipsis = Math.max(ellipsis, dots ? rank - letters : 0);
        return new EinsumTerm(operand, axes(labels, rank - letters));
    }

    private List<String> axes(String labels, int between) {
        List<String> names = new ArrayList<>();
        for (int at = 0; at < labels.length(); at++) {
            if (labels.startsWith("...", at)) {
                for (int distance = between; distance > 0; distance--) {
                    names.add("e" + distance);
                }
                at += 2;
            } else if (Character.isLetter(labels.charAt(at))) {
                names.add(labels.substring(at, at + 1));
            } else {
                throw call.invalid("equation: expected letters and '...', found '" + labels + "'");
            }
        }
        return names;
    }

    /** Without an arrow: the ellipsis, then the letters that occur once, in alphabetical order. */
    private List<String> implied(List<EinsumTerm> terms) {
        Map<String, Integer> occurrences = new TreeMap<>(Comparator.naturalOrder());
        terms.forEach(term -> term.axes().forEach(axis -> occurrences.merge(axis, 1, Integer::sum)));
        List<String> result = new ArrayList<>();
        for (int distance = ellipsis; distance > 0; distance--) {
            result.add("e" + distance);
        }
        occurrences.forEach((axis, count) -> {
            if (count == 1 && axis.length() == 1) {
                result.add(axis);
            }
        });
        return result;
    }

    /** An axis named twice is read along its diagonal. */
    private EinsumTerm diagonal(EinsumTerm term) {
        for (int second = 1; second < term.axes().size(); second++) {
            int first = term.axes().indexOf(term.axes().get(second));
            if (first < second) {
                Shape shape = term.value().type().shape();
                Value equal = builder.compare(
                        CompareOp.EQ,
                        builder.add(new Op.Iota(DType.I64, shape, first)),
                        builder.add(new Op.Iota(DType.I64, shape, second)));
                Value zero = builder.scalar(term.value().type().dtype(), 0);
                Value masked = builder.select(equal, term.value(), zero);
                List<String> left = new ArrayList<>(term.axes());
                left.remove(second);
                return diagonal(new EinsumTerm(builder.reduce(Combiner.SUM, masked, List.of(second), false), left));
            }
        }
        return term;
    }

    private Value joined(List<EinsumTerm> terms, List<String> result) {
        List<EinsumTerm> rest = new ArrayList<>(terms);
        while (rest.size() > 1) {
            EinsumTerm left = rest.removeFirst();
            EinsumTerm right = rest.removeFirst();
            rest.addFirst(product(left, right, rest, result));
        }
        EinsumTerm last = summed(rest.getFirst(), result);
        for (String axis : result) {
            if (!last.axes().contains(axis)) {
                throw call.invalid("equation: axis '" + axis + "' of the result is in no operand");
            }
        }
        Value turned = builder.transpose(
                last.value(), result.stream().map(last.axes()::indexOf).toList());
        return builder.cast(turned, call.input(0).type().dtype());
    }

    private EinsumTerm product(EinsumTerm left, EinsumTerm right, List<EinsumTerm> rest, List<String> result) {
        List<String> needed = new ArrayList<>(result);
        rest.forEach(term -> needed.addAll(term.axes()));
        EinsumTerm narrowLeft = withoutOnes(left, right);
        EinsumTerm narrowRight = withoutOnes(right, left);
        EinsumTerm a = summed(narrowLeft, both(needed, narrowRight.axes()));
        EinsumTerm b = summed(narrowRight, both(needed, narrowLeft.axes()));
        List<String> axes = new ArrayList<>();
        List<String> order = rest.isEmpty() ? result : List.of();
        order.stream()
                .filter(axis -> a.axes().contains(axis) || b.axes().contains(axis))
                .forEach(axes::add);
        for (EinsumTerm term : List.of(a, b)) {
            for (String axis : term.axes()) {
                if (needed.contains(axis) && !axes.contains(axis)) {
                    axes.add(axis);
                }
            }
        }
        boolean alike = a.value().type().dtype() == b.value().type().dtype();
        Value first = alike ? a.value() : RoundedOnce.wide(builder, a.value());
        Value second = alike ? b.value() : RoundedOnce.wide(builder, b.value());
        return new EinsumTerm(MatrixProduct.contract(builder, first, a.axes(), second, b.axes(), axes), axes);
    }

    private static List<String> both(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    /** Without the axes that nothing else has. */
    private EinsumTerm summed(EinsumTerm term, List<String> needed) {
        List<Integer> dropped = new ArrayList<>();
        List<String> kept = new ArrayList<>();
        for (int axis = 0; axis < term.axes().size(); axis++) {
            if (needed.contains(term.axes().get(axis))) {
                kept.add(term.axes().get(axis));
            } else {
                dropped.add(axis);
            }
        }
        if (dropped.isEmpty()) {
            return term;
        }
        Value wide = RoundedOnce.wide(builder, term.value());
        return new EinsumTerm(builder.reduce(Combiner.SUM, wide, dropped, false), kept);
    }

    /** Without axes of extent 1 against another extent: they are broadcast. */
    private EinsumTerm withoutOnes(EinsumTerm term, EinsumTerm other) {
        List<Dim> dims = new ArrayList<>();
        List<String> kept = new ArrayList<>();
        Shape shape = term.value().type().shape();
        for (int axis = 0; axis < term.axes().size(); axis++) {
            String name = term.axes().get(axis);
            int there = other.axes().indexOf(name);
            Dim extent = shape.dim(axis);
            Dim both = there < 0
                    ? extent
                    : builder.broadcastExtent(
                            extent, other.value().type().shape().dim(there));
            if (!builder.spreads(extent, both)) {
                dims.add(extent);
                kept.add(name);
            }
        }
        return kept.size() == term.axes().size()
                ? term
                : new EinsumTerm(builder.reshape(term.value(), new Shape(dims)), kept);
    }
}
