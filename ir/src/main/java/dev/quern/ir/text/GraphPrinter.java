package dev.quern.ir.text;

import dev.quern.ir.NameText;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.Value;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Graphs as text, one node a line, which {@link Parser#parseGraph} reads back to an equal graph. Constants of more than
 * {@link Literal#INLINE_ELEMENTS} elements are written as the digest of the elements.
 */
public final class GraphPrinter {
    private static final String INDENT = "  ";
    private static final int LONGEST_LINE = 120;
    private static final Pattern PLAIN_VALUE = Pattern.compile("[A-Za-z0-9_/.$-]+");

    private final StringBuilder out = new StringBuilder();

    private GraphPrinter() {}

    /** The text of {@code graph}. */
    public static String print(Graph graph) {
        GraphPrinter printer = new GraphPrinter();
        printer.write(graph, "");
        return printer.out.append('\n').toString();
    }

    /** The text of one node, for messages. */
    public static String print(Node node) {
        GraphPrinter printer = new GraphPrinter();
        printer.write(node, "");
        return printer.out.toString();
    }

    private void write(Graph graph, String indent) {
        String inner = indent + INDENT;
        out.append("graph ").append(NameText.of(graph.name())).append('(');
        String inputs = definitions(graph.inputs(), ", ");
        if (inputs.length() > LONGEST_LINE) {
            inputs = "\n" + inner + INDENT + definitions(graph.inputs(), ",\n" + inner + INDENT);
        }
        out.append(inputs).append(") {\n");
        for (ShapeGuard guard : graph.guards()) {
            out.append(inner).append("guard ").append(guard);
            writeOrigin(guard.reason());
            out.append('\n');
        }
        for (Node node : graph.nodes()) {
            write(node, inner);
            out.append('\n');
        }
        out.append(inner).append("return");
        out.append(graph.outputs().isEmpty() ? "" : " ").append(references(graph.outputs()));
        out.append('\n').append(indent).append('}');
    }

    private void write(Node node, String indent) {
        out.append(indent).append(definitions(node.outputs(), ", "));
        out.append(node.outputs().isEmpty() ? "= " : " = ");
        if (node.op() instanceof Op.Constant(Literal literal) && node.inputs().isEmpty()) {
            out.append(LiteralText.of(literal));
        } else {
            OperationText operation = OperationText.of(node.op());
            out.append(operation.name())
                    .append('(')
                    .append(references(node.inputs()))
                    .append(')');
            writeAttributes(operation.entries(), indent);
        }
        writeOrigin(node.origin());
    }

    private void writeAttributes(List<OperationText.WrittenAttribute> entries, String indent) {
        if (entries.isEmpty()) {
            return;
        }
        boolean bodies = entries.stream().anyMatch(entry -> entry instanceof OperationText.WrittenBody);
        String separator = bodies ? ",\n" + indent + INDENT : ", ";
        out.append(bodies ? " {\n" + indent + INDENT : " {");
        for (int index = 0; index < entries.size(); index++) {
            out.append(index == 0 ? "" : separator);
            out.append(entries.get(index).key()).append(" = ");
            switch (entries.get(index)) {
                case OperationText.Plain(String _, String text) -> out.append(text);
                case OperationText.WrittenBody(String _, Graph graph) -> write(graph, indent + INDENT);
            }
        }
        out.append(bodies ? "\n" + indent + "}" : "}");
    }

    private void writeOrigin(String origin) {
        if (!origin.isEmpty()) {
            out.append(" @").append(NameText.quote(origin));
        }
    }

    private static String definitions(List<Value> values, String separator) {
        return values.stream()
                .map(value -> reference(value) + ": " + value.type())
                .collect(Collectors.joining(separator));
    }

    private static String references(List<Value> values) {
        return values.stream().map(GraphPrinter::reference).collect(Collectors.joining(", "));
    }

    private static String reference(Value value) {
        boolean plain = PLAIN_VALUE.matcher(value.name()).matches();
        return "%" + (plain ? value.name() : NameText.quote(value.name()));
    }
}
