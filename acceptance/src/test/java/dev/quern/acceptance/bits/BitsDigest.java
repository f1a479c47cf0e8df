package dev.quern.acceptance.bits;

import dev.quern.DType;
import dev.quern.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** What tells whether two runs gave the same bits. */
public final class BitsDigest {
    private BitsDigest() {}

    /** A digest of all results, in which all NaNs are one. */
    public static String of(Map<String, Tensor> results) {
        CRC32C crc = new CRC32C();
        new TreeMap<>(results).forEach((name, tensor) -> {
            if (tensor.dtype() == DType.STRING) {
                crc.update(tensor.strings().toString().getBytes(StandardCharsets.UTF_8));
            } else {
                crc.update(canonical(tensor));
            }
        });
        return Long.toHexString(crc.getValue());
    }

    private static byte[] canonical(Tensor tensor) {
        byte[] bytes = tensor.toByteArray();
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        switch (tensor.dtype()) {
            case F32 -> {
                for (int i = 0; i < bytes.length; i += 4) {
                    buffer.putInt(i, Float.floatToIntBits(buffer.getFloat(i)));
                }
            }
            case F64 -> {
                for (int i = 0; i < bytes.length; i += 8) {
                    buffer.putLong(i, Double.doubleToLongBits(buffer.getDouble(i)));
                }
            }
            case F16 -> replaceNan(buffer, 0x7C00);
            case BF16 -> replaceNan(buffer, 0x7F80);
            default -> {}
        }
        return bytes;
    }

    private static void replaceNan(ByteBuffer buffer, int infinity) {
        for (int i = 0; i < buffer.limit(); i += 2) {
            int bits = buffer.getShort(i) & 0x7FFF;
            if (bits > infinity) {
                buffer.putShort(i, (short) 0x7FFF);
            }
        }
    }
}
