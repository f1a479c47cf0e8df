package dev.quern.ir.kernel;

import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A statement of a kernel: a structured loop nest over buffers. Indices are {@link Dim}s over loop variables, symbols of
 * the kernel and names bound by {@link Let}. What a statement reads and writes follows from its indices alone.
 */
public sealed interface Stmt {
    /** The statements directly inside, in order. */
    default List<Stmt> parts() {
        return switch (this) {
            case Block(List<Stmt> statements) -> statements;
            case For loop -> List.of(loop.body());
            case Store store -> List.of();
            case ReduceInto reduce -> List.of();
            case Allocate allocate -> List.of(allocate.body());
            case Guard guard -> List.of(guard.then(), guard.otherwise());
            case Let let -> List.of(let.body());
            case Section section -> List.of(section.body());
        };
    }

    /** The expressions that this computes itself, in order, not those of statements inside. */
    default List<Expr> values() {
        return switch (this) {
            case Store store -> List.of(store.value());
            case ReduceInto reduce -> reduce.inputs();
            case Let let -> List.of(let.value());
            case Block _, For _, Allocate _, Guard _, Section _ -> List.of();
        };
    }

    /** The elements that this writes itself. */
    default List<Element> written() {
        return switch (this) {
            case Store store -> List.of(new Element(store.buffer(), store.indices()));
            case ReduceInto reduce -> reduce.targets();
            case Block _, For _, Allocate _, Guard _, Let _, Section _ -> List.of();
        };
    }

    /** The names that this defines for what is inside it: of a loop, a value, a buffer, the parts of a wide target. */
    default Set<String> defined() {
        return switch (this) {
            case For loop -> Set.of(loop.variable());
            case ReduceInto reduce -> reduce.alongVariables();
            case Allocate allocate -> Set.of(allocate.buffer().name());
            case Let let -> Set.of(let.name());
            case Block _, Store _, Guard _, Section _ -> Set.of();
        };
    }

    /** Calls {@code action} for this and for all that is inside, each before what it has inside, in order. */
    default void walk(Consumer<Stmt> action) {
        action.accept(this);
        parts().forEach(part -> part.walk(action));
    }

    /** Statements in order. */
    record Block(List<Stmt> statements) implements Stmt {
        public Block {
            statements = List.copyOf(statements);
        }
    }

    /** {@code body} for each {@code variable} in {@code [0, extent)}; a negative extent is none. Names of loops are unique in a kernel. */
    record For(String variable, Dim extent, LoopKind kind, Stmt body) implements Stmt {}

    /** Writes an element; {@code value} has the buffer's type. */
    record Store(String buffer, List<Dim> indices, Expr value) implements Stmt {
        public Store {
            indices = List.copyOf(indices);
        }
    }

    /**
     * Reduces one more element into a value: {@code targets = join(targets, lift(inputs))}, or as the reduction lets an element enter. All
     * targets are read before one is written.
     *
     * <p>Updates of one value happen in the order of the loops around them, in every engine. Only a schedule changes that order, by
     * changing the loops, and one that rounds then gives other bits.
     *
     * <p><b>Width.</b> A target may be a row of parts, such as what attention accumulates: its indices, and the inputs that enter it, are over
     * the variables of {@code along}, and each of its parts is joined by the same rule. What is not over them is the same for all, and joined once.
     *
     * <p><b>Across lanes.</b> In a {@link LoopKind#VECTOR} loop of {@code n} iterations, a reduction that {@linkplain Reduction#rounds rounds}
     * into targets that are the same for all of them joins their elements in halves, whatever the width of the target's vectors: with
     * {@code h} the smallest power of two not below {@code n}, halved before each round, until it is 1, the lifted element of iteration
     * {@code i < h} becomes {@code join(element i, element i + h)}. Iterations that do not get here are left out. Element 0 is joined to the
     * targets last. Each such reduction is one round of its own, in the order of the statements; products of fused sums are rounded.
     *
     * @param targets where the parts of the value lie, as many as the reduction has
     * @param reduction what joins
     * @param inputs the element, as many as the reduction has
     * @param along loops over the parts of wide targets, outermost first; empty if there are none
     */
    record ReduceInto(List<Element> targets, Reduction reduction, List<Expr> inputs, List<TargetAxis> along)
            implements Stmt {
        public ReduceInto {
            targets = List.copyOf(targets);
            inputs = List.copyOf(inputs);
            along = List.copyOf(along);
            if (targets.size() != reduction.targets().size()
                    || inputs.size() != reduction.inputs().size()) {
                throw new IllegalArgumentException("reduction " + reduction.name() + " of "
                        + reduction.inputs().size() + " inputs into "
                        + reduction.targets().size() + " targets, given " + inputs.size() + " and " + targets.size());
            }
        }

        /** {@code buffer[indices] = combiner(buffer[indices], value)}. */
        public ReduceInto(String buffer, List<Dim> indices, Combiner combiner, Expr value) {
            this(buffer, indices, Reductions.of(combiner, value.dtype()), value);
        }

        /** A reduction into one element. */
        public ReduceInto(String buffer, List<Dim> indices, Reduction reduction, Expr... inputs) {
            this(List.of(new Element(buffer, indices)), reduction, List.of(inputs), List.of());
        }

        /** {@code buffer[indices] = fma(a, b, buffer[indices])}. */
        public static ReduceInto fma(String buffer, List<Dim> indices, Expr a, Expr b) {
            return new ReduceInto(buffer, indices, Reductions.fma(a.dtype()), a, b);
        }

        /** The product added: fused and rounded once if it is of floats. */
        public static ReduceInto product(String buffer, List<Dim> indices, Expr a, Expr b) {
            return a.dtype().isFloat()
                    ? fma(buffer, indices, a, b)
                    : new ReduceInto(buffer, indices, Combiner.SUM, new Expr.BinaryOperation(BinaryOp.MUL, a, b));
        }

        /** The variables of {@code along}. */
        public Set<String> alongVariables() {
            return along.stream().map(TargetAxis::variable).collect(Collectors.toUnmodifiableSet());
        }

        /** Whether the targets are the same whatever {@code names} are. */
        public boolean isUniform(Set<String> names) {
            return targets.stream()
                    .allMatch(target -> !names.contains(target.buffer())
                            && target.indices().stream()
                                    .flatMap(index -> index.symbols().stream())
                                    .noneMatch(names::contains));
        }

        /**
         * Whether this joins the lanes of a vector loop around it in the order stated above.
         *
         * @param inside the loop's variable, and the names and buffers that its body defines
         */
        public boolean joinsLanes(Set<String> inside) {
            return reduction.rounds() && isUniform(inside);
        }
    }

    /** An element of a buffer. */
    record Element(String buffer, List<Dim> indices) {
        public Element {
            indices = List.copyOf(indices);
        }
    }

    /** Parts of a wide target of a reduction: {@code variable} in {@code [0, extent)}. Names are unique in a kernel, as those of loops. */
    record TargetAxis(String variable, Dim extent) {}

    /** A buffer that exists, undefined at first, while {@code body} runs. */
    record Allocate(Buffer buffer, Stmt body) implements Stmt {}

    /** {@code then} if every one of {@code nonNegative} is at least zero, else {@code otherwise} (an empty block for nothing). */
    record Guard(List<Dim> nonNegative, Stmt then, Stmt otherwise) implements Stmt {
        public Guard {
            nonNegative = List.copyOf(nonNegative);
        }
    }

    /** {@code body} where {@code name} is the integer value of {@code value} (any integer type), usable in indices. */
    record Let(String name, Expr value, Stmt body) implements Stmt {}

    /**
     * {@code body}, made as a whole: by default a unit that is compiled by itself, on the JVM a method that the surrounding loops call.
     * What it means is what its body means, however it is made, and a back end that cannot make it so does its body as it stands.
     */
    record Section(String name, Realisation by, Stmt body) implements Stmt {
        /** A unit of its own. */
        public Section(String name, Stmt body) {
            this(name, new Realisation.OwnUnit(), body);
        }
    }

    /** The statement that does nothing. */
    Block NOTHING = new Block(List.of());
}
