package dev.quern.ir.text;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.Value;
import dev.quern.ir.text.grammar.QuernParser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Builds one graph; the graphs inside it have readers of their own, because they share no values. */
final class GraphReader {
    private final Function<String, Tensor> constants;
    private final Map<String, Value> values = new HashMap<>();

    private GraphReader(Function<String, Tensor> constants) {
        this.constants = constants;
    }

    static Graph read(QuernParser.GraphContext context, Function<String, Tensor> constants) {
        return new GraphReader(constants).graph(context);
    }

    private Graph graph(QuernParser.GraphContext context) {
        List<Value> inputs = context.typedValue().stream().map(this::define).toList();
        List<ShapeGuard> guards =
                context.guard().stream().map(GraphReader::guard).toList();
        List<Node> nodes = new ArrayList<>();
        for (QuernParser.NodeContext node : context.node()) {
            nodes.add(node(node));
        }
        List<Value> outputs = references(context.result().VALUE());
        return new Graph(Quotes.name(context.name()), inputs, outputs, nodes, guards);
    }

    private static ShapeGuard guard(QuernParser.GuardContext context) {
        boolean equal = context.getChild(2).getText().equals("==");
        return new ShapeGuard(
                DimReader.read(context.dim(0)),
                equal ? ShapeGuard.Relation.EQUAL : ShapeGuard.Relation.AT_LEAST,
                DimReader.read(context.dim(1)),
                origin(context.origin()));
    }

    private static String origin(QuernParser.OriginContext context) {
        return context == null ? "" : Quotes.unquoted(context.STRING().getText());
    }

    private Node node(QuernParser.NodeContext context) {
        String origin = origin(context.origin());
        if (context.constant() != null) {
            List<Value> results =
                    context.typedValue().stream().map(this::define).toList();
            if (results.size() != 1) {
                throw SyntaxErrors.at(context.getStart(), "one result of a constant", results.size() + "");
            }
            return new Node(constant(context.constant(), results.getFirst().type()), List.of(), results, origin);
        }
        QuernParser.ApplicationContext application = context.application();
        AttributeReader attributes = new AttributeReader(application, body -> read(body, constants));
        Op op = new OperationReader(application.operation(), attributes).read();
        List<Value> operands = references(application.VALUE());
        return new Node(
                op, operands, context.typedValue().stream().map(this::define).toList(), origin);
    }

    private Value define(QuernParser.TypedValueContext context) {
        Token token = context.VALUE().getSymbol();
        Value value = new Value(Quotes.value(token.getText()), type(context.type()));
        if (values.putIfAbsent(value.name(), value) != null) {
            throw SyntaxErrors.at(token, "a name that no other value has", token.getText());
        }
        return value;
    }

    private List<Value> references(List<TerminalNode> tokens) {
        List<Value> found = new ArrayList<>();
        for (TerminalNode token : tokens) {
            Value value = values.get(Quotes.value(token.getText()));
            if (value == null) {
                throw SyntaxErrors.at(token.getSymbol(), "a value defined before", token.getText());
            }
            found.add(value);
        }
        return found;
    }

    private static TensorType type(QuernParser.TypeContext context) {
        DType dtype = ExpressionReader.dtype(context, context.NAME().getText(), "an element type");
        Shape shape = DimReader.read(context.shape());
        return new TensorType(
                dtype,
                shape,
                Optional.ofNullable(context.encoding()).map(encoding -> EncodingReader.read(encoding, dtype, shape)));
    }

    private Op constant(QuernParser.ConstantContext context, TensorType type) {
        long[] shape = type.shape()
                .asConstant()
                .orElseThrow(() -> SyntaxErrors.at(context.getStart(), "constant extents", type.toString()));
        return new Op.Constant(new Literal(
                context.DIGEST() == null
                        ? spelt(context, type.dtype(), shape)
                        : resolved(context.DIGEST().getSymbol(), type.dtype(), shape)));
    }

    private Tensor spelt(QuernParser.ConstantContext data, DType dtype, long[] shape) {
        List<String> texts =
                data.element().stream().map(element -> element.getText()).toList();
        long expected = LiteralText.parts(dtype, Tensor.count(shape));
        if (texts.size() != expected) {
            throw SyntaxErrors.at(data.getStart(), expected + " elements", Integer.toString(texts.size()));
        }
        if (dtype == DType.STRING) {
            if (data.element().stream().anyMatch(element -> element.STRING() == null)) {
                throw SyntaxErrors.at(data, "quoted texts");
            }
            return Tensor.of(texts.stream().map(Quotes::unquoted).toArray(String[]::new), shape);
        }
        try {
            return Tensor.of(LiteralText.memory(dtype, texts), dtype, shape);
        } catch (NumberFormatException odd) {
            throw SyntaxErrors.at(data.getStart(), "values of " + LiteralText.part(dtype), odd.getMessage());
        }
    }

    /** Elements from elsewhere. The digest is of elements alone, so the type and shape are those of the text. */
    private Tensor resolved(Token digest, DType dtype, long[] shape) {
        Tensor found = constants.apply(digest.getText().substring(1));
        if (found == null) {
            throw SyntaxErrors.at(digest, "the digest of constant elements that are given", digest.getText());
        }
        try {
            return dtype == DType.STRING ? found.reshape(shape) : Tensor.of(found.segment(), dtype, shape);
        } catch (ModelException misfit) {
            throw SyntaxErrors.at(digest, "elements that fill " + dtype + Shape.of(shape), found.toString());
        }
    }
}
