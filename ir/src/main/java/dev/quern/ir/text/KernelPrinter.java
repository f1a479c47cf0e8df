package dev.quern.ir.text;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.NameText;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Reduction;
import dev.quern.ir.kernel.Roles;
import dev.quern.ir.kernel.Stmt;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Kernels as text, which {@link Parser#parseKernel} reads back to an equal kernel. */
public final class KernelPrinter {
    private static final String INDENT = "  ";

    private final StringBuilder out = new StringBuilder();
    private final Map<String, DType> buffers = new HashMap<>();
    private final ExpressionText expressions = new ExpressionText(out, buffers);

    private KernelPrinter() {}

    /** The text of {@code kernel}. */
    public static String print(Kernel kernel) {
        KernelPrinter printer = new KernelPrinter();
        printer.write(kernel);
        return printer.out.toString();
    }

    private void write(Kernel kernel) {
        out.append("kernel ").append(NameText.of(kernel.name()));
        out.append(" template ").append(NameText.of(kernel.template()));
        if (!kernel.symbols().isEmpty()) {
            out.append('\n').append(INDENT).append(INDENT).append("symbols ");
            out.append(kernel.symbols().stream().map(NameText::of).collect(Collectors.joining(", ")));
        }
        roles(kernel.roles());
        int inputs = kernel.parameters().size() - kernel.results();
        for (int index = 0; index < kernel.parameters().size(); index++) {
            Buffer buffer = kernel.parameters().get(index);
            out.append('\n').append(INDENT).append(INDENT).append(index < inputs ? "reads " : "writes ");
            out.append(BufferText.of(buffer, MemorySpace.GLOBAL));
            buffers.put(buffer.name(), buffer.dtype());
        }
        for (Reduction reduction : ReductionText.defined(kernel.body())) {
            out.append('\n').append(INDENT).append(INDENT);
            ReductionText.define(reduction, out, INDENT + INDENT);
        }
        writeBody(kernel.body(), "");
        out.append('\n');
    }

    private void roles(Roles roles) {
        String separator = "\n" + INDENT + INDENT + "roles ";
        for (Map.Entry<AxisRole, List<String>> loops : roles.loops().entrySet()) {
            out.append(separator).append(ExpressionText.word(loops.getKey()));
            loops.getValue().forEach(loop -> out.append(' ').append(NameText.of(loop)));
            separator = ", ";
        }
        roles.relaid()
                .ifPresent(operand -> out.append('\n')
                        .append(INDENT)
                        .append(INDENT)
                        .append("relays ")
                        .append(NameText.of(operand)));
    }

    /** Braces around one statement stand for that statement, around none or several for a block. */
    private void writeBody(Stmt body, String indent) {
        boolean several = body instanceof Stmt.Block(List<Stmt> statements) && statements.size() != 1;
        out.append(' ');
        writeBraces(several ? ((Stmt.Block) body).statements() : List.of(body), indent);
    }

    private void writeBraces(List<Stmt> statements, String indent) {
        out.append("{\n");
        for (Stmt statement : statements) {
            write(statement, indent + INDENT);
        }
        out.append(indent).append('}');
    }

    private void write(Stmt statement, String indent) {
        out.append(indent);
        switch (statement) {
            case Stmt.Block(List<Stmt> statements) -> writeBraces(statements, indent);
            case Stmt.For(String variable, Dim extent, LoopKind kind, Stmt body) -> {
                out.append("for ")
                        .append(NameText.of(variable))
                        .append(" in 0..")
                        .append(extent);
                out.append(kind == LoopKind.SERIAL ? "" : " " + ExpressionText.word(kind));
                writeBody(body, indent);
            }
            case Stmt.Store(String buffer, List<Dim> indices, Expr value) -> {
                ExpressionText.element(out, buffer, indices);
                out.append(" = ");
                expressions.write(value);
            }
            case Stmt.ReduceInto reduce -> ReductionText.write(reduce, out, expressions);
            case Stmt.Allocate(Buffer buffer, Stmt body) -> allocate(buffer, body, indent);
            case Stmt.Guard(List<Dim> nonNegative, Stmt then, Stmt otherwise) -> {
                out.append("if");
                String separator = " ";
                for (Dim dim : nonNegative) {
                    out.append(separator).append(ConditionText.of(dim));
                    separator = ", ";
                }
                writeBody(then, indent);
                if (!otherwise.equals(Stmt.NOTHING)) {
                    out.append(" else");
                    writeBody(otherwise, indent);
                }
            }
            case Stmt.Let let -> let(let, indent);
            case Stmt.Section(String name, Realisation by, Stmt body) -> {
                out.append("section ").append(NameText.of(name)).append(word(by));
                writeBody(body, indent);
            }
        }
        out.append('\n');
    }

    private static String word(Realisation by) {
        return switch (by) {
            case Realisation.OwnUnit() -> "";
            case Realisation.ByMatrixInstruction(String instruction) -> " matrix " + NameText.of(instruction);
            case Realisation.CopyPipeline(int stages) -> " pipeline " + stages;
        };
    }

    private void let(Stmt.Let outermost, String indent) {
        Stmt body = outermost;
        String before = "let ";
        for (int count = 0; body instanceof Stmt.Let let && count < KernelReader.MOST_BINDINGS; count++) {
            out.append(before).append(NameText.of(let.name())).append(" = ");
            expressions.write(let.value());
            before = ",\n" + indent + INDENT + INDENT;
            body = let.body();
        }
        writeBody(body, indent);
    }

    private void allocate(Buffer buffer, Stmt body, String indent) {
        out.append("alloc ").append(BufferText.of(buffer, MemorySpace.REGISTER));
        DType outer = buffers.put(buffer.name(), buffer.dtype());
        writeBody(body, indent);
        if (outer == null) {
            buffers.remove(buffer.name());
        } else {
            buffers.put(buffer.name(), outer);
        }
    }
}
