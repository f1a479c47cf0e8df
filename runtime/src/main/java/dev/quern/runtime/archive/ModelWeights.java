package dev.quern.runtime.archive;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.graph.Literal;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The elements of literals: those that lie in the model's file stay there, texts are spelt out, and others are put into memory of their own.
 */
final class ModelWeights implements Weights {
    private static final int TEXTS = 0;
    private static final int IN_MODEL = 1;
    private static final int OWN = 2;
    private static final long ALIGNMENT = 64;

    private final MemorySegment model;
    private final List<MemorySegment> copies = new ArrayList<>();
    private final ByteWriter table = new ByteWriter();
    private final Map<Literal, Long> written = new IdentityHashMap<>();
    private final List<Literal> read = new ArrayList<>();
    private long own;

    /** None yet, for literals of a model that lies in {@code model}. */
    ModelWeights(MemorySegment model) {
        this.model = model;
    }

    /** Those that {@code table} lists. */
    ModelWeights(MemorySegment model, byte[] table, MemorySegment own) {
        this(model);
        ByteReader in = new ByteReader(table);
        while (!in.isAtEnd()) {
            read.add(new Literal(tensor(in, own)));
        }
    }

    private Tensor tensor(ByteReader in, MemorySegment owned) {
        DType dtype = dtype(in.number());
        long[] shape = new long[in.count()];
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = in.number();
        }
        long where = in.number();
        if (where == TEXTS) {
            String[] texts = new String[in.count()];
            for (int i = 0; i < texts.length; i++) {
                texts[i] = in.text();
            }
            return Tensor.of(texts, shape);
        }
        long offset = in.number();
        long length = in.number();
        MemorySegment memory = where == IN_MODEL ? model : owned;
        if (offset < 0 || length < 0 || offset > memory.byteSize() - length) {
            throw new DamagedException("a constant lies outside of its file");
        }
        return Tensor.of(memory.asSlice(offset, length), dtype, shape);
    }

    private static DType dtype(long number) {
        DType[] all = DType.values();
        if (number < 0 || number >= all.length) {
            throw new DamagedException("there is no element type " + number);
        }
        return all[(int) number];
    }

    @Override
    public long put(Literal literal) {
        return written.computeIfAbsent(literal, this::add);
    }

    private long add(Literal literal) {
        Tensor tensor = literal.tensor();
        table.number(tensor.dtype().ordinal());
        table.number(tensor.rank());
        for (long extent : tensor.shape()) {
            table.number(extent);
        }
        if (tensor.dtype() == DType.STRING) {
            table.number(TEXTS);
            table.number(tensor.strings().size());
            tensor.strings().forEach(table::text);
        } else {
            MemorySegment elements = tensor.segment();
            boolean inModel = isInModel(elements);
            table.number(inModel ? IN_MODEL : OWN);
            table.number(inModel ? elements.address() - model.address() : own);
            table.number(elements.byteSize());
            if (!inModel) {
                copies.add(elements);
                own += Math.ceilDiv(elements.byteSize(), ALIGNMENT) * ALIGNMENT;
            }
        }
        return written.size();
    }

    private boolean isInModel(MemorySegment elements) {
        long from = elements.address() - model.address();
        return elements.byteSize() > 0
                && model.asOverlappingSlice(elements).isPresent()
                && from >= 0
                && from <= model.byteSize() - elements.byteSize();
    }

    @Override
    public Literal get(long number) {
        if (number < 0 || number >= read.size()) {
            throw new DamagedException("there is no constant " + number);
        }
        return read.get((int) number);
    }

    /** Where each literal lies. */
    byte[] table() {
        return table.toByteArray();
    }

    /** Bytes of literals that do not lie in the model's file. */
    long ownBytes() {
        return own;
    }

    /** Literals that do not lie in the model's file, each at a multiple of 64 bytes. */
    MemorySegment own(Arena arena) {
        MemorySegment all = arena.allocate(own, ALIGNMENT);
        long at = 0;
        for (MemorySegment copy : copies) {
            MemorySegment.copy(copy, 0, all, at, copy.byteSize());
            at += Math.ceilDiv(copy.byteSize(), ALIGNMENT) * ALIGNMENT;
        }
        return all;
    }
}
