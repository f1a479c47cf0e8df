package dev.quern.ir.schedule;

import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;

/** A readable form for failure messages. */
final class Dump {
    private Dump() {}

    static String of(Kernel kernel) {
        StringBuilder out = new StringBuilder();
        kernel.parameters()
                .forEach(parameter -> out.append(parameter.name())
                        .append(parameter.shape())
                        .append(' ')
                        .append(parameter.layout())
                        .append('\n'));
        write(kernel.body(), "", out);
        return out.toString();
    }

    private static void write(Stmt statement, String indent, StringBuilder out) {
        switch (statement) {
            case Stmt.Block block -> block.statements().forEach(each -> write(each, indent, out));
            case Stmt.For loop -> {
                out.append(indent)
                        .append(loop.kind().name().toLowerCase())
                        .append(' ')
                        .append(loop.variable())
                        .append(" < ")
                        .append(loop.extent())
                        .append('\n');
                write(loop.body(), indent + "  ", out);
            }
            case Stmt.Store store ->
                out.append(indent)
                        .append(store.buffer())
                        .append(store.indices())
                        .append(" = ")
                        .append(of(store.value()))
                        .append('\n');
            case Stmt.Reduce reduce ->
                out.append(indent)
                        .append(reduce.buffer())
                        .append(reduce.indices())
                        .append(' ')
                        .append(reduce.combiner())
                        .append("= ")
                        .append(of(reduce.value()))
                        .append('\n');
            case Stmt.Allocate allocate -> {
                out.append(indent)
                        .append("alloc ")
                        .append(allocate.buffer().name())
                        .append(allocate.buffer().shape())
                        .append(' ')
                        .append(allocate.buffer().space())
                        .append('\n');
                write(allocate.body(), indent, out);
            }
            case Stmt.Guard guard -> {
                out.append(indent).append("if ").append(guard.nonNegative()).append('\n');
                write(guard.then(), indent + "  ", out);
                if (!Statements.isNothing(guard.otherwise())) {
                    out.append(indent).append("else\n");
                    write(guard.otherwise(), indent + "  ", out);
                }
            }
            case Stmt.Let let -> {
                out.append(indent)
                        .append("let ")
                        .append(let.name())
                        .append(" = ")
                        .append(of(let.value()))
                        .append('\n');
                write(let.body(), indent, out);
            }
            case Stmt.Section section -> {
                out.append(indent).append("section ").append(section.name()).append('\n');
                write(section.body(), indent + "  ", out);
            }
        }
    }

    private static String of(Expr expression) {
        return switch (expression) {
            case Expr.Constant constant -> "#" + Float.intBitsToFloat((int) constant.bits());
            case Expr.Load load -> load.buffer() + load.indices();
            case Expr.Index index -> "(" + index.index() + ")";
            case Expr.Unary unary -> unary.function() + "(" + of(unary.operand()) + ")";
            case Expr.Binary binary -> binary.function() + "(" + of(binary.left()) + ", " + of(binary.right()) + ")";
            case Expr.Compare compare -> compare.toString();
            case Expr.Select select -> select.toString();
            case Expr.Fma fma -> fma.toString();
            case Expr.Cast cast -> cast.toString();
            case Expr.Bitcast bitcast -> bitcast.toString();
        };
    }
}
