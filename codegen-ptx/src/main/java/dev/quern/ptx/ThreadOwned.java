package dev.quern.ptx;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The register buffers outside loops over threads of which each thread touches elements of its own only, each named by a constant: at
 * {@code stride * thread + constant} everywhere, such that no two threads' elements meet.
 */
final class ThreadOwned {
    private static final int LANES = 32;

    private final long threads;
    private final Map<String, Buffer> buffers = new HashMap<>();
    private final Map<String, Long> strides = new HashMap<>();
    private final Map<String, Set<Long>> constants = new HashMap<>();
    private final Set<String> others = new HashSet<>();

    private ThreadOwned(long threads) {
        this.threads = threads;
    }

    /** Those of a launch with {@code threads} threads a block: their strides. */
    static Map<String, Long> of(Stmt launch, long threads) {
        ThreadOwned owned = new ThreadOwned(threads);
        owned.visit(launch, Optional.empty(), DimRanges.NONE);
        Map<String, Long> result = new HashMap<>();
        owned.strides.forEach((buffer, stride) -> {
            if (!owned.others.contains(buffer) && owned.areApart(buffer, stride)) {
                result.put(buffer, stride);
            }
        });
        return Map.copyOf(result);
    }

    /** The number of the thread that runs an iteration, given that outside {@code loop}. */
    static Optional<Dim> number(Stmt.For loop, Optional<Dim> outside) {
        Dim variable = Dim.symbol(loop.variable());
        return switch (loop.kind()) {
            case THREAD -> Optional.of(variable);
            case WARP -> Optional.of(variable.times(LANES));
            case LANE -> outside.map(warp -> warp.plus(variable));
            case SERIAL, PARALLEL, VECTOR, UNROLL, BLOCK -> outside;
        };
    }

    /** The constant that names the element at {@code address}, if it is named as {@code stride} says. */
    static Optional<Long> constant(Dim address, long stride, Dim thread) {
        return address.minus(thread.times(stride)).asConstant().isPresent()
                ? Optional.of(address.minus(thread.times(stride)).constant())
                : Optional.empty();
    }

    private boolean areApart(String buffer, long stride) {
        List<Long> sorted = new ArrayList<>(new TreeSet<>(constants.get(buffer)));
        for (int i = 0; i < sorted.size(); i++) {
            for (int j = i + 1; j < sorted.size(); j++) {
                long difference = sorted.get(j) - sorted.get(i);
                if (difference % stride == 0 && difference / stride < threads) {
                    return false;
                }
            }
        }
        return true;
    }

    private void visit(Stmt statement, Optional<Dim> thread, DimRanges ranges) {
        if (statement instanceof Stmt.Section(String name, Realisation.ByMatrixInstruction(String by), Stmt body)) {
            sum(name, MatrixTile.of(by, body), thread, ranges);
            return;
        }
        for (Stmt.Element element : statement.written()) {
            touch(element.buffer(), element.indices(), thread, ranges);
        }
        for (Expr value : statement.values()) {
            Expressions.loads(value, load -> touch(load.buffer(), load.indices(), thread, ranges));
        }
        Optional<Dim> inside = thread;
        DimRanges known = ranges;
        if (statement instanceof Stmt.For loop) {
            known = ranges.with(loop.variable(), loop.extent());
            boolean whole = loop.kind() != LoopKind.WARP || isLanes(loop.body());
            inside = whole ? number(loop, thread) : Optional.empty();
        } else if (statement instanceof Stmt.Allocate(Buffer buffer, var _)
                && thread.isEmpty()
                && buffer.space() == MemorySpace.REGISTER
                && isPlain(buffer)) {
            buffers.put(buffer.name(), buffer);
        }
        List<Stmt> parts = statement instanceof Stmt.For loop && loop.kind() == LoopKind.VECTOR
                ? Replicas.of(loop)
                : statement.parts();
        for (Stmt part : parts) {
            visit(part, inside, known);
        }
    }

    /** Each lane has as many elements of the sum as the instruction says, one after the other. */
    private void sum(String name, MatrixTile tile, Optional<Dim> warp, DimRanges ranges) {
        Dim lane = Dim.symbol(OwnNames.of(name + " lane"));
        int registers = tile.instruction().registers();
        for (int register = 0; register < registers; register++) {
            Buffer buffer = buffers.get(tile.sum());
            if (buffer != null) {
                Dim address =
                        tile.firstOfSum(buffer).plus(lane.times(registers)).plus(register);
                touch(buffer.name(), ranges.simplify(address), warp.map(number -> number.plus(lane)));
            }
        }
    }

    /** Whether all that a warp does is loops over its lanes. */
    private static boolean isLanes(Stmt body) {
        boolean lanes = body instanceof Stmt.For loop && loop.kind() == LoopKind.LANE
                || body instanceof Stmt.Section section && section.by() instanceof Realisation.ByMatrixInstruction;
        return lanes || body.written().isEmpty() && body.parts().stream().allMatch(ThreadOwned::isLanes);
    }

    private static boolean isPlain(Buffer buffer) {
        return buffer.layout().swizzle().isEmpty();
    }

    private void touch(String name, List<Dim> indices, Optional<Dim> thread, DimRanges ranges) {
        Buffer buffer = buffers.get(name);
        if (buffer != null) {
            touch(name, ranges.simplify(buffer.layout().address(indices)), thread);
        }
    }

    private void touch(String name, Dim address, Optional<Dim> thread) {
        Optional<Long> stride = thread.flatMap(number -> stride(address, number));
        Optional<Long> constant = stride.flatMap(step -> constant(address, step, thread.orElseThrow()));
        if (constant.isEmpty() || !stride.get().equals(strides.computeIfAbsent(name, first -> stride.get()))) {
            others.add(name);
        } else {
            constants.computeIfAbsent(name, first -> new HashSet<>()).add(constant.get());
        }
    }

    /** The factor of the innermost variable of {@code thread}, which is a multiple of that of none. */
    private static Optional<Long> stride(Dim address, Dim thread) {
        for (String variable : thread.symbols()) {
            if (thread.coefficient(variable).filter(factor -> factor.is(1)).isPresent()) {
                return address.coefficient(variable)
                        .filter(Dim::isConstant)
                        .map(Dim::constant)
                        .filter(factor -> factor > 0);
            }
        }
        return Optional.empty();
    }
}
