package dev.quern.ir.schedule;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.KernelMapper;
import dev.quern.ir.kernel.KernelVisitor;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives names to what indices of a scheduled kernel have in common, each bound by a {@code let} inside the innermost loop that it depends
 * on: divisions, minima and maxima, and sums with products, such as the place of a tile in a fused loop.
 *
 * <p>Nothing is bound in a vector loop or in an unrolled one, so that how an index depends on the lane, and which elements of a register
 * buffer it names, can be read off it as before. Loops that are launched stay the outermost statements. A division is bound only where its
 * divisor is known not to be 0.
 */
public final class BindIndices {
    private final LoopNames names;

    /** The loops around the region being bound that are launched. */
    private final List<Stmt.For> launched = new ArrayList<>();

    private final List<String> symbols;

    private BindIndices(Kernel kernel) {
        names = LoopNames.of(kernel);
        symbols = kernel.symbols();
    }

    /** {@code kernel} with common indices bound; names that it has for indices are given anew. */
    public static Kernel bind(Kernel kernel) {
        Kernel inlined = kernel.withBody(IndexNames.inline(kernel.body()));
        return inlined.withBody(new BindIndices(inlined).launches(inlined.body()));
    }

    /** A grid launches the statements at the top one by one. */
    private Stmt launches(Stmt statement) {
        if (statement instanceof Stmt.Block(List<Stmt> statements) && launched.isEmpty()) {
            return new Stmt.Block(statements.stream().map(this::launches).toList());
        }
        if (statement instanceof Stmt.For loop && isLaunched(loop)) {
            launched.addLast(loop);
            Stmt body = launches(loop.body());
            launched.removeLast();
            return new Stmt.For(loop.variable(), loop.extent(), loop.kind(), body);
        }
        IndexSites sites = new IndexSites(symbols, launched, statement);
        CommonIndices common = new CommonIndices(sites, names);
        new KernelVisitor() {
            @Override
            protected void dim(Dim dim) {
                common.add(dim);
            }

            @Override
            protected void buffer(Buffer buffer) {}
        }.stmt(statement);
        common.bind();
        return common.isEmpty() ? statement : new Bound(common).region(statement);
    }

    private static boolean isLaunched(Stmt statement) {
        return statement instanceof Stmt.For loop
                && switch (loop.kind()) {
                    case PARALLEL, BLOCK -> true;
                    case SERIAL, VECTOR, UNROLL, WARP, THREAD, LANE -> false;
                };
    }

    /** Puts the bound indices and their names into a statement. */
    private static final class Bound extends KernelMapper {
        private final Map<String, List<CommonIndices.NamedIndex>> at = new HashMap<>();
        private final CommonIndices common;

        Bound(CommonIndices common) {
            this.common = common;
            common.bindings()
                    .forEach(binding -> at.computeIfAbsent(binding.site(), site -> new ArrayList<>())
                            .add(binding));
        }

        Stmt region(Stmt statement) {
            return inside(IndexSites.REGION, statement);
        }

        @Override
        protected Dim dim(Dim dim) {
            return common.bound(dim);
        }

        /** Sizes are over the kernel's symbols. */
        @Override
        protected Buffer buffer(Buffer buffer) {
            return buffer;
        }

        @Override
        protected Stmt inside(String name, Stmt body) {
            Stmt bound = stmt(body);
            for (CommonIndices.NamedIndex binding :
                    at.getOrDefault(name, List.of()).reversed()) {
                bound = new Stmt.Let(binding.name(), new Expr.Index(binding.value(), DType.I64), bound);
            }
            return bound;
        }
    }
}
