package dev.quern.cli.onnxruntime;

import dev.quern.DType;
import dev.quern.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Quern's tensors as ONNX Runtime's, and back. */
final class OnnxTensors {
    private static final String TYPE_PREFIX = "ONNX_TENSOR_ELEMENT_DATA_TYPE_";

    private final ClassLoader loader;
    private final Object environment;

    OnnxTensors(ClassLoader loader, Object environment) {
        this.loader = loader;
        this.environment = environment;
    }

    private Class<?> type(String name) throws ClassNotFoundException {
        return loader.loadClass("ai.onnxruntime." + name);
    }

    /** A copy of {@code tensor} in memory of ONNX Runtime's. */
    Object given(Tensor tensor) throws ReflectiveOperationException {
        Class<?> type = type("OnnxTensor");
        if (tensor.dtype() == DType.STRING) {
            String[] strings = tensor.strings().toArray(String[]::new);
            return Reflected.callStatic(type, "createTensor", environment, strings, tensor.shape());
        }
        String name = switch (tensor.dtype()) {
            case F32 -> "FLOAT";
            case F64 -> "DOUBLE";
            case F16 -> "FLOAT16";
            case BF16 -> "BFLOAT16";
            case I8 -> "INT8";
            case I16 -> "INT16";
            case I32 -> "INT32";
            case I64 -> "INT64";
            case U8 -> "UINT8";
            case BOOL -> "BOOL";
            default ->
                throw new OnnxRuntimeException(
                        "ONNX Runtime's Java interface has no inputs of " + tensor.dtype(), null);
        };
        long bytes = tensor.segment().byteSize();
        MemorySegment copy = Arena.ofAuto().allocate(Math.max(1, bytes), 64);
        copy.copyFrom(tensor.segment());
        ByteBuffer buffer = copy.asSlice(0, bytes).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        Object javaType = Reflected.constant(type("OnnxJavaType"), name);
        return Reflected.callStatic(type, "createTensor", environment, buffer, tensor.shape(), javaType);
    }

    /** The output called {@code name}. */
    Tensor found(String name, Object value) throws ReflectiveOperationException {
        if (!type("OnnxTensor").isInstance(value)) {
            throw new OnnxRuntimeException("output '" + name + "' is no tensor; only tensors are compared", null);
        }
        Object info = Reflected.call(value, "getInfo");
        long[] shape = (long[]) Reflected.call(info, "getShape");
        String type = info.getClass().getField("onnxType").get(info).toString().replace(TYPE_PREFIX, "");
        if (type.equals("STRING")) {
            List<String> strings = new ArrayList<>();
            flatten(Reflected.call(value, "getValue"), strings);
            return Tensor.of(strings.toArray(String[]::new), shape);
        }
        DType dtype = switch (type) {
            case "FLOAT" -> DType.F32;
            case "DOUBLE" -> DType.F64;
            case "FLOAT16" -> DType.F16;
            case "BFLOAT16" -> DType.BF16;
            case "INT8" -> DType.I8;
            case "INT16" -> DType.I16;
            case "INT32" -> DType.I32;
            case "INT64" -> DType.I64;
            case "UINT8" -> DType.U8;
            case "UINT16" -> DType.U16;
            case "UINT32" -> DType.U32;
            case "UINT64" -> DType.U64;
            case "BOOL" -> DType.BOOL;
            default ->
                throw new OnnxRuntimeException(
                        "output '" + name + "' has the type " + type + ", which cannot be compared", null);
        };
        if (Tensor.count(shape) == 0) {
            return Tensor.of(MemorySegment.ofArray(new byte[0]), dtype, shape);
        }
        return Tensor.of(MemorySegment.ofBuffer((ByteBuffer) Reflected.call(value, "getByteBuffer")), dtype, shape);
    }

    private static void flatten(Object value, List<String> strings) {
        if (value instanceof Object[] parts) {
            for (Object part : parts) {
                flatten(part, strings);
            }
        } else {
            strings.add((String) value);
        }
    }
}
