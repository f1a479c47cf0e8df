package dev.quern.runtime.archive;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.TensorView;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The elements of literals: those that lie in files of the model stay there, texts are spelt out, and others go to an entry of their own.
 */
final class ModelWeights implements Weights {
    private static final int TEXTS = 0;
    private static final int OWN = 1;

    /** And the numbers that follow, one for each file of the model. */
    private static final int IN_MODEL = 2;

    private static final long ALIGNMENT = 64;
    private static final MemorySegment GAP = MemorySegment.ofArray(new byte[(int) ALIGNMENT]);

    private final List<MemorySegment> files;
    private final List<MemorySegment> copies = new ArrayList<>();
    private final ByteWriter table = new ByteWriter();
    private final Map<Literal, Long> written = new IdentityHashMap<>();
    private final List<Literal> read = new ArrayList<>();
    private long own;

    /** None yet, for literals of {@code model}. */
    ModelWeights(ModelFiles model) {
        this.files = model.all();
    }

    /** Those that {@code table} lists. */
    ModelWeights(ModelFiles model, byte[] table, MemorySegment own) {
        this(model);
        ByteReader in = new ByteReader(table);
        while (!in.isAtEnd()) {
            read.add(literal(in, own));
        }
    }

    private Literal literal(ByteReader in, MemorySegment owned) {
        DType dtype = dtype(in.number());
        long[] shape = numbers(in);
        long[] strides = numbers(in);
        if (strides.length == 0) {
            return new Literal(tensor(in, dtype, shape, owned));
        }
        try {
            Tensor source = tensor(in, dtype, new long[] {in.number()}, owned);
            return new Literal(new TensorView(source, list(shape), list(strides)));
        } catch (IllegalArgumentException outside) {
            throw new DamagedException("a constant is no view of what it lies in: " + outside.getMessage());
        }
    }

    private static long[] numbers(ByteReader in) {
        long[] numbers = new long[in.count()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = in.number();
        }
        return numbers;
    }

    private static List<Long> list(long[] numbers) {
        return Arrays.stream(numbers).boxed().toList();
    }

    private Tensor tensor(ByteReader in, DType dtype, long[] shape, MemorySegment owned) {
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
        if (where < 0 || where >= IN_MODEL + files.size()) {
            throw new DamagedException("a constant lies in file " + where + " of " + files.size());
        }
        MemorySegment memory = where == OWN ? owned : files.get((int) where - IN_MODEL);
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
        table.number(literal.dtype().ordinal());
        put(literal.shape());
        Tensor tensor;
        if (literal.view().isPresent()) {
            TensorView view = literal.view().get();
            tensor = view.source();
            put(view.strides().stream().mapToLong(Long::longValue).toArray());
            table.number(tensor.elements());
        } else {
            tensor = literal.tensor();
            put(new long[0]);
        }
        if (tensor.dtype() == DType.STRING) {
            table.number(TEXTS);
            table.number(tensor.strings().size());
            tensor.strings().forEach(table::text);
        } else {
            MemorySegment elements = tensor.segment();
            int file = file(elements);
            table.number(file < 0 ? OWN : IN_MODEL + file);
            table.number(file < 0 ? own : elements.address() - files.get(file).address());
            table.number(elements.byteSize());
            if (file < 0) {
                copies.add(elements);
                own += elements.byteSize();
                long gap = Math.floorMod(-own, ALIGNMENT);
                if (gap > 0) {
                    copies.add(GAP.asSlice(0, gap));
                    own += gap;
                }
            }
        }
        return written.size();
    }

    private void put(long[] numbers) {
        table.number(numbers.length);
        for (long number : numbers) {
            table.number(number);
        }
    }

    /** The file that the elements lie in; -1 if they lie in none. */
    private int file(MemorySegment elements) {
        for (int i = 0; i < files.size(); i++) {
            MemorySegment file = files.get(i);
            long from = elements.address() - file.address();
            if (elements.byteSize() > 0
                    && file.asOverlappingSlice(elements).isPresent()
                    && from >= 0
                    && from <= file.byteSize() - elements.byteSize()) {
                return i;
            }
        }
        return -1;
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

    /** Bytes of literals that do not lie in files of the model. */
    long ownBytes() {
        return own;
    }

    /** Literals that do not lie in files of the model, each at a multiple of 64 bytes, one after the other. */
    List<MemorySegment> own() {
        return List.copyOf(copies);
    }
}
