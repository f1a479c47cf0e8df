package dev.quern.cli;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * NumPy's array file: eight bytes of magic and version, the length of a header, the header as a Python literal, the
 * elements. Read are little-endian arrays in C order, of the types that NumPy and ONNX share.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">numpy.lib.format</a>
 */
final class NumpyFile {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    private static final int MAX_HEADER = 1 << 16;
    private static final Map<String, DType> TYPES = Map.ofEntries(
            Map.entry("<f8", DType.F64),
            Map.entry("<f4", DType.F32),
            Map.entry("<f2", DType.F16),
            Map.entry("<i8", DType.I64),
            Map.entry("<i4", DType.I32),
            Map.entry("<i2", DType.I16),
            Map.entry("|i1", DType.I8),
            Map.entry("<u8", DType.U64),
            Map.entry("<u4", DType.U32),
            Map.entry("<u2", DType.U16),
            Map.entry("|u1", DType.U8),
            Map.entry("|b1", DType.BOOL),
            Map.entry("<c8", DType.C64),
            Map.entry("<c16", DType.C128));
    private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\s]*)\\)");

    private final Path file;
    private final MemorySegment bytes;

    private NumpyFile(Path file, MemorySegment bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /** The array in {@code file}, mapped. */
    static Tensor read(Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new ModelException(Code.IO, file.toString(), "expected a regular file");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new NumpyFile(file, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto()))
                    .tensor();
        } catch (NoSuchFileException missing) {
            throw new ModelException(Code.IO, file.toString(), "there is no such file", missing);
        } catch (IOException failure) {
            throw new ModelException(
                    Code.IO, file.toString(), "cannot be read (" + failure.getMessage() + ")", failure);
        }
    }

    private Tensor tensor() {
        if (bytes.byteSize() < 12
                || !Arrays.equals(MAGIC, bytes.asSlice(0, MAGIC.length).toArray(ValueLayout.JAVA_BYTE))) {
            throw invalid("expected a NumPy array file, found something else");
        }
        boolean narrow = bytes.get(ValueLayout.JAVA_BYTE, 6) == 1;
        long start = narrow ? 10 : 12;
        long length = 0;
        for (long at = start - 1; at >= 8; at--) {
            length = length << 8 | Byte.toUnsignedLong(bytes.get(ValueLayout.JAVA_BYTE, at));
        }
        if (length > Math.min(MAX_HEADER, bytes.byteSize() - start)) {
            throw invalid("expected a header that fits the file and 64 KiB, found one of " + length + " bytes");
        }
        String header =
                new String(bytes.asSlice(start, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        String type = field(header, TYPE, "descr");
        DType dtype = TYPES.get(type);
        if (dtype == null) {
            throw new ModelException(
                    Code.UNSUPPORTED,
                    file.toString(),
                    "elements of '" + type + "' are not supported; convert the array with astype()");
        }
        long[] shape = shape(field(header, SHAPE, "shape"));
        if (field(header, ORDER, "fortran_order").equals("True") && shape.length > 1) {
            throw new ModelException(
                    Code.UNSUPPORTED,
                    file.toString(),
                    "the array is in Fortran order; save numpy.ascontiguousarray() of it");
        }
        MemorySegment data = bytes.asSlice(start + length);
        long elements = Tensor.count(shape);
        if (elements > Long.MAX_VALUE / 128 || data.byteSize() != dtype.byteSize(elements)) {
            throw invalid("expected " + elements + " elements of " + dtype + ", found " + data.byteSize() + " bytes");
        }
        return Tensor.of(data, dtype, shape);
    }

    private String field(String header, Pattern pattern, String name) {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw invalid("expected a plain '" + name + "' in the header " + header.strip());
        }
        return matcher.group(1);
    }

    private long[] shape(String text) {
        try {
            return Arrays.stream(text.split(","))
                    .map(String::strip)
                    .filter(extent -> !extent.isEmpty())
                    .mapToLong(Long::parseLong)
                    .toArray();
        } catch (NumberFormatException notOne) {
            throw invalid("expected a shape, found (" + text + ")");
        }
    }

    private ModelException invalid(String message) {
        return new ModelException(Code.INVALID_INPUT, file.toString(), message);
    }

    /** Writes {@code tensor} as an array file of version 1. */
    static void write(Path file, Tensor tensor) throws IOException {
        String type = TYPES.entrySet().stream()
                .filter(entry -> entry.getValue() == tensor.dtype())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new ModelException(
                        Code.UNSUPPORTED,
                        file.toString(),
                        "NumPy has no type for " + tensor.dtype() + "; write a .pb file"));
        String extents = Arrays.stream(tensor.shape()).mapToObj(Long::toString).collect(Collectors.joining(", "));
        String shape = tensor.rank() == 1 ? "(" + extents + ",)" : "(" + extents + ")";
        String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
        int unpadded = MAGIC.length + 4 + header.length() + 1;
        int padding = (ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT;
        int length = header.length() + padding + 1;
        ByteBuffer head = ByteBuffer.allocate(unpadded + padding);
        head.put(MAGIC).put((byte) 1).put((byte) 0).put((byte) length).put((byte) (length >> 8));
        head.put((header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.ISO_8859_1))
                .flip();
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            writeAll(channel, head);
            MemorySegment data = tensor.segment();
            int chunk = 1 << 20;
            for (long at = 0; at < data.byteSize(); at += chunk) {
                // Copied, because an array of other than bytes has no view as bytes.
                MemorySegment part = data.asSlice(at, Math.min(chunk, data.byteSize() - at));
                writeAll(channel, ByteBuffer.wrap(part.toArray(ValueLayout.JAVA_BYTE)));
            }
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
