package dev.quern.vector;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is decided of a kernel before code is built: which vector loops run as vectors, which as plain loops; which register
 * buffers are local variables (of what width), which are small arrays because an index of theirs is known only when running.
 */
final class Plan {
    /** A vector loop that runs as vectors. */
    record VectorLoop(VectorParts lanes, LaneCheck check) {}

    final Addresses addresses;

    private final int vectorBits;
    private final boolean unroll;
    private final Map<String, Buffer> buffers = new HashMap<>();
    private final Map<String, VectorLoop> vectorLoops = new HashMap<>();
    private final Map<String, VectorParts> grains = new HashMap<>();
    private final Set<String> inMemory = new HashSet<>();

    private Plan(Addresses addresses, int vectorBits, boolean unroll) {
        this.addresses = addresses;
        this.vectorBits = vectorBits;
        this.unroll = unroll;
    }

    /**
     * Decides for {@code kernel}.
     *
     * @param unroll false to run unrolled loops as plain ones
     */
    static Plan of(Kernel kernel, int vectorBits, boolean unroll) {
        Plan plan = new Plan(new Addresses(kernel.body()), vectorBits, unroll);
        kernel.parameters().forEach(parameter -> plan.buffers.put(parameter.name(), parameter));
        plan.collect(kernel.body());
        plan.chooseLoops(kernel.body(), Set.of());
        plan.chooseRegisters(kernel.body(), Set.of(), null);
        return plan;
    }

    /** Whether the iterations of {@code loop} are built one by one. */
    boolean isReplicated(Stmt.For loop) {
        return loop.extent().is(1) || (unroll && loop.kind() == LoopKind.UNROLL);
    }

    /** How {@code loop} runs as vectors; null if it does not. */
    VectorLoop vectorLoop(Stmt.For loop) {
        return vectorLoops.get(loop.variable());
    }

    /** Whether the vector loop over {@code variable} runs as vectors. */
    boolean isVector(String variable) {
        return vectorLoops.containsKey(variable);
    }

    /** Whether {@code register} is held in an array. */
    boolean isInMemory(Buffer register) {
        return inMemory.contains(register.name());
    }

    /** How {@code register} is cut into vectors; null if its elements are scalars. */
    VectorParts grain(Buffer register) {
        return grains.get(register.name());
    }

    private void collect(Stmt statement) {
        statement.walk(part -> {
            if (part instanceof Stmt.Allocate(Buffer buffer, var _)) {
                buffers.put(buffer.name(), buffer);
            }
        });
    }

    private static Set<String> plus(Set<String> names, String name) {
        Set<String> more = new HashSet<>(names);
        more.add(name);
        return more;
    }

    private void chooseLoops(Stmt statement, Set<String> constants) {
        if (!(statement instanceof Stmt.For loop)) {
            statement.parts().forEach(part -> chooseLoops(part, constants));
            return;
        }
        if (loop.kind() == LoopKind.VECTOR && vectorBits > 0 && loop.extent().isConstant()) {
            chooseVector(loop, constants);
        }
        chooseLoops(loop.body(), isReplicated(loop) ? plus(constants, loop.variable()) : constants);
    }

    private void chooseVector(Stmt.For loop, Set<String> constants) {
        long extent = loop.extent().constant();
        LaneCheck check = new LaneCheck(loop.variable(), buffers, addresses, constants, this::isReplicated);
        if (extent > 1 && extent <= Integer.MAX_VALUE && check.accepts(loop.body()) && check.bits() > 0) {
            VectorParts lanes = VectorParts.of((int) extent, check.bits(), vectorBits, check.narrowest());
            boolean halves = Long.bitCount(extent) == 1 || !check.joins();
            if (halves && lanes.load(check.narrowest()) && (!check.gathers() || !lanes.hasIdle())) {
                vectorLoops.put(loop.variable(), new VectorLoop(lanes, check));
            }
        }
    }

    private void chooseRegisters(Stmt statement, Set<String> constants, Stmt.For lane) {
        statement.written().forEach(element -> chooseFor(element.buffer(), element.indices(), constants, lane));
        statement.values().forEach(value -> chooseFor(value, constants, lane));
        if (statement instanceof Stmt.For loop) {
            chooseRegisters(
                    loop.body(),
                    isReplicated(loop) ? plus(constants, loop.variable()) : constants,
                    vectorLoop(loop) == null ? lane : loop);
        } else {
            statement.parts().forEach(part -> chooseRegisters(part, constants, lane));
        }
    }

    private void chooseFor(Expr expression, Set<String> constants, Stmt.For lane) {
        Expressions.loads(expression, load -> chooseFor(load.buffer(), load.indices(), constants, lane));
    }

    /** Takes account of one access to a buffer. */
    private void chooseFor(String name, List<Dim> at, Set<String> constants, Stmt.For lane) {
        Buffer buffer = buffers.get(name);
        if (buffer == null) {
            throw Refusal.because("buffer " + name + " does not exist");
        }
        if (buffer.space() != MemorySpace.REGISTER
                || (lane != null && vectorLoop(lane).check().isPrivate(name))) {
            return;
        }
        Dim address = addresses.of(buffer, at);
        boolean byLane = lane != null && address.dependsOn(lane.variable());
        Set<String> known = byLane ? plus(constants, lane.variable()) : constants;
        if (!known.containsAll(address.symbols()) || buffer.layout().swizzle().isPresent()) {
            inMemory.add(name);
        } else if (byLane) {
            VectorParts grain = vectorLoop(lane).lanes().grain();
            VectorParts other = grains.putIfAbsent(name, grain);
            if (!isAligned(address, lane.variable(), grain) || (other != null && !other.equals(grain))) {
                inMemory.add(name);
            }
        }
    }

    /** Whether {@code address} is the lane's variable plus a multiple of the grain's extent. */
    private static boolean isAligned(Dim address, String lane, VectorParts grain) {
        Optional<Dim> slope = address.coefficient(lane);
        if (slope.isEmpty() || !slope.get().is(1)) {
            return false;
        }
        for (Dim.Term term : address.minus(Dim.symbol(lane)).terms()) {
            if (term.coefficient() % grain.extent() != 0) {
                return false;
            }
        }
        return true;
    }
}
