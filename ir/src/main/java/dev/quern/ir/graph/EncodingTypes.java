package dev.quern.ir.graph;

import dev.quern.ir.TensorType;
import java.util.List;
import java.util.Optional;

/** Types of encoded constants, and that nothing else takes them. */
final class EncodingTypes {
    private EncodingTypes() {}

    static TensorType encode(Op.Encode op, Typing typing) {
        List<TensorType> parts = op.encoding().parts(op.dtype(), op.shape());
        typing.operands(parts.size(), parts.size());
        for (int part = 0; part < parts.size(); part++) {
            typing.check(
                    typing.input(part).equals(parts.get(part)),
                    "type of operand " + part,
                    parts.get(part),
                    typing.input(part));
        }
        return new TensorType(op.dtype(), op.shape(), Optional.of(op.encoding()));
    }

    static TensorType decode(Typing typing) {
        typing.operands(1, 1);
        typing.check(typing.input(0).encoding().isPresent(), "operand 0", "an encoded constant", typing.input(0));
        return typing.input(0).plain();
    }

    static void requirePlain(Op op, Typing typing) {
        for (int operand = 0; operand < typing.count() && !(op instanceof Op.Decode); operand++) {
            typing.check(
                    typing.input(operand).encoding().isEmpty(),
                    "type of operand " + operand,
                    "a plain tensor; decode it",
                    typing.input(operand));
        }
    }
}
