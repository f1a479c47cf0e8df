package dev.quern.ir.text;

import dev.quern.DType;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Reduction;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.text.grammar.QuernParser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.antlr.v4.runtime.ParserRuleContext;

/** Builds the reductions that a kernel defines, and the statements that use them. */
final class ReductionReader {
    private final Map<String, Reduction> defined = new HashMap<>();

    void define(QuernParser.ReductionContext context) {
        String name = Quotes.name(context.name());
        if (context.NAME() != null && !context.NAME().getText().equals(ReductionText.REORDERABLE)) {
            throw SyntaxErrors.at(
                    context.NAME().getSymbol(),
                    ReductionText.REORDERABLE + " or nothing",
                    context.NAME().getText());
        }
        List<Reduction.Input> inputs = new ArrayList<>();
        for (QuernParser.ReductionInputContext input : context.reductionInput()) {
            inputs.add(new Reduction.Input(
                    Quotes.name(input.name()), dtype(input, input.NAME().getText())));
        }
        List<Reduction.ReducedPart> targets =
                context.reductionTarget().stream().map(ReductionReader::target).toList();
        Map<String, DType> element = new HashMap<>();
        Map<String, DType> sides = new HashMap<>();
        inputs.forEach(input -> element.put(input.name(), input.dtype()));
        for (Reduction.ReducedPart target : targets) {
            sides.put("left." + target.name(), target.dtype());
            sides.put("right." + target.name(), target.dtype());
        }
        Map<String, Reduction.ReductionRule> rules = new HashMap<>();
        for (QuernParser.ReductionRuleContext rule : context.reductionRule()) {
            String word = rule.NAME().getText();
            Map<String, DType> names = new HashMap<>(word.equals("lift") ? Map.of() : sides);
            names.putAll(word.equals("join") ? Map.of() : element);
            if (!Set.of("lift", "join", "enter").contains(word)
                    || rules.put(word, rule(rule, targets, names)) != null) {
                throw SyntaxErrors.at(rule, "one rule each called lift, join or enter");
            }
        }
        if (!rules.keySet().containsAll(Set.of("lift", "join"))) {
            throw SyntaxErrors.at(context, "rules called lift and join");
        }
        Reduction reduction = checked(
                context,
                () -> new Reduction(
                        name,
                        targets,
                        inputs,
                        rules.get("lift"),
                        rules.get("join"),
                        Optional.ofNullable(rules.get("enter")),
                        context.NAME() != null));
        if (defined.put(name, reduction) != null) {
            throw SyntaxErrors.at(context.name(), "a name that no other reduction has");
        }
    }

    private static DType dtype(ParserRuleContext context, String label) {
        return ExpressionReader.dtype(context, label, "an element type");
    }

    private static Reduction.ReducedPart target(QuernParser.ReductionTargetContext context) {
        DType dtype = dtype(context, context.NAME().getText());
        OptionalLong bits = ScalarText.bits(dtype, context.scalar().getText());
        if (bits.isEmpty()) {
            throw SyntaxErrors.at(context.scalar(), "a value of " + dtype);
        }
        return new Reduction.ReducedPart(Quotes.name(context.name()), new Expr.Immediate(dtype, bits.getAsLong()));
    }

    private static Reduction.ReductionRule rule(
            QuernParser.ReductionRuleContext context, List<Reduction.ReducedPart> targets, Map<String, DType> names) {
        ExpressionReader expressions = new ExpressionReader(names);
        List<Reduction.RuleLet> lets = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        for (QuernParser.RuleLineContext line : context.ruleLine()) {
            String name = Quotes.name(line.name());
            Expr value = expressions.read(line.expression());
            if (line.getStart().getText().equals("let") && values.isEmpty()) {
                lets.add(new Reduction.RuleLet(name, value));
                names.put(name, value.dtype());
            } else if (values.size() < targets.size()
                    && targets.get(values.size()).name().equals(name)) {
                values.add(value);
            } else {
                throw SyntaxErrors.at(line, "lets, then a value of each target in order");
            }
        }
        return new Reduction.ReductionRule(lets, values);
    }

    /** The constructors check names and types. */
    private static <T> T checked(ParserRuleContext context, Supplier<T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException misfit) {
            throw SyntaxErrors.at(context.getStart(), "a reduction of types and names that fit", misfit.getMessage());
        }
    }

    Stmt read(QuernParser.ReduceStatementContext context, ExpressionReader expressions) {
        Reduction reduction = find(context);
        List<Stmt.Element> targets = new ArrayList<>();
        for (QuernParser.TargetContext target : context.targets().target()) {
            targets.add(new Stmt.Element(
                    Quotes.name(target.name()), DimReader.read(target.shape().dims())));
        }
        List<Expr> inputs = context.expression().stream().map(expressions::read).toList();
        List<Stmt.TargetAxis> along = new ArrayList<>();
        Set<String> variables = new HashSet<>();
        if (context.along() != null) {
            for (QuernParser.AlongLoopContext loop : context.along().alongLoop()) {
                if (!loop.INT().getText().equals("0") || !variables.add(Quotes.name(loop.name()))) {
                    throw SyntaxErrors.at(loop, "a range from 0 of a name of its own");
                }
                along.add(new Stmt.TargetAxis(Quotes.name(loop.name()), DimReader.read(loop.dim())));
            }
        }
        return checked(context, () -> new Stmt.ReduceInto(targets, reduction, inputs, along));
    }

    private Reduction find(QuernParser.ReduceStatementContext context) {
        String name = Quotes.name(context.name());
        Reduction reduction = defined.get(name);
        if (reduction == null && name.endsWith(Reduction.JOINED)) {
            Reduction whole = defined.get(name.substring(0, name.length() - Reduction.JOINED.length()));
            reduction = whole == null ? null : whole.joined();
        }
        if (reduction == null) {
            throw SyntaxErrors.at(context.name(), "a reduction defined at the head of the kernel");
        }
        return reduction;
    }
}
