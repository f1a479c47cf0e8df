package dev.quern.cli.onnxruntime;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;

/** ONNX Runtime's Java interface, loaded from its jar. A process needs one. */
public final class OnnxRuntime {
    private static final String PACKAGE = "ai.onnxruntime.";

    private final ClassLoader loader;
    private final Object environment;

    private OnnxRuntime(ClassLoader loader, Object environment) {
        this.loader = loader;
        this.environment = environment;
    }

    /**
     * The library of {@code jar}.
     *
     * @throws OnnxRuntimeException if the jar is not ONNX Runtime's, or its native code does not load here
     */
    public static OnnxRuntime of(Path jar) {
        return Reflected.guarded(() -> {
            // Never closed: the library keeps native code that lives as long as the process.
            ClassLoader loader = new URLClassLoader(new URL[] {url(jar)}, OnnxRuntime.class.getClassLoader());
            Class<?> type = loader.loadClass(PACKAGE + "OrtEnvironment");
            return new OnnxRuntime(loader, Reflected.callStatic(type, "getEnvironment", errorsOnly(loader)));
        });
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException impossible) {
            throw new IllegalStateException("a file has a URL", impossible);
        }
    }

    private static Object errorsOnly(ClassLoader loader) throws ReflectiveOperationException {
        return Reflected.constant(loader.loadClass(PACKAGE + "OrtLoggingLevel"), "ORT_LOGGING_LEVEL_ERROR");
    }

    /**
     * Loads a model.
     *
     * @throws OnnxRuntimeException if ONNX Runtime does not take it
     */
    public OnnxRuntimeSession open(Path model, SessionSettings settings) {
        return Reflected.guarded(() -> {
            Object options = type("OrtSession$SessionOptions").getConstructor().newInstance();
            Reflected.call(options, "setIntraOpNumThreads", settings.threads());
            Reflected.call(options, "setInterOpNumThreads", 1);
            Reflected.call(options, "setSessionLogLevel", errorsOnly(loader));
            Object level = Reflected.constant(
                    type("OrtSession$SessionOptions$OptLevel"), settings.optimised() ? "ALL_OPT" : "NO_OPT");
            Reflected.call(options, "setOptimizationLevel", level);
            if (settings.stopsSpinning()) {
                Reflected.call(options, "addConfigEntry", "session.force_spinning_stop", "1");
            }
            return new OnnxRuntimeSession(
                    Reflected.call(environment, "createSession", model.toString(), options),
                    new OnnxTensors(loader, environment));
        });
    }

    private Class<?> type(String name) throws ClassNotFoundException {
        return loader.loadClass(PACKAGE + name);
    }
}
