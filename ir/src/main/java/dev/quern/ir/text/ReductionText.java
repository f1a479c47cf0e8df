package dev.quern.ir.text;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.NameText;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Reduction;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reductions as text. What joins numbers by a function is written as an assignment; others are defined at the head of their kernel, and
 * what joins partial results of such a one has its name with an ending.
 */
final class ReductionText {
    /** The word for a reduction whose elements may be taken in any order. */
    static final String REORDERABLE = "reorderable";

    private ReductionText() {}

    /** Those of {@code body} that need a definition, in order of appearance. */
    static List<Reduction> defined(Stmt body) {
        Map<String, Reduction> found = new LinkedHashMap<>();
        body.walk(part -> {
            if (part instanceof Stmt.ReduceInto reduce && !isShort(reduce)) {
                found.putIfAbsent(reduce.reduction().name(), reduce.reduction());
            }
        });
        List<Reduction> defined = new ArrayList<>(found.values());
        for (Reduction reduction : found.values()) {
            Reduction joined = reduction.joined();
            if (joined != reduction) {
                defined.remove(joined);
            }
        }
        return defined;
    }

    private static boolean isShort(Stmt.ReduceInto reduce) {
        return reduce.reduction().isPlain() && reduce.along().isEmpty();
    }

    static void write(Stmt.ReduceInto reduce, StringBuilder out, ExpressionText expressions) {
        if (isShort(reduce)) {
            Stmt.Element target = reduce.targets().getFirst();
            ExpressionText.element(out, target.buffer(), target.indices());
            out.append(' ').append(update(reduce.reduction())).append(' ');
            expressions.write(reduce.reduction().lifted(reduce.inputs()));
            return;
        }
        out.append("into (");
        String separator = "";
        for (Stmt.Element target : reduce.targets()) {
            out.append(separator);
            ExpressionText.element(out, target.buffer(), target.indices());
            separator = ", ";
        }
        out.append(") ").append(NameText.of(reduce.reduction().name())).append('(');
        separator = "";
        for (Expr input : reduce.inputs()) {
            out.append(separator);
            expressions.write(input);
            separator = ", ";
        }
        out.append(')');
        separator = " along ";
        for (Stmt.TargetAxis along : reduce.along()) {
            out.append(separator)
                    .append(NameText.of(along.variable()))
                    .append(" in 0..")
                    .append(along.extent());
            separator = ", ";
        }
    }

    private static String update(Reduction reduction) {
        if (reduction.isFused()) {
            return "+=fma";
        }
        BinaryOp function = reduction.function().orElseThrow();
        return switch (function) {
            case ADD -> "+=";
            case MUL -> "*=";
            default -> ExpressionText.word(function) + "=";
        };
    }

    /** The definition of {@code reduction}. */
    static void define(Reduction reduction, StringBuilder out, String indent) {
        out.append("reduction ").append(NameText.of(reduction.name()));
        out.append(reduction.inputs().stream()
                .map(input -> NameText.of(input.name()) + ": " + input.dtype())
                .collect(Collectors.joining(", ", "(", ")")));
        out.append(reduction.reorderable() ? " " + REORDERABLE : "").append(" {\n");
        String inner = indent + "  ";
        Map<String, DType> inputs = new HashMap<>();
        Map<String, DType> sides = new HashMap<>();
        reduction.inputs().forEach(input -> inputs.put(input.name(), input.dtype()));
        for (Reduction.ReducedPart target : reduction.targets()) {
            out.append(inner).append(NameText.of(target.name())).append(": ").append(target.dtype());
            out.append(" = ")
                    .append(ScalarText.element(target.dtype(), target.identity().bits()))
                    .append('\n');
            sides.put("left." + target.name(), target.dtype());
            sides.put("right." + target.name(), target.dtype());
        }
        rule("lift", reduction, reduction.lift(), inputs, out, inner);
        rule("join", reduction, reduction.join(), sides, out, inner);
        reduction.enter().ifPresent(enter -> {
            sides.putAll(inputs);
            rule("enter", reduction, enter, sides, out, inner);
        });
        out.append(indent).append('}');
    }

    private static void rule(
            String word,
            Reduction reduction,
            Reduction.ReductionRule rule,
            Map<String, DType> outside,
            StringBuilder out,
            String indent) {
        Map<String, DType> names = new HashMap<>(outside);
        ExpressionText expressions = new ExpressionText(out, names);
        out.append(indent).append(word).append(" {\n");
        for (Reduction.RuleLet let : rule.lets()) {
            out.append(indent).append("  let ").append(NameText.of(let.name())).append(" = ");
            expressions.write(let.value());
            out.append('\n');
            names.put(let.name(), let.value().dtype());
        }
        for (int part = 0; part < rule.values().size(); part++) {
            String name = reduction.targets().get(part).name();
            out.append(indent).append("  ").append(NameText.of(name)).append(" = ");
            expressions.write(rule.values().get(part));
            out.append('\n');
        }
        out.append(indent).append("}\n");
    }
}
