package dev.quern.vector;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Takes stores that are not to neighbouring elements out of vector loops which read registers lane by lane: the lanes are kept in a
 * small array, and stored from there one by one. The loop then runs as vectors. Otherwise it would not, and the registers that it
 * reads, the accumulators of a product whose result is transposed, would be arrays in every loop that uses them.
 */
final class StridedStores {
    private final Plan plan;
    private final Set<String> excluded;
    private final Map<String, Buffer> buffers = new HashMap<>();

    /** Loops taken apart, and the registers that each reads lane by lane. */
    private final Map<String, Set<Buffer>> rewritten = new HashMap<>();

    /** What the section that is being rewritten keeps lanes in, by type, number of lanes, and place in a loop. */
    private Map<List<Object>, Buffer> kept = new LinkedHashMap<>();

    /** What lanes have been kept in so far, in all sections: names are given once. */
    private int names;

    /** {@code kernel}, with such stores taken out or not, and what is decided of it. */
    record Apart(Kernel kernel, Plan plan) {}

    private StridedStores(Kernel kernel, Plan plan, Set<String> excluded) {
        this.plan = plan;
        this.excluded = excluded;
        kernel.parameters().forEach(parameter -> buffers.put(parameter.name(), parameter));
        kernel.body().walk(part -> {
            if (part instanceof Stmt.Allocate(Buffer buffer, var _)) {
                buffers.put(buffer.name(), buffer);
            }
        });
    }

    /** {@code kernel} with such stores taken out of loops that run as vectors then, and leave what they read in registers. */
    static Apart apart(Kernel kernel, int vectorBits, boolean unroll) {
        Plan plan = Plan.of(kernel, vectorBits, unroll);
        Set<String> excluded = new HashSet<>();
        while (vectorBits > 0) {
            StridedStores stores = new StridedStores(kernel, plan, excluded);
            Stmt body = stores.inScope(kernel.body());
            if (stores.rewritten.isEmpty()) {
                break;
            }
            Kernel changed = kernel.withBody(body);
            Plan after = Plan.of(changed, vectorBits, unroll);
            Set<String> useless = new HashSet<>();
            stores.rewritten.forEach((loop, registers) -> {
                if (!after.isVector(loop) || registers.stream().anyMatch(after::isInMemory)) {
                    useless.add(loop);
                }
            });
            if (useless.isEmpty()) {
                return new Apart(changed, after);
            }
            excluded.addAll(useless);
        }
        return new Apart(kernel, plan);
    }

    private Stmt rewrite(Stmt statement) {
        return switch (statement) {
            case Stmt.Section(var name, var by, Stmt body) -> new Stmt.Section(name, by, inScope(body));
            case Stmt.For loop
            when loop.kind() == LoopKind.PARALLEL ->
                new Stmt.For(loop.variable(), loop.extent(), loop.kind(), inScope(loop.body()));
            case Stmt.For loop
            when isCandidate(loop) -> apart(loop).orElseGet(() -> Statements.withParts(loop, this::rewrite));
            case Stmt other -> Statements.withParts(other, this::rewrite);
        };
    }

    /** {@code body}, of a method of its own, with what lanes are kept in. */
    private Stmt inScope(Stmt body) {
        Map<List<Object>, Buffer> outer = kept;
        kept = new LinkedHashMap<>();
        Stmt result = rewrite(body);
        for (Buffer buffer : kept.values()) {
            result = new Stmt.Allocate(buffer, result);
        }
        kept = outer;
        return result;
    }

    private boolean isCandidate(Stmt.For loop) {
        return loop.kind() == LoopKind.VECTOR
                && loop.extent().asConstant().orElse(1) > 1
                && plan.vectorLoop(loop) == null
                && !excluded.contains(loop.variable())
                && !registers(loop).isEmpty();
    }

    /** The registers that {@code loop} reads lane by lane. */
    private Set<Buffer> registers(Stmt.For loop) {
        Set<Buffer> found = new HashSet<>();
        loop.body()
                .walk(part -> part.values()
                        .forEach(value -> Expressions.loads(value, load -> {
                            Buffer buffer = buffers.get(load.buffer());
                            if (buffer.space() == MemorySpace.REGISTER
                                    && load.indices().stream().anyMatch(index -> index.dependsOn(loop.variable()))) {
                                found.add(buffer);
                            }
                        })));
        return found;
    }

    private Optional<Stmt> apart(Stmt.For loop) {
        LoopSplit split = new LoopSplit(loop);
        Optional<Stmt> inLanes = split.inLanes(loop.body());
        if (inLanes.isEmpty() || split.stored.isEmpty() || split.isReadAgain()) {
            return Optional.empty();
        }
        rewritten.put(loop.variable(), registers(loop));
        Stmt vectors = new Stmt.For(loop.variable(), loop.extent(), LoopKind.VECTOR, inLanes.get());
        return Optional.of(Statements.block(vectors, split.oneByOne()));
    }

    /** One loop. */
    private final class LoopSplit {
        private final Stmt.For loop;
        private final String lane;
        private final Dim single;

        /** By identity: two equal stores are two. */
        private final Map<Stmt.Store, Buffer> stored = new IdentityHashMap<>();

        LoopSplit(Stmt.For loop) {
            this.loop = loop;
            this.lane = loop.variable();
            this.single = Dim.symbol(lane + ".stored");
        }

        /** {@code statement} with its lanes kept; empty if it has what cannot be taken apart. */
        Optional<Stmt> inLanes(Stmt statement) {
            return switch (statement) {
                case Stmt.Block(List<Stmt> statements) -> {
                    List<Stmt> parts = new ArrayList<>();
                    for (Stmt each : statements) {
                        inLanes(each).ifPresent(parts::add);
                    }
                    yield parts.size() == statements.size() ? Optional.of(new Stmt.Block(parts)) : Optional.empty();
                }
                case Stmt.Guard(List<Dim> conditions, Stmt then, Stmt otherwise) ->
                    inLanes(then)
                            .flatMap(first ->
                                    inLanes(otherwise).map(second -> new Stmt.Guard(conditions, first, second)));
                case Stmt.Store store
                when isStrided(store) -> {
                    Buffer buffer = keeping(buffers.get(store.buffer()).dtype());
                    stored.put(store, buffer);
                    yield Optional.of(new Stmt.Store(buffer.name(), List.of(Dim.symbol(lane)), store.value()));
                }
                case Stmt.Store _, Stmt.ReduceInto _ -> Optional.of(statement);
                case Stmt.For _, Stmt.Let _, Stmt.Allocate _, Stmt.Section _ -> Optional.empty();
            };
        }

        private boolean isStrided(Stmt.Store store) {
            Buffer target = buffers.get(store.buffer());
            Dim address = plan.addresses.of(target, store.indices());
            return target.space() != MemorySpace.REGISTER
                    && target.dtype() != DType.BOOL
                    && address.dependsOn(lane)
                    && address.coefficient(lane).filter(slope -> slope.is(1)).isEmpty();
        }

        private Buffer keeping(DType dtype) {
            long place = stored.values().stream()
                    .filter(buffer -> buffer.dtype() == dtype)
                    .count();
            return kept.computeIfAbsent(
                    List.of(dtype, loop.extent(), place),
                    key -> Buffer.register(lane + ".kept" + names++, dtype, new Shape(List.of(loop.extent()))));
        }

        /** Whether another access of the loop is to what is stored later now. */
        boolean isReadAgain() {
            Set<String> targets = new HashSet<>();
            for (Stmt.Store store : stored.keySet()) {
                if (!targets.add(store.buffer())) {
                    return true;
                }
            }
            boolean[] found = {false};
            loop.body().walk(part -> {
                if (!(part instanceof Stmt.Store store && stored.containsKey(store))) {
                    part.written().forEach(element -> found[0] |= targets.contains(element.buffer()));
                }
                part.values()
                        .forEach(
                                value -> Expressions.loads(value, load -> found[0] |= targets.contains(load.buffer())));
            });
            return found[0];
        }

        /** The stores, each lane after the other; those that a condition alone on the lane excludes are left out. */
        Stmt oneByOne() {
            String variable = lane + ".stored";
            if (loop.body() instanceof Stmt.Guard(List<Dim> conditions, Stmt then, Stmt otherwise)
                    && conditions.size() == 1
                    && Statements.isNothing(otherwise)) {
                OptionalLong last = conditions.getFirst().plus(Dim.symbol(lane)).asConstant();
                if (last.isPresent()) {
                    long count =
                            Math.clamp(last.getAsLong() + 1, 0, loop.extent().constant());
                    return Statements.serial(variable, Dim.of(count), lane(then));
                }
            }
            return Statements.serial(variable, loop.extent(), lane(loop.body()));
        }

        /** What one lane stores. */
        private Stmt lane(Stmt statement) {
            return switch (statement) {
                case Stmt.Block(List<Stmt> statements) ->
                    Statements.block(statements.stream().map(this::lane).toList());
                case Stmt.Guard(List<Dim> conditions, Stmt then, Stmt otherwise) ->
                    new Stmt.Guard(conditions.stream().map(this::atSingle).toList(), lane(then), lane(otherwise));
                case Stmt.Store store
                when stored.containsKey(store) -> {
                    Buffer buffer = stored.get(store);
                    yield new Stmt.Store(
                            store.buffer(),
                            store.indices().stream().map(this::atSingle).toList(),
                            new Expr.Load(buffer.name(), List.of(single), buffer.dtype()));
                }
                case Stmt other -> Stmt.NOTHING;
            };
        }

        private Dim atSingle(Dim dim) {
            return dim.substitute(Map.of(lane, single));
        }
    }
}
