package dev.quern.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;

/** Class files as text, by the JDK's {@code javap}. */
final class Disassembly {
    private Disassembly() {}

    /** The members and instructions of the class in {@code classFile}. */
    static String of(byte[] classFile) {
        ToolProvider javap = ToolProvider.findFirst("javap").orElse(null);
        if (javap == null) {
            return classFile.length + " bytes; this Java has no javap, write the class files with --out";
        }
        try {
            Path file = Files.createTempFile("kernel", ".class");
            try {
                Files.write(file, classFile);
                StringWriter text = new StringWriter();
                PrintWriter out = new PrintWriter(text);
                javap.run(out, out, "-p", "-c", file.toString());
                return text.toString()
                        .lines()
                        .filter(line -> !line.startsWith("Warning:"))
                        .reduce("", (a, b) -> a + b + "\n");
            } finally {
                Files.delete(file);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
