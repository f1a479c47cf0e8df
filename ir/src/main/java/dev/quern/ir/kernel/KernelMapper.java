package dev.quern.ir.kernel;

import dev.quern.ir.Dim;
import dev.quern.ir.Lists;
import java.util.List;

/** Rebuilds a statement; subclasses say what changes. */
public abstract class KernelMapper {
    /** For subclasses. */
    protected KernelMapper() {}

    /** An index, extent, condition, or a size or stride of a buffer. */
    protected Dim dim(Dim dim) {
        return dim;
    }

    /** The indices of an access to {@code buffer}, after {@link #dim}. */
    protected List<Dim> access(String buffer, List<Dim> indices) {
        return indices;
    }

    /** A name that a statement gives: of a loop, value, buffer or section. Indices are over {@link #dim}. */
    protected String name(String name) {
        return name;
    }

    /** The body of the loop or let that binds {@code name}. */
    protected Stmt inside(String name, Stmt body) {
        return stmt(body);
    }

    /** The statement rebuilt. */
    public Stmt stmt(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Block(List<Stmt> statements) -> {
                List<Stmt> changed = Lists.map(statements, this::stmt);
                yield changed == statements ? stmt : new Stmt.Block(changed);
            }
            case Stmt.For(var variable, var extent, var kind, var body) ->
                new Stmt.For(name(variable), dim(extent), kind, inside(variable, body));
            case Stmt.Store(var buffer, var indices, var value) ->
                new Stmt.Store(name(buffer), place(buffer, indices), expr(value));
            case Stmt.ReduceInto(var targets, var reduction, var inputs, var along) ->
                new Stmt.ReduceInto(
                        Lists.map(
                                targets,
                                target -> new Stmt.Element(
                                        name(target.buffer()), place(target.buffer(), target.indices()))),
                        reduction,
                        Lists.map(inputs, this::expr),
                        Lists.map(along, each -> new Stmt.TargetAxis(name(each.variable()), dim(each.extent()))));
            case Stmt.Allocate(var buffer, var body) -> new Stmt.Allocate(buffer(buffer), stmt(body));
            case Stmt.Guard(var conditions, var then, var otherwise) ->
                new Stmt.Guard(Lists.map(conditions, this::dim), stmt(then), stmt(otherwise));
            case Stmt.Let(var name, var value, var body) -> new Stmt.Let(name(name), expr(value), inside(name, body));
            case Stmt.Section(var name, var by, var body) -> new Stmt.Section(name(name), by, stmt(body));
        };
    }

    /** The expression rebuilt. */
    public Expr expr(Expr expr) {
        return switch (expr) {
            case Expr.Load load -> {
                String buffer = name(load.buffer());
                List<Dim> indices = place(load.buffer(), load.indices());
                yield buffer.equals(load.buffer()) && indices == load.indices()
                        ? load
                        : new Expr.Load(buffer, indices, load.dtype());
            }
            case Expr.Index(var index, var dtype) -> {
                Dim changed = dim(index);
                yield changed == index ? expr : new Expr.Index(changed, dtype);
            }
            case Expr other -> Expressions.withOperands(other, this::expr);
        };
    }

    /** A buffer that is allocated. */
    protected Buffer buffer(Buffer buffer) {
        Buffer sized = buffer.withDims(this::dim);
        return new Buffer(
                name(sized.name()), sized.dtype(), sized.shape(), sized.layout(), sized.space(), sized.storage());
    }

    private List<Dim> place(String buffer, List<Dim> indices) {
        return access(buffer, Lists.map(indices, this::dim));
    }
}
