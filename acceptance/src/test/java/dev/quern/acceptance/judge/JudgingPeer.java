package dev.quern.acceptance.judge;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.quern.DType;
import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model in ONNX Runtime, on one thread, with every element type that its Java interface passes. */
final class JudgingPeer implements AutoCloseable {
    private static final OrtEnvironment ENVIRONMENT =
            OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "generated");

    private final OrtSession session;

    JudgingPeer(byte[] model, boolean optimised) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(optimised ? OptLevel.ALL_OPT : OptLevel.NO_OPT);
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            options.setMemoryPatternOptimization(false);
            session = ENVIRONMENT.createSession(model, options);
        }
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
                    outputs.put(output.getKey(), fromOrt((OnnxTensor) output.getValue()));
                }
                return outputs;
            }
        } finally {
            given.values().forEach(OnnxTensor::close);
        }
    }

    private static OnnxTensor toOrt(Tensor tensor) throws OrtException {
        if (tensor.dtype() == DType.STRING) {
            return OnnxTensor.createTensor(ENVIRONMENT, tensor.strings().toArray(String[]::new), tensor.shape());
        }
        byte[] bytes = tensor.toByteArray();
        ByteBuffer direct = ByteBuffer.allocateDirect(Math.max(bytes.length, 1)).order(ByteOrder.nativeOrder());
        direct.put(bytes).flip();
        return OnnxTensor.createTensor(ENVIRONMENT, direct, tensor.shape(), type(tensor.dtype()));
    }

    private static OnnxJavaType type(DType dtype) {
        return switch (dtype) {
            case F32 -> OnnxJavaType.FLOAT;
            case F64 -> OnnxJavaType.DOUBLE;
            case F16 -> OnnxJavaType.FLOAT16;
            case BF16 -> OnnxJavaType.BFLOAT16;
            case I64 -> OnnxJavaType.INT64;
            case I32 -> OnnxJavaType.INT32;
            case I16 -> OnnxJavaType.INT16;
            case I8 -> OnnxJavaType.INT8;
            case U8 -> OnnxJavaType.UINT8;
            case BOOL -> OnnxJavaType.BOOL;
            default -> throw new UnsupportedOperationException("ONNX Runtime's Java interface passes no " + dtype);
        };
    }

    private static Tensor fromOrt(OnnxTensor tensor) throws OrtException {
        long[] shape = tensor.getInfo().getShape();
        if (tensor.getInfo().type == OnnxJavaType.STRING) {
            List<String> texts = new ArrayList<>();
            collect(tensor.getValue(), texts);
            return Tensor.of(texts.toArray(String[]::new), shape);
        }
        DType dtype = switch (tensor.getInfo().type) {
            case FLOAT -> DType.F32;
            case DOUBLE -> DType.F64;
            case FLOAT16 -> DType.F16;
            case BFLOAT16 -> DType.BF16;
            case INT64 -> DType.I64;
            case INT32 -> DType.I32;
            case INT16 -> DType.I16;
            case INT8 -> DType.I8;
            case UINT8 -> DType.U8;
            case BOOL -> DType.BOOL;
            default ->
                throw new UnsupportedOperationException(
                        "ONNX Runtime's Java interface passes no " + tensor.getInfo().type);
        };
        byte[] bytes = new byte[(int) dtype.byteSize(Tensor.count(shape))];
        if (bytes.length > 0) {
            copy(tensor, dtype, bytes);
        }
        return Tensor.of(MemorySegment.ofArray(bytes), dtype, shape);
    }

    /** The texts in nested arrays, in order. */
    private static void collect(Object value, List<String> texts) {
        if (value instanceof Object[] values) {
            for (Object each : values) {
                collect(each, texts);
            }
        } else {
            texts.add((String) value);
        }
    }

    private static void copy(OnnxTensor tensor, DType dtype, byte[] bytes) {
        ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        switch (dtype) {
            case F32 -> out.asFloatBuffer().put(tensor.getFloatBuffer());
            case F64 -> out.asDoubleBuffer().put(tensor.getDoubleBuffer());
            case F16, BF16, I16 -> out.asShortBuffer().put(tensor.getShortBuffer());
            case I64 -> out.asLongBuffer().put(tensor.getLongBuffer());
            case I32 -> out.asIntBuffer().put(tensor.getIntBuffer());
            default -> out.put(tensor.getByteBuffer());
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException failure) {
            throw new AssertionError("ONNX Runtime does not close a session", failure);
        }
    }
}
