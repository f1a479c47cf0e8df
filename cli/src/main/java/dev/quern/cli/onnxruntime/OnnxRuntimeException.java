package dev.quern.cli.onnxruntime;

/** ONNX Runtime cannot do what was asked; the message is its own. */
public final class OnnxRuntimeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OnnxRuntimeException(String message, Throwable cause) {
        super(message, cause);
    }
}
