package dev.quern.ir.text;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Roles;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.text.grammar.QuernParser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds kernels. */
final class KernelReader {
    /** How many names one {@code let} binds: without brackets, each is in the one before it. */
    static final int MOST_BINDINGS = 200;

    private final Map<String, DType> buffers = new HashMap<>();
    private final ExpressionReader expressions = new ExpressionReader(buffers);
    private final ReductionReader reductions = new ReductionReader();

    private KernelReader() {}

    static Kernel read(QuernParser.KernelContext context) {
        return new KernelReader().kernel(context);
    }

    private Kernel kernel(QuernParser.KernelContext context) {
        List<String> names = context.name().stream().map(Quotes::name).toList();
        List<Buffer> parameters = new ArrayList<>();
        context.reads().forEach(reads -> parameters.add(buffer(reads.buffer(), MemorySpace.GLOBAL)));
        context.writes().forEach(writes -> parameters.add(buffer(writes.buffer(), MemorySpace.GLOBAL)));
        parameters.forEach(parameter -> buffers.put(parameter.name(), parameter.dtype()));
        context.reduction().forEach(reductions::define);
        Stmt body = body(context.body());
        int results = context.writes().size();
        return new Kernel(
                names.get(0),
                names.get(1),
                names.subList(2, names.size()),
                parameters,
                results,
                roles(context.roles()),
                body);
    }

    private static Roles roles(QuernParser.RolesContext context) {
        Map<String, AxisRole> axes = new LinkedHashMap<>();
        for (QuernParser.AxisContext axis : context.axis()) {
            String word = axis.NAME().getText();
            AxisRole role = Words.find(AxisRole.class, word)
                    .orElseThrow(() -> SyntaxErrors.at(axis.NAME().getSymbol(), Words.choices(AxisRole.class), word));
            for (QuernParser.NameContext loop : axis.name()) {
                if (axes.put(Quotes.name(loop), role) != null) {
                    throw SyntaxErrors.at(loop, "a loop without a role");
                }
            }
        }
        return new Roles(axes, Optional.ofNullable(context.name()).map(Quotes::name));
    }

    private static Buffer buffer(QuernParser.BufferContext context, MemorySpace usual) {
        if (context.type().encoding() != null) {
            throw SyntaxErrors.at(context.type().encoding(), "a plain buffer; a layout says how it lies");
        }
        Shape shape = DimReader.read(context.type().shape());
        DType dtype =
                ExpressionReader.dtype(context.type(), context.type().NAME().getText(), "an element type");
        List<List<Layout.Mode>> axes = Layout.rowMajor(shape).axes();
        Optional<Layout.Swizzle> swizzle = Optional.empty();
        MemorySpace space = usual;
        Buffer.Storage storage = Buffer.Storage.ARRAY;
        for (QuernParser.BufferPartContext part : context.bufferPart()) {
            if (part.NAME() == null && part.swizzle() == null) {
                axes = LayoutReader.axes(part.axisModes());
                if (axes.size() != shape.rank()) {
                    throw SyntaxErrors.at(
                            part.getStart(), "a layout of " + shape.rank() + " axes", Integer.toString(axes.size()));
                }
            } else if (part.swizzle() != null) {
                swizzle = Optional.of(LayoutReader.swizzle(part.swizzle()));
            } else if (Words.find(MemorySpace.class, part.getText()).isPresent()) {
                space = Words.read(MemorySpace.class, part);
            } else {
                storage = Words.read(Buffer.Storage.class, part);
            }
        }
        return new Buffer(Quotes.name(context.name()), dtype, shape, new Layout(axes, swizzle), space, storage);
    }

    private Stmt body(QuernParser.BodyContext context) {
        return context.statement().size() == 1 ? statement(context.statement(0)) : block(context);
    }

    private Stmt block(QuernParser.BodyContext context) {
        return new Stmt.Block(context.statement().stream().map(this::statement).toList());
    }

    private Stmt statement(QuernParser.StatementContext context) {
        return switch (context) {
            case QuernParser.LoopContext loop -> loop(loop);
            case QuernParser.ChoiceContext choice ->
                new Stmt.Guard(
                        choice.condition().stream().map(ConditionText::read).toList(),
                        body(choice.body(0)),
                        choice.body().size() == 1 ? Stmt.NOTHING : body(choice.body(1)));
            case QuernParser.LetContext let -> let(let);
            case QuernParser.AllocationContext allocation -> allocation(allocation);
            case QuernParser.SectionContext section ->
                new Stmt.Section(Quotes.name(section.name()), realisation(section), body(section.body()));
            case QuernParser.BlockContext block -> block(block.body());
            case QuernParser.AssignmentContext assignment -> assignment(assignment);
            case QuernParser.ReduceStatementContext reduce -> reductions.read(reduce, expressions);
            default -> throw new IllegalStateException("the grammar has no " + context.getClass());
        };
    }

    private static Realisation realisation(QuernParser.SectionContext section) {
        if (section.NAME() == null) {
            return new Realisation.OwnUnit();
        }
        QuernParser.StepArgumentContext argument = section.stepArgument();
        String word = section.NAME().getText();
        if (word.equals("matrix") && argument.name() != null) {
            return new Realisation.ByMatrixInstruction(Quotes.name(argument.name()));
        }
        if (!word.equals("pipeline") || argument.integer() == null) {
            throw SyntaxErrors.at(
                    section.NAME().getSymbol(),
                    "matrix and an instruction, or pipeline and a number",
                    word + " " + argument.getText());
        }
        long stages = DimReader.whole(argument.getText(), argument);
        if (stages != (int) stages) {
            throw SyntaxErrors.at(argument, "a whole number of 32 bits");
        }
        return new Realisation.CopyPipeline((int) stages);
    }

    private Stmt let(QuernParser.LetContext context) {
        List<QuernParser.BindingContext> bindings = context.binding();
        if (bindings.size() > MOST_BINDINGS) {
            throw SyntaxErrors.at(
                    bindings.get(MOST_BINDINGS).getStart(), "at most " + MOST_BINDINGS + " bindings", "more");
        }
        Stmt body = body(context.body());
        for (QuernParser.BindingContext binding : bindings.reversed()) {
            body = new Stmt.Let(Quotes.name(binding.name()), expressions.read(binding.expression()), body);
        }
        return body;
    }

    private Stmt loop(QuernParser.LoopContext context) {
        if (!context.INT().getText().equals("0")) {
            throw SyntaxErrors.at(
                    context.INT().getSymbol(), "a loop from 0", context.INT().getText());
        }
        LoopKind kind = LoopKind.SERIAL;
        if (context.NAME() != null) {
            kind = Words.find(LoopKind.class, context.NAME().getText())
                    .orElseThrow(() -> SyntaxErrors.at(
                            context.NAME().getSymbol(),
                            Words.choices(LoopKind.class),
                            context.NAME().getText()));
        }
        return new Stmt.For(Quotes.name(context.name()), DimReader.read(context.dim()), kind, body(context.body()));
    }

    private Stmt allocation(QuernParser.AllocationContext context) {
        Buffer buffer = buffer(context.buffer(), MemorySpace.REGISTER);
        DType outer = buffers.put(buffer.name(), buffer.dtype());
        Stmt body = body(context.body());
        if (outer == null) {
            buffers.remove(buffer.name());
        } else {
            buffers.put(buffer.name(), outer);
        }
        return new Stmt.Allocate(buffer, body);
    }

    private Stmt assignment(QuernParser.AssignmentContext context) {
        String buffer = Quotes.name(context.name());
        List<Dim> indices = DimReader.read(context.shape().dims());
        Expr value = expressions.read(context.expression());
        return switch (context.update().getText()) {
            case "=" -> new Stmt.Store(buffer, indices, value);
            case "+=" -> new Stmt.ReduceInto(buffer, indices, Combiner.SUM, value);
            case "*=" -> new Stmt.ReduceInto(buffer, indices, Combiner.PRODUCT, value);
            case "+=fma" -> {
                if (!(value instanceof Expr.BinaryOperation(BinaryOp function, Expr a, Expr b)
                        && function == BinaryOp.MUL)) {
                    throw SyntaxErrors.at(context.expression(), "a product");
                }
                yield Stmt.ReduceInto.fma(buffer, indices, a, b);
            }
            default -> {
                String word = context.update().NAME().getText();
                Combiner combiner = Words.find(Combiner.class, word)
                        .orElseThrow(
                                () -> SyntaxErrors.at(context.update(), "=, +=, *=, +=fma, min=, max=, and= or or="));
                yield new Stmt.ReduceInto(buffer, indices, combiner, value);
            }
        };
    }
}
