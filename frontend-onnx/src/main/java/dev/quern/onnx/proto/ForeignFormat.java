package dev.quern.onnx.proto;

import dev.quern.ModelException.Code;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Recognises what people have in place of an ONNX file, to say so in place of "malformed". */
enum ForeignFormat {
    GIT_LFS(0, "version https://git-lfs", "a Git LFS pointer; run 'git lfs pull' to fetch the model itself"),
    ORT(4, "ORTM", "ONNX Runtime's own format; use the .onnx file it was converted from"),
    TFLITE(4, "TFL3", "a TensorFlow Lite model; convert it to ONNX"),
    COMPILED(
            -ForeignFormat.ARCHIVE_END,
            "quern-archive ",
            "a model compiled ahead of time, which Model.load, 'quern run' and 'quern verify' take; for others unzip "
                    + "model.onnx from it"),
    COMPILED_CUT(
            30,
            "graph.qir",
            "a model compiled ahead of time that is cut short or damaged; copy it again, or compile the model again"),
    ZIP(
            0,
            "PK\u0003\u0004",
            "a zip archive (PyTorch checkpoints are ones, too); unpack it, or export the model to ONNX"),
    GZIP(0, "\u001f\u008b", "compressed with gzip; unpack it"),
    HDF5(0, "\u0089HDF", "an HDF5 file; export the model to ONNX"),
    HTML(0, "<!DOCTYPE", "a web page; fetch the file again"),
    HTML_BARE(0, "<html", "a web page; fetch the file again");

    /** How far from its end a compiled model says what it is. */
    private static final int ARCHIVE_END = 56;

    private final int offset;
    private final byte[] signature;
    private final String description;

    ForeignFormat(int offset, String signature, String description) {
        this.offset = offset;
        this.signature = signature.getBytes(StandardCharsets.ISO_8859_1);
        this.description = description;
    }

    /** Throws if {@code source} is empty or something else than protobuf. */
    static void refuse(WireSource source) {
        if (source.bytes().byteSize() == 0) {
            throw source.fail(
                    Code.MALFORMED_MODEL,
                    FieldPath.ROOT,
                    0,
                    "expected an ONNX model, found no bytes; fetch the file again");
        }
        for (ForeignFormat format : values()) {
            if (format.matches(source)) {
                throw source.fail(
                        Code.MALFORMED_MODEL, FieldPath.ROOT, 0, "expected an ONNX model, found " + format.description);
            }
        }
    }

    /** The signature lies at an offset from the beginning, or if that is negative from the end. */
    private boolean matches(WireSource source) {
        long at = offset < 0 ? source.bytes().byteSize() + offset : offset;
        if (at < 0 || source.bytes().byteSize() < at + signature.length) {
            return false;
        }
        for (int i = 0; i < signature.length; i++) {
            if (source.bytes().get(ValueLayout.JAVA_BYTE, at + i) != signature[i]) {
                return false;
            }
        }
        return true;
    }
}
