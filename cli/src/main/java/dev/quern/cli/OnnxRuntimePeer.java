package dev.quern.cli;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.cli.bench.Contender;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * ONNX Runtime. Its jar is fetched when it is asked for, and called by reflection, so that neither the build nor the
 * class path of Quern has it.
 */
final class OnnxRuntimePeer implements Peer {
    private static final String COORDINATE = "com.microsoft.onnxruntime:onnxruntime:";
    private static final String TYPE_PREFIX = "ONNX_TENSOR_ELEMENT_DATA_TYPE_";

    private final Session session;
    private final int threads;

    OnnxRuntimePeer(Session session, int threads) {
        this.session = session;
        this.threads = threads;
    }

    @Override
    public String name() {
        return "ONNX Runtime " + Versions.of("onnxruntime");
    }

    @Override
    public Map<String, Tensor> run(Path model, Map<String, Tensor> inputs) {
        return guarded(() -> {
            Library library = library();
            try (Progress _ = Progress.of(session.err(), "running " + model.getFileName() + " with " + name())) {
                return library.run(model, inputs, threads);
            }
        });
    }

    /** The model loaded with all optimisations and its inputs bound, ready to be run again and again. */
    Contender prepare(Path model, Map<String, Tensor> inputs) {
        return guarded(() -> library().prepare(name(), model, inputs, threads));
    }

    private interface Action<T> {
        T run() throws ReflectiveOperationException, MalformedURLException;
    }

    private <T> T guarded(Action<T> action) {
        try {
            return action.run();
        } catch (ReflectiveOperationException | MalformedURLException failure) {
            Throwable cause =
                    failure instanceof ReflectiveOperationException reflective ? Reflected.cause(reflective) : failure;
            throw new PeerUnavailableException(name() + " cannot run the model: " + cause.getMessage(), cause);
        }
    }

    private Library library() throws ReflectiveOperationException, MalformedURLException {
        Path jar;
        try (Progress _ = Progress.of(session.err(), "fetching " + name())) {
            jar = ModelCache.of(session).locate(session, "maven:" + COORDINATE + Versions.of("onnxruntime"));
        } catch (ModelException failure) {
            throw new PeerUnavailableException(name() + " is not available: " + failure.getMessage(), failure);
        }
        return new Library(jar);
    }

    /** The classes of the jar. */
    private static final class Library {
        private final ClassLoader loader;
        private final Object environment;

        Library(Path jar) throws ReflectiveOperationException, MalformedURLException {
            // Never closed: the library keeps native code that lives as long as the process.
            loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, OnnxRuntimePeer.class.getClassLoader());
            environment = Reflected.callStatic(type("OrtEnvironment"), "getEnvironment", errorsOnly());
        }

        private Class<?> type(String name) throws ClassNotFoundException {
            return loader.loadClass("ai.onnxruntime." + name);
        }

        private Object errorsOnly() throws ReflectiveOperationException {
            return Reflected.constant(type("OrtLoggingLevel"), "ORT_LOGGING_LEVEL_ERROR");
        }

        private Object session(Path model, int threads) throws ReflectiveOperationException {
            Object options = type("OrtSession$SessionOptions").getConstructor().newInstance();
            Reflected.call(options, "setIntraOpNumThreads", threads);
            Reflected.call(options, "setInterOpNumThreads", 1);
            Reflected.call(options, "setSessionLogLevel", errorsOnly());
            Object level = Reflected.constant(type("OrtSession$SessionOptions$OptLevel"), "ALL_OPT");
            Reflected.call(options, "setOptimizationLevel", level);
            return Reflected.call(environment, "createSession", model.toString(), options);
        }

        private Map<String, Object> bound(Map<String, Tensor> inputs) throws ReflectiveOperationException {
            Map<String, Object> given = new LinkedHashMap<>();
            for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
                given.put(input.getKey(), tensor(input.getValue()));
            }
            return given;
        }

        Contender prepare(String name, Path model, Map<String, Tensor> inputs, int threads)
                throws ReflectiveOperationException {
            Object ort = session(model, threads);
            Map<String, Object> given = bound(inputs);
            return new Contender(
                    name,
                    () -> unchecked(() -> Reflected.call(Reflected.call(ort, "run", given), "close")),
                    () -> unchecked(() -> Reflected.call(ort, "close")));
        }

        private static void unchecked(Action<?> action) {
            try {
                action.run();
            } catch (ReflectiveOperationException | MalformedURLException failure) {
                throw new PeerUnavailableException("the peer failed: " + failure, failure);
            }
        }

        Map<String, Tensor> run(Path model, Map<String, Tensor> inputs, int threads)
                throws ReflectiveOperationException {
            Object ort = session(model, threads);
            Map<String, Object> given = bound(inputs);
            Map<String, Tensor> results = new LinkedHashMap<>();
            for (Object output : (Iterable<?>) Reflected.call(ort, "run", given)) {
                Map.Entry<?, ?> entry = (Map.Entry<?, ?>) output;
                results.put((String) entry.getKey(), tensor((String) entry.getKey(), entry.getValue()));
            }
            return results;
        }

        private Object tensor(Tensor tensor) throws ReflectiveOperationException {
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
                    throw new PeerUnavailableException(
                            "ONNX Runtime's Java interface has no inputs of " + tensor.dtype(), null);
            };
            MemorySegment copy =
                    Arena.ofAuto().allocate(Math.max(1, tensor.segment().byteSize()), 64);
            copy.copyFrom(tensor.segment());
            ByteBuffer buffer =
                    copy.asSlice(0, tensor.segment().byteSize()).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            Object javaType = Reflected.constant(type("OnnxJavaType"), name);
            return Reflected.callStatic(type, "createTensor", environment, buffer, tensor.shape(), javaType);
        }

        private Tensor tensor(String name, Object value) throws ReflectiveOperationException {
            if (!type("OnnxTensor").isInstance(value)) {
                throw new PeerUnavailableException(
                        "output '" + name + "' is no tensor; only tensors are compared", null);
            }
            Object info = Reflected.call(value, "getInfo");
            long[] shape = (long[]) Reflected.call(info, "getShape");
            String type =
                    info.getClass().getField("onnxType").get(info).toString().replace(TYPE_PREFIX, "");
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
                    throw new PeerUnavailableException(
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
}
