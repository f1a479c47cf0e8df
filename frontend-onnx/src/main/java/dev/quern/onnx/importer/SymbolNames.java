package dev.quern.onnx.importer;

import dev.quern.ir.Dim;
import dev.quern.ir.graph.GraphBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The symbols that a model's own names of dimensions become: the same name is the same symbol. */
final class SymbolNames {
    /** Words that have a meaning in printed dimensions. */
    private static final Set<String> WORDS = Set.of("floordiv", "min", "max");

    private final Map<String, Dim> symbols = new HashMap<>();

    Dim of(String name, GraphBuilder builder) {
        return symbols.computeIfAbsent(name, key -> builder.freshSymbol(clean(key)));
    }

    /** {@code name} as an identifier. */
    static String clean(String name) {
        String cleaned = name.replaceAll("[^A-Za-z0-9_]+", "_").replaceAll("^_+|_+$", "");
        if (cleaned.isEmpty() || WORDS.contains(cleaned)) {
            return "d" + cleaned;
        }
        return Character.isDigit(cleaned.charAt(0)) ? "d" + cleaned : cleaned;
    }
}
