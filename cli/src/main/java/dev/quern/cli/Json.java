package dev.quern.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Prints one JSON value. */
final class Json {
    /** Writes a value. */
    @FunctionalInterface
    interface JsonContent {
        void write(JsonGenerator json) throws IOException;
    }

    private Json() {}

    /** Prints the object whose fields {@code content} writes. */
    static void print(PrintStream out, JsonContent content) {
        out.println(text(content));
    }

    /** The text of the object whose fields {@code content} writes. */
    static String text(JsonContent content) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            json.writeStartObject();
            content.write(json);
            json.writeEndObject();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return text.toString();
    }
}
