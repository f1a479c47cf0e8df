package dev.quern.acceptance;

import dev.quern.DType;
import dev.quern.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Reads the arrays of an {@code .npz} file: a zip of {@code .npy} files, here of version 1, in C order, of i64 or f32. */
final class NumpyArchive {
    private static final Pattern HEADER =
            Pattern.compile("\\{'descr': '<(i8|f4)', 'fortran_order': False, 'shape': \\(([0-9, ]*)\\), \\}\\s*");
    private static final int PREAMBLE = 10;

    private NumpyArchive() {}

    static Map<String, Tensor> read(Path file) throws IOException {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : zip.stream().toList()) {
                try (var in = zip.getInputStream(entry)) {
                    arrays.put(entry.getName().replaceFirst("\\.npy$", ""), array(entry.getName(), in.readAllBytes()));
                }
            }
        }
        return arrays;
    }

    private static Tensor array(String name, byte[] npy) throws IOException {
        int length = ByteBuffer.wrap(npy).order(ByteOrder.LITTLE_ENDIAN).getShort(8) & 0xffff;
        String header = new String(npy, PREAMBLE, length, StandardCharsets.US_ASCII);
        Matcher matcher = HEADER.matcher(header);
        if (npy[6] != 1 || !matcher.matches()) {
            throw new IOException(name + ": expected version 1, C order, <i8 or <f4, found " + header);
        }
        long[] shape = Arrays.stream(matcher.group(2).split(","))
                .map(String::strip)
                .filter(extent -> !extent.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
        DType dtype = matcher.group(1).equals("i8") ? DType.I64 : DType.F32;
        byte[] data = Arrays.copyOfRange(npy, PREAMBLE + length, npy.length);
        return Tensor.of(MemorySegment.ofArray(data), dtype, shape);
    }
}
