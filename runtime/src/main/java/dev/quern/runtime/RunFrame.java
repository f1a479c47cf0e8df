package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.Value;
import dev.quern.passes.program.MemoryPlan;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Where the values of one run of one program are. */
final class RunFrame {
    /** Never started: memory that it may read, workers may read. */
    private static final Thread ANY_THREAD = Thread.ofPlatform().unstarted(() -> {});

    private final PreparedProgram program;
    private final BoundPlan plan;
    private final RunContext context;
    private final SymbolValues symbols;
    private final Object[] bases;
    private final long[] offsets;
    private final Tensor[] tensors;
    private long charged;

    RunFrame(PreparedProgram program, BoundPlan plan, RunContext context, Map<DType, AlignedArrays.LinePlace> arenas) {
        this.program = program;
        this.plan = plan;
        this.context = context;
        this.symbols = plan.symbols().copy();
        int count = program.values().size();
        this.bases = new Object[count];
        this.offsets = new long[count];
        this.tensors = new Tensor[count];
        for (int i = 0; i < count; i++) {
            PreparedValue value = program.values().get(i);
            if (value.place() instanceof MemoryPlan.Slot) {
                AlignedArrays.LinePlace arena = arenas.get(value.dtype());
                bases[i] = arena.array();
                offsets[i] = arena.first();
            } else if (program.constant(i) instanceof HeldConstant constant) {
                bases[i] = constant.base();
                offsets[i] = constant.offset();
            }
        }
    }

    /** The symbols known by now. */
    SymbolValues symbols() {
        return symbols;
    }

    /** Makes {@code tensor} the value of input {@code number}: in place if kernels can read it there, else copied. */
    void input(int number, Tensor tensor) {
        tensors[number] = tensor;
        if (tensor.dtype() == DType.STRING) {
            return;
        }
        if (ArrayMemory.isIn(tensor, ArrayKind.of(tensor.dtype()))) {
            bases[number] = tensor.heapBase().orElseThrow();
            offsets[number] = ArrayMemory.firstElement(tensor);
        } else if (program.wantsArray(number) || !tensor.segment().isAccessibleBy(ANY_THREAD)) {
            bases[number] =
                    copied(tensor, "input '" + program.values().get(number).name() + "'");
            inherit(number);
        } else {
            bases[number] = tensor.segment();
        }
    }

    /**
     * The same for a tensor that the caller gives away.
     *
     * @param once whether the run will not begin anew, once it has begun, with this tensor
     */
    void given(int number, Tensor tensor, boolean once) {
        long[] shape = tensor.shape();
        MemorySegment memory = context.given().take(program.values().get(number).name(), tensor);
        input(number, memory == null ? tensor : Tensor.of(memory, tensor.dtype(), shape));
        if (memory != null && once && !memory.isReadOnly()) {
            bases[number] = bases[number] instanceof MemorySegment ? memory : bases[number];
            inherit(number);
        }
    }

    /** The memory of input {@code number} is the run's own: what inherits it lies there. */
    private void inherit(int number) {
        int heir = program.heir(number);
        if (heir >= 0) {
            bases[heir] = bases[number];
            offsets[heir] = offsets[number];
        }
    }

    private Object copied(Tensor tensor, String owner) {
        Object array = allocate(tensor.dtype(), tensor.elements(), owner);
        ArrayKind.slice(array, tensor.dtype(), 0, tensor.elements()).copyFrom(tensor.segment());
        return array;
    }

    private Object allocate(DType dtype, long elements, String owner) {
        return allocate(dtype, elements, owner, ArrayAlignment.UNKNOWN).array();
    }

    private AlignedArrays.LinePlace allocate(DType dtype, long elements, String owner, ArrayAlignment alignment) {
        if (elements > ArrayKind.MOST_ELEMENTS) {
            throw ArrayKind.tooLong(owner, dtype, elements);
        }
        long bytes = dtype.byteSize(elements);
        context.budget().charge(bytes, owner);
        charged += bytes;
        AlignedArrays.LinePlace place = alignment.isKnown() && bytes >= alignment.leastBytes()
                ? new AlignedArrays(alignment).allocate(dtype, elements, owner)
                : new AlignedArrays.LinePlace(ArrayKind.allocate(dtype, elements, owner), 0);
        if (context.poison()) {
            place.poison(dtype, 0, elements);
        }
        return place;
    }

    /** Bytes charged to the run for what this allocated. */
    long charged() {
        return charged;
    }

    /** The array or segment that value {@code number} lies in; allocated now if it is a result or of late size. */
    Object base(int number) {
        int root = program.values().get(number).root();
        if (bases[root] == null) {
            PreparedValue value = program.values().get(root);
            long elements = plan.elements(root) != BoundPlan.UNKNOWN ? plan.elements(root) : plan.size(root, symbols);
            if (elements == BoundPlan.UNKNOWN) {
                throw new IllegalStateException(
                        "the size of value '" + value.name() + "' is not known when it is made");
            }
            AlignedArrays.LinePlace place =
                    allocate(value.dtype(), elements, "value '" + value.name() + "'", ArrayAlignment.ofThisJvm());
            bases[root] = place.array();
            offsets[root] = place.first();
        }
        return bases[root];
    }

    /** Position of the first element of value {@code number} in its base. */
    long offset(int number) {
        return offsets[program.values().get(number).root()] + start(number);
    }

    /** The same in terms of where the memory plan has the base begin, which the array of a base on this host may do later. */
    long start(int number) {
        long start = plan.start(number);
        if (start != BoundPlan.UNKNOWN) {
            return start;
        }
        PreparedValue value = program.values().get(number);
        OptionalLong late = symbols.evaluate(value.delta());
        return late.orElseThrow(
                () -> new IllegalStateException("the place of '" + value.name() + "' is not known yet"));
    }

    /** Whether two values begin at one place. */
    boolean isOnePlace(int one, int other) {
        return base(one) == base(other) && offset(one) == offset(other);
    }

    /** The elements of value {@code number} under the type that {@code as} states, where they are. */
    Tensor tensor(int number, Value as) {
        long[] shape = extents(as.type().shape());
        PreparedValue value = program.values().get(number);
        HeldConstant constant = program.constant(value.root());
        if (constant != null && (value.root() == number || constant.literal().dtype() == DType.STRING)) {
            return constant.tensor().reshape(shape);
        }
        Tensor known = tensors[value.root()];
        if (known != null && known.dtype() == DType.STRING) {
            return known.reshape(shape);
        }
        return ArrayKind.tensor(base(number), as.type().dtype(), offset(number), shape);
    }

    private long[] extents(Shape shape) {
        return shape.dims().stream()
                .mapToLong(dim -> dim.evaluate(symbols::get))
                .toArray();
    }

    /** Takes over a result that was computed elsewhere; {@code aliased} are tensors whose memory is not the result's own. */
    void store(int number, Tensor result, Collection<Tensor> aliased) {
        PreparedValue value = program.values().get(number);
        if (result.dtype() == DType.STRING) {
            long bytes = Stacking.bytes(DType.STRING, result.elements());
            context.budget().charge(bytes, "value '" + value.name() + "'");
            charged += bytes;
            tensors[number] = result;
            return;
        }
        boolean unplaced = value.root() == number && bases[number] == null;
        if (unplaced && isOwn(result, aliased)) {
            bases[number] = result.heapBase().orElseThrow();
            offsets[number] = ArrayMemory.firstElement(result);
            context.budget().charge(result.segment().byteSize(), "value '" + value.name() + "'");
            charged += result.segment().byteSize();
            return;
        }
        Object base = base(number);
        MemorySegment target = ArrayKind.slice(base, value.dtype(), offset(number), result.elements());
        target.copyFrom(result.segment());
    }

    private static boolean isOwn(Tensor result, Collection<Tensor> aliased) {
        return ArrayMemory.isIn(result, ArrayKind.of(result.dtype()))
                && isWhole(result)
                && aliased.stream()
                        .noneMatch(other -> other.heapBase().orElse(null)
                                == result.heapBase().orElseThrow());
    }

    /** Whether the array that {@code result} lies in was made for it, perhaps so that it begins on a cache line. */
    private static boolean isWhole(Tensor result) {
        long first = ArrayMemory.firstElement(result);
        long capacity = ArrayKind.capacity(result.heapBase().orElseThrow(), result.dtype());
        return first == 0
                || first == ArrayAlignment.ofThisJvm().firstElement(ArrayKind.of(result.dtype()))
                        && capacity - first == result.elements();
    }

    /** The caller's tensor for an output: memory of its own, whatever the value's place. */
    Tensor output(int number, Value as) {
        PreparedValue value = program.values().get(number);
        PreparedValue root = program.values().get(value.root());
        Tensor tensor = tensor(number, as);
        boolean owned = switch (root.place()) {
            case MemoryPlan.ResultPlace result -> true;
            case MemoryPlan.Inherits inherits -> true;
            case MemoryPlan.Late late -> true;
            case MemoryPlan.InputPlace input -> false;
            case MemoryPlan.ConstantPlace constant -> false;
            case MemoryPlan.Slot slot -> false;
            case MemoryPlan.Within within -> throw new IllegalStateException("a root lies within nothing");
        };
        if (owned || tensor.dtype() == DType.STRING) {
            return tensor;
        }
        Object copy = allocate(tensor.dtype(), tensor.elements(), "output '" + value.name() + "'");
        ArrayKind.slice(copy, tensor.dtype(), 0, tensor.elements()).copyFrom(tensor.segment());
        return ArrayKind.tensor(copy, tensor.dtype(), 0, tensor.shape());
    }

    /** Tensors of several values at once. */
    List<Tensor> tensors(int[] numbers, List<Value> as) {
        Tensor[] list = new Tensor[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            list[i] = tensor(numbers[i], as.get(i));
        }
        return List.of(list);
    }

    /** Checks a guard whose symbols may have become known; false if they have not. */
    boolean check(ShapeGuard guard) {
        if (!symbols.knowsAll(guard.left()) || !symbols.knowsAll(guard.right())) {
            return false;
        }
        if (!GuardCheck.holds(guard, symbols)) {
            throw new UnmetGuard(program.program().name(), guard, symbols);
        }
        return true;
    }
}
