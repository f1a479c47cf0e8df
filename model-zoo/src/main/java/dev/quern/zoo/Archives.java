package dev.quern.zoo;

import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Takes single files out of packages. */
final class Archives {
    /** Sizes and offsets of the POSIX tar header. */
    private static final int BLOCK = 512;

    private static final int NAME_LENGTH = 100;
    private static final int SIZE = 124;
    private static final int SIZE_LENGTH = 12;
    private static final int PREFIX = 345;
    private static final int PREFIX_LENGTH = 155;

    private Archives() {}

    static void unzip(Path archive, String name, Path to) throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            ZipEntry entry = zip.getEntry(name);
            if (entry == null) {
                throw new FileNotFoundException(archive.getFileName() + " holds no " + name);
            }
            try (InputStream in = zip.getInputStream(entry)) {
                Files.copy(in, to);
            }
        }
    }

    /** Unpacks one file of a gzipped tarball; names are those of the POSIX (ustar) header. */
    static void untar(Path archive, String name, Path to) throws IOException {
        try (InputStream in = new GZIPInputStream(new BufferedInputStream(Files.newInputStream(archive)))) {
            for (byte[] header = in.readNBytes(BLOCK);
                    header.length == BLOCK && header[0] != 0;
                    header = in.readNBytes(BLOCK)) {
                long size = Long.parseLong(text(header, SIZE, SIZE_LENGTH).strip(), 8);
                String prefix = text(header, PREFIX, PREFIX_LENGTH);
                String file = text(header, 0, NAME_LENGTH);
                if (name.equals(prefix.isEmpty() ? file : prefix + "/" + file)) {
                    copy(in, size, to);
                    return;
                }
                in.skipNBytes((size + BLOCK - 1) / BLOCK * BLOCK);
            }
        }
        throw new FileNotFoundException(archive.getFileName() + " holds no " + name);
    }

    private static void copy(InputStream in, long size, Path to) throws IOException {
        byte[] buffer = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(to)) {
            for (long left = size; left > 0; ) {
                int read = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, left));
                if (read == 0) {
                    throw new IOException("the archive ends " + left + " bytes early");
                }
                out.write(buffer, 0, read);
                left -= read;
            }
        }
    }

    private static String text(byte[] header, int from, int length) {
        int end = from;
        while (end < from + length && header[end] != 0) {
            end++;
        }
        return new String(header, from, end - from, StandardCharsets.UTF_8);
    }

    /** Deletes a folder and what is in it. */
    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
