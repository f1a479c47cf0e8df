package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which operands a kernel reads only where, and before, it first writes the result: element by element at the address
 * written in the same iteration. Their memory may be the result's.
 */
final class InPlace {
    /** An access and the loops around it, outermost first. */
    private record AddressedAccess(String buffer, Dim address, List<Stmt.For> loops, boolean write) {}

    private final Kernel kernel;
    private final List<AddressedAccess> accesses = new ArrayList<>();
    private final List<Stmt.For> around = new ArrayList<>();
    private DimRanges ranges = DimRanges.NONE;

    private InPlace(Kernel kernel) {
        this.kernel = kernel;
        collect(kernel.body());
    }

    /** Positions of those operands. */
    static List<Integer> of(Kernel kernel) {
        return kernel.results() == 1 ? new InPlace(kernel).find() : List.of();
    }

    private List<Integer> find() {
        Buffer result = kernel.parameters().getLast();
        List<AddressedAccess> writes = accesses.stream()
                .filter(access -> access.buffer().equals(result.name()) && access.write())
                .toList();
        List<Integer> found = new ArrayList<>();
        AddressedAccess first = writes.getFirst();
        if (!isInjective(first) || !writes.stream().allMatch(write -> sameRows(first, write))) {
            return found;
        }
        for (int position = 0; position < kernel.parameters().size() - 1; position++) {
            Buffer operand = kernel.parameters().get(position);
            boolean fits = operand.dtype() == result.dtype()
                    && operand.storage() == result.storage()
                    && operand.shape().elements().equals(result.shape().elements());
            if (fits && readOnlyAt(operand.name(), first)) {
                found.add(position);
            }
        }
        return found;
    }

    private boolean readOnlyAt(String operand, AddressedAccess write) {
        int position = accesses.indexOf(write);
        for (int i = 0; i < accesses.size(); i++) {
            AddressedAccess access = accesses.get(i);
            if (access.buffer().equals(operand)
                    && (i > position
                            || !access.address().equals(write.address())
                            || !access.loops().equals(write.loops()))) {
                return false;
            }
        }
        return true;
    }

    /** Whether each iteration of the loops around writes an address of its own: strides are those of a mixed-radix number. */
    private static boolean isInjective(AddressedAccess write) {
        List<Stmt.For> left = new ArrayList<>(write.loops());
        Dim stride = Dim.ONE;
        while (!left.isEmpty()) {
            Dim wanted = stride;
            Stmt.For next = left.stream()
                    .filter(loop -> write.address()
                            .coefficient(loop.variable())
                            .filter(wanted::equals)
                            .isPresent())
                    .findFirst()
                    .orElse(null);
            if (next == null) {
                return false;
            }
            left.remove(next);
            stride = stride.times(next.extent());
        }
        return true;
    }

    /** Whether {@code other} writes, in each iteration of the loops that both are in, what {@code first} wrote in it. */
    private static boolean sameRows(AddressedAccess first, AddressedAccess other) {
        int common = 0;
        while (common < Math.min(first.loops().size(), other.loops().size())
                && first.loops()
                        .get(common)
                        .variable()
                        .equals(other.loops().get(common).variable())) {
            common++;
        }
        List<Stmt.For> firstInner = first.loops().subList(common, first.loops().size());
        List<Stmt.For> otherInner = other.loops().subList(common, other.loops().size());
        if (firstInner.size() != otherInner.size()) {
            return false;
        }
        Dim renamed = other.address();
        for (int i = 0; i < firstInner.size(); i++) {
            if (!firstInner.get(i).extent().equals(otherInner.get(i).extent())) {
                return false;
            }
            renamed = renamed.substitute(Map.of(
                    otherInner.get(i).variable(), Dim.symbol(firstInner.get(i).variable())));
        }
        return renamed.equals(first.address());
    }

    private void collect(Stmt stmt) {
        stmt.values().forEach(this::loads);
        stmt.written().forEach(element -> add(element.buffer(), element.indices(), true));
        if (stmt instanceof Stmt.For loop) {
            around.add(loop);
            DimRanges outside = ranges;
            ranges = ranges.with(loop.variable(), loop.extent());
            collect(loop.body());
            ranges = outside;
            around.removeLast();
        } else {
            stmt.parts().forEach(this::collect);
        }
    }

    private void loads(Expr expr) {
        Expressions.loads(expr, load -> add(load.buffer(), load.indices(), false));
    }

    private void add(String name, List<Dim> indices, boolean write) {
        kernel.parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .findFirst()
                .ifPresent(parameter -> accesses.add(joined(new AddressedAccess(
                        name, ranges.simplify(parameter.layout().address(indices)), List.copyOf(around), write))));
    }

    /** The same elements in the same order, with the pieces of a loop and the loop over these taken for one loop. */
    private static AddressedAccess joined(AddressedAccess access) {
        for (int i = 0; i + 1 < access.loops().size(); i++) {
            Stmt.For pieces = access.loops().get(i);
            Stmt.For piece = access.loops().get(i + 1);
            Optional<Dim> extent = cut(pieces, piece, access.address());
            if (extent.isPresent()) {
                List<Stmt.For> loops = new ArrayList<>(access.loops());
                loops.remove(i);
                loops.set(i, new Stmt.For(piece.variable(), extent.get(), piece.kind(), piece.body()));
                Dim address = access.address().substitute(Map.of(pieces.variable(), Dim.ZERO));
                return joined(new AddressedAccess(access.buffer(), address, loops, access.write()));
            }
        }
        return access;
    }

    /** The extent of the loop of which {@code pieces} goes through pieces of equal length, the last of what is left, if it does. */
    private static Optional<Dim> cut(Stmt.For pieces, Stmt.For piece, Dim address) {
        List<Dim.Term> terms = piece.extent().terms();
        if (terms.size() == 1
                && terms.getFirst() instanceof Dim.Term(long factor, List<Dim.Atom> atoms)
                && factor == 1
                && atoms.size() == 1
                && atoms.getFirst() instanceof Dim.Min(Dim left, Dim right)) {
            return cut(pieces, piece, left, right, address).or(() -> cut(pieces, piece, right, left, address));
        }
        return Optional.empty();
    }

    private static Optional<Dim> cut(Stmt.For pieces, Stmt.For piece, Dim length, Dim left, Dim address) {
        Dim extent = left.plus(Dim.symbol(pieces.variable()).times(length));
        boolean is = !length.dependsOn(pieces.variable())
                && !extent.dependsOn(pieces.variable())
                && pieces.extent().equals(extent.ceilDiv(length))
                && address.coefficient(piece.variable()).isPresent()
                && address.coefficient(pieces.variable())
                        .equals(address.coefficient(piece.variable()).map(length::times));
        return is ? Optional.of(extent) : Optional.empty();
    }
}
