package dev.quern.ir.verify;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.NameText;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.Reduction;
import dev.quern.ir.kernel.Stmt;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules of reductions: their types, what is wide, and that one name means one reduction in a kernel. */
final class ReductionRules {
    private final ExpressionRules expressions;
    private final Map<String, Reduction> named = new HashMap<>();

    ReductionRules(ExpressionRules expressions) {
        this.expressions = expressions;
    }

    /**
     * Checks {@code reduce}, whose indices and inputs have been.
     *
     * @param targets the buffers of its targets
     * @param scope inside its loops over parts
     */
    void check(Stmt.ReduceInto reduce, List<Buffer> targets, KernelScope scope) {
        Reduction reduction = reduce.reduction();
        for (int part = 0; part < targets.size(); part++) {
            DType dtype = reduction.targets().get(part).dtype();
            Buffer target = targets.get(part);
            scope.require(dtype == target.dtype(), "type of the value", target.dtype(), dtype);
        }
        for (int i = 0; i < reduction.inputs().size(); i++) {
            Reduction.Input input = reduction.inputs().get(i);
            DType found = reduce.inputs().get(i).dtype();
            scope.require(input.dtype() == found, "type of the input " + input.name(), input.dtype(), found);
        }
        if (reduction.isPlain()) {
            checkPlain(reduction, scope);
        } else {
            checkName(reduction, scope);
            checkRules(reduction, scope);
        }
        checkWidth(reduce, scope);
    }

    private static void checkPlain(Reduction reduction, KernelScope scope) {
        BinaryOp function = reduction.function().orElseThrow();
        DType dtype = reduction.targets().getFirst().dtype();
        boolean logical = function == BinaryOp.AND || function == BinaryOp.OR;
        scope.require(
                logical ? ExpressionRules.isLogical(dtype) : ExpressionRules.isNumber(dtype),
                "type joined by " + function,
                logical ? "a boolean or an integer" : "a number",
                dtype);
    }

    /** A reduction and the one that joins its partial results may share a name, up to an ending. */
    private void checkName(Reduction reduction, KernelScope scope) {
        Reduction other = named.putIfAbsent(reduction.name(), reduction);
        scope.require(
                other == null || other.equals(reduction),
                "reduction " + NameText.of(reduction.name()),
                "one of that name in a kernel",
                "another");
    }

    private void checkRules(Reduction reduction, KernelScope scope) {
        KernelScope at = scope.at("reduction " + NameText.of(reduction.name()));
        Map<String, DType> inputs = new HashMap<>();
        Map<String, DType> sides = new HashMap<>();
        reduction.inputs().forEach(input -> inputs.put(input.name(), input.dtype()));
        for (Reduction.ReducedPart target : reduction.targets()) {
            sides.put("left." + target.name(), target.dtype());
            sides.put("right." + target.name(), target.dtype());
        }
        checkRule(reduction.lift(), inputs, at);
        checkRule(reduction.join(), sides, at);
        reduction.enter().ifPresent(enter -> {
            sides.putAll(inputs);
            checkRule(enter, sides, at);
        });
    }

    private void checkRule(Reduction.ReductionRule rule, Map<String, DType> names, KernelScope scope) {
        KernelScope inner = scope;
        for (Map.Entry<String, DType> name : names.entrySet()) {
            inner = inner.with(Buffer.register(name.getKey(), name.getValue(), Shape.SCALAR));
        }
        for (Reduction.RuleLet let : rule.lets()) {
            expressions.check(let.value(), inner);
            inner = inner.with(Buffer.register(let.name(), let.value().dtype(), Shape.SCALAR));
        }
        for (Expr value : rule.values()) {
            expressions.check(value, inner);
        }
    }

    /** What one element becomes is the same for all parts of a wide one. */
    private static void checkWidth(Stmt.ReduceInto reduce, KernelScope scope) {
        Set<String> variables = reduce.alongVariables();
        Set<String> wide = new HashSet<>();
        for (int part = 0; part < reduce.targets().size(); part++) {
            Set<String> over = new HashSet<>();
            for (Dim index : reduce.targets().get(part).indices()) {
                index.symbols().stream().filter(variables::contains).forEach(over::add);
            }
            Stmt.Element target = reduce.targets().get(part);
            scope.require(
                    over.isEmpty() || over.equals(variables),
                    "target " + NameText.of(target.buffer()) + target.indices(),
                    "one over all of " + reduce.along() + " or none",
                    "one over " + over);
            if (!over.isEmpty()) {
                String name = reduce.reduction().targets().get(part).name();
                wide.addAll(List.of("left." + name, "right." + name));
            }
        }
        for (int i = 0; i < reduce.inputs().size(); i++) {
            Expr input = reduce.inputs().get(i);
            if (variables.stream().anyMatch(variable -> Expressions.mentions(input, variable))) {
                wide.add(reduce.reduction().inputs().get(i).name());
            }
        }
        checkWidth(reduce, reduce.reduction().lift(), wide, scope);
        checkWidth(reduce, reduce.reduction().join(), wide, scope);
        reduce.reduction().enter().ifPresent(enter -> checkWidth(reduce, enter, wide, scope));
    }

    private static void checkWidth(
            Stmt.ReduceInto reduce, Reduction.ReductionRule rule, Set<String> wideNames, KernelScope scope) {
        Set<String> wide = new HashSet<>(wideNames);
        for (Reduction.RuleLet let : rule.lets()) {
            if (Reduction.names(let.value()).stream().anyMatch(wide::contains)) {
                wide.add(let.name());
            }
        }
        for (int part = 0; part < rule.values().size(); part++) {
            String name = reduce.reduction().targets().get(part).name();
            if (!wide.contains("left." + name)) {
                scope.require(
                        Reduction.names(rule.values().get(part)).stream().noneMatch(wide::contains),
                        "what the target " + NameText.of(name) + " becomes",
                        "the same for all of " + reduce.along(),
                        rule.values().get(part));
            }
        }
    }
}
