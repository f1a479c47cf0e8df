package dev.quern.onnx.proto;

import dev.quern.DType;
import dev.quern.Limits;
import dev.quern.ModelException.Code;
import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Reads {@code TensorProto} and {@code SparseTensorProto}. */
final class TensorFields {
    private final WireMessage message;
    private String name = "";
    private long[] shape = {};
    private long number;
    private MemorySegment raw;
    private TypedField typed;
    private boolean isExternal;
    private final ExternalReference reference = new ExternalReference();

    private TensorFields(WireMessage message) {
        this.message = message;
    }

    static OnnxTensor tensor(WireMessage message) {
        TensorFields fields = new TensorFields(message);
        fields.scan();
        return new OnnxTensor(fields.name, fields.data());
    }

    static OnnxSparseTensor sparse(WireMessage message) {
        OnnxTensor values = null;
        OnnxTensor indices = null;
        long[] shape = {};
        while (message.next()) {
            switch (message.field()) {
                case 1 -> values = tensor(message.message("values"));
                case 2 -> indices = tensor(message.message("indices"));
                case 3 -> shape = appendExtents(message, shape);
                default -> {}
            }
        }
        if (values == null || indices == null) {
            throw message.failWhole(Code.MALFORMED_MODEL, "a sparse tensor has values and indices; one is missing");
        }
        return new OnnxSparseTensor(
                values, indices, Arrays.stream(shape).boxed().toList());
    }

    private void scan() {
        while (message.next()) {
            switch (message.field()) {
                case 1 -> shape = appendExtents(message, shape);
                case 2 -> number = message.integer("data_type");
                case 3 ->
                    throw message.fail(
                            Code.UNSUPPORTED,
                            "segment",
                            "tensors split into segments are not supported; export the model again");
                case 8 -> name = message.name("name");
                case 9 -> raw = message.bytes("raw_data");
                case 13 -> reference.entry(message.message("external_data"));
                case 14 -> isExternal = message.integer("data_location") == ExternalReference.EXTERNAL;
                default -> TypedField.of(message.field()).ifPresent(this::note);
            }
        }
    }

    private void note(TypedField field) {
        if (typed != null && typed != field) {
            throw message.malformed(field.label(), "expected one kind of data, found " + typed.label() + " as well");
        }
        typed = field;
    }

    private Tensor data() {
        DType dtype = DataTypes.require(message, number);
        long elements = count();
        if (isExternal) {
            return numbers(reference.resolve(message, dtype, dtype.byteSize(elements)), dtype);
        }
        if (raw != null && (typed == null || raw.byteSize() > 0)) {
            if (typed != null) {
                throw message.failWhole(
                        Code.MALFORMED_MODEL, "expected one kind of data, found raw_data and " + typed.label());
            }
            return raw(dtype, elements);
        }
        TypedField expected = TypedField.holding(dtype);
        if (typed != null && typed != expected) {
            throw message.failWhole(
                    Code.MALFORMED_MODEL,
                    "elements of " + dtype + " lie in raw_data or " + expected.label() + ", found " + typed.label());
        }
        return TypedData.decode(message.again(), expected, dtype, elements, shape);
    }

    private Tensor raw(DType dtype, long elements) {
        if (dtype == DType.STRING) {
            throw message.failWhole(Code.MALFORMED_MODEL, "elements of string lie in string_data, found raw_data");
        }
        long size = dtype.byteSize(elements);
        if (raw.byteSize() != size) {
            throw message.failWhole(
                    Code.MALFORMED_MODEL,
                    "expected raw_data of " + size + " bytes for " + dtype + Arrays.toString(shape) + ", found "
                            + raw.byteSize() + WireSource.DAMAGED);
        }
        return numbers(raw, dtype);
    }

    private Tensor numbers(MemorySegment data, DType dtype) {
        return Tensor.of(dtype == DType.BOOL ? TypedData.zeroOrOne(message.source(), data) : data, dtype, shape);
    }

    private long count() {
        long product = 1;
        boolean empty = false;
        for (long extent : shape) {
            if (extent == 0) {
                empty = true;
            } else if (extent > Limits.STATED_ELEMENTS / product) {
                throw message.failWhole(
                        Code.LIMIT, "a tensor of shape " + Arrays.toString(shape) + " has more than 2^55 elements");
            } else {
                product *= extent;
            }
        }
        return empty ? 0 : product;
    }

    private static long[] appendExtents(WireMessage message, long[] shape) {
        long[][] grown = {shape};
        message.integers("dims", extent -> {
            if (extent < 0) {
                throw message.malformed("dims", "expected an extent of at least 0, found " + extent);
            }
            if (grown[0].length == Limits.RANK) {
                throw message.fail(Code.LIMIT, "dims", "expected at most " + Limits.RANK + " axes");
            }
            grown[0] = Arrays.copyOf(grown[0], grown[0].length + 1);
            grown[0][grown[0].length - 1] = extent;
        });
        return grown[0];
    }
}
