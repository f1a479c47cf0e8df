package dev.quern.acceptance;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.quern.DType;
import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** ONNX Runtime on one thread, with Quern's tensors in and out. */
final class PeerModel implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    PeerModel(Path model, OrtSession.SessionOptions.OptLevel level) throws OrtException {
        try (OrtSession.SessionOptions options = options(level)) {
            session = environment.createSession(model.toString(), options);
        }
    }

    PeerModel(byte[] model, OrtSession.SessionOptions.OptLevel level) throws OrtException {
        try (OrtSession.SessionOptions options = options(level)) {
            session = environment.createSession(model, options);
        }
    }

    private static OrtSession.SessionOptions options(OrtSession.SessionOptions.OptLevel level) throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setOptimizationLevel(level);
        options.setIntraOpNumThreads(1);
        options.setInterOpNumThreads(1);
        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
        return options;
    }

    Map<String, Tensor> run(Map<String, Tensor> inputs) throws OrtException {
        Map<String, OnnxTensor> given = new HashMap<>();
        try {
            for (var input : inputs.entrySet()) {
                given.put(input.getKey(), toOrt(input.getValue()));
            }
            try (OrtSession.Result result = session.run(given)) {
                Map<String, Tensor> outputs = new LinkedHashMap<>();
                for (var output : result) {
                    outputs.put(output.getKey(), fromOrt(output.getValue()));
                }
                return outputs;
            }
        } finally {
            given.values().forEach(OnnxTensor::close);
        }
    }

    private OnnxTensor toOrt(Tensor tensor) throws OrtException {
        byte[] bytes = tensor.toByteArray();
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder());
        direct.put(bytes).flip();
        OnnxJavaType type = switch (tensor.dtype()) {
            case F32 -> OnnxJavaType.FLOAT;
            case F64 -> OnnxJavaType.DOUBLE;
            case I64 -> OnnxJavaType.INT64;
            case I32 -> OnnxJavaType.INT32;
            case I16 -> OnnxJavaType.INT16;
            case I8 -> OnnxJavaType.INT8;
            case U8 -> OnnxJavaType.UINT8;
            case BOOL -> OnnxJavaType.BOOL;
            case F16 -> OnnxJavaType.FLOAT16;
            case BF16 -> OnnxJavaType.BFLOAT16;
            default -> throw new IllegalArgumentException("the peer is given no " + tensor.dtype());
        };
        return OnnxTensor.createTensor(environment, direct, tensor.shape(), type);
    }

    private static Tensor fromOrt(OnnxValue value) {
        OnnxTensor tensor = (OnnxTensor) value;
        long[] shape = tensor.getInfo().getShape();
        int count = (int) Tensor.count(shape);
        return switch (tensor.getInfo().type) {
            case FLOAT -> {
                float[] floats = new float[count];
                tensor.getFloatBuffer().get(floats);
                yield Tensor.of(floats, shape);
            }
            case DOUBLE -> {
                double[] doubles = new double[count];
                tensor.getDoubleBuffer().get(doubles);
                yield Tensor.of(doubles, shape);
            }
            case INT64 -> {
                long[] longs = new long[count];
                tensor.getLongBuffer().get(longs);
                yield Tensor.of(longs, shape);
            }
            case INT32 -> {
                int[] ints = new int[count];
                tensor.getIntBuffer().get(ints);
                yield Tensor.of(ints, shape);
            }
            case INT16 -> Tensor.of(MemorySegment.ofArray(bytes(tensor, 2 * count)), DType.I16, shape);
            case FLOAT16 -> Tensor.of(MemorySegment.ofArray(bytes(tensor, 2 * count)), DType.F16, shape);
            case BFLOAT16 -> Tensor.of(MemorySegment.ofArray(bytes(tensor, 2 * count)), DType.BF16, shape);
            case UINT8 -> Tensor.of(MemorySegment.ofArray(bytes(tensor, count)), DType.U8, shape);
            case INT8 -> Tensor.of(MemorySegment.ofArray(bytes(tensor, count)), DType.I8, shape);
            case BOOL -> Tensor.of(MemorySegment.ofArray(bytes(tensor, count)), DType.BOOL, shape);
            default -> throw new IllegalArgumentException("no outputs of type " + tensor.getInfo().type);
        };
    }

    private static byte[] bytes(OnnxTensor tensor, int length) {
        byte[] bytes = new byte[length];
        tensor.getByteBuffer().get(bytes);
        return bytes;
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
