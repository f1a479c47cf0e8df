package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.quern.DType;
import dev.quern.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;

/**
 * Checks what an operator gives, bit for bit: by every {@link QuernPath}, with operands that are inputs and with operands that are
 * constants. One NaN is as good as another.
 */
final class Semantics {
    private Semantics() {}

    /** Every engine gives {@code expected}. */
    static void check(OperatorCase operator, Operand expected) {
        byte[] bits = bits(expected.given());
        for (QuernPath engine : QuernPath.values()) {
            compare(operator + " by " + engine, expected.given(), bits, run(engine, operator, true));
            compare(operator + " of constants by " + engine, expected.given(), bits, run(engine, operator, false));
        }
    }

    /** Every engine, and ONNX Runtime, gives {@code expected}. */
    static void checkWithPeer(OperatorCase operator, Operand expected) throws OrtException {
        compare(operator + " by the peer", expected.given(), bits(expected.given()), peer(operator));
        check(operator, expected);
    }

    /** Every engine gives what ONNX Runtime gives. */
    static void checkAsPeer(OperatorCase operator) throws OrtException {
        check(operator, new Operand(peer(operator), operator.result()));
    }

    private static Tensor peer(OperatorCase operator) throws OrtException {
        try (PeerModel peer = new PeerModel(operator.ofInputs(), OptLevel.NO_OPT)) {
            return peer.run(operator.inputs()).get(OperatorCase.RESULT);
        }
    }

    private static Tensor run(QuernPath engine, OperatorCase operator, boolean inputs) {
        Map<String, Tensor> results = inputs
                ? engine.run(operator.ofInputs(), operator.inputs())
                : engine.run(operator.ofConstants(), Map.of());
        return results.get(OperatorCase.RESULT);
    }

    private static void compare(String where, Tensor expected, byte[] bits, Tensor found) {
        assertEquals(expected.dtype(), found.dtype(), where);
        assertArrayEquals(expected.shape(), found.shape(), where);
        assertArrayEquals(bits, bits(found), () -> where + ": expected " + text(expected) + ", found " + text(found));
    }

    /** The elements, each NaN as the same one. */
    private static byte[] bits(Tensor tensor) {
        byte[] bytes = tensor.toByteArray();
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int width = tensor.dtype().bits() / 8;
        for (int at = 0; tensor.dtype().isFloat() && at < bytes.length; at += width) {
            if (Double.isNaN(number(buffer, at, tensor.dtype()))) {
                Arrays.fill(bytes, at, at + width, (byte) 0x7F);
            }
        }
        return bytes;
    }

    private static double number(ByteBuffer buffer, int at, DType type) {
        return switch (type) {
            case F64 -> buffer.getDouble(at);
            case F32 -> buffer.getFloat(at);
            case F16 -> Float.float16ToFloat(buffer.getShort(at));
            default -> Float.intBitsToFloat(buffer.getShort(at) << 16);
        };
    }

    /** The elements in words. */
    static String text(Tensor tensor) {
        ByteBuffer buffer = ByteBuffer.wrap(tensor.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        int width = tensor.dtype().bits() / 8;
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < buffer.capacity(); at += width) {
            Object element = tensor.dtype().isFloat()
                    ? (Object) number(buffer, at, tensor.dtype())
                    : switch (width) {
                        case 1 -> tensor.dtype() == DType.I8 ? buffer.get(at) : buffer.get(at) & 0xFF;
                        case 2 -> buffer.getShort(at);
                        case 4 -> buffer.getInt(at);
                        default -> buffer.getLong(at);
                    };
            text.append(text.isEmpty() ? "" : " ").append(element);
        }
        return text.toString();
    }
}
