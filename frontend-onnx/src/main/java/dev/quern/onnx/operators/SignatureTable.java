package dev.quern.onnx.operators;

import dev.quern.DType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The signatures in {@code signatures.txt}, whose first lines say how it is written. Immutable; those of an operator are read when they are first
 * asked for, since a model has few of all operators.
 */
public final class SignatureTable {
    private static final String FILE = "signatures.txt";
    private static final Pattern LINE = Pattern.compile(
            "(?:([a-z.]+):)?([A-Za-z0-9]+) ([0-9]+) \\(([^)]*)\\) -> \\(([^)]*)\\) \\{([^}]*)\\} ?(.*)");
    private static final Pattern PARAMETER = Pattern.compile("([^:]+):([A-Za-z0-9_]+)([?*~]?)([0-9]*)");

    private static final SignatureTable ONNX = read();

    private final Map<String, Set<DType>> groups = new HashMap<>();

    /** The lines of each operator. */
    private final Map<String, List<String>> lines = new HashMap<>();

    private final Map<String, List<OperatorSignature>> signatures = new ConcurrentHashMap<>();

    private SignatureTable() {}

    /** The table. */
    public static SignatureTable onnx() {
        return ONNX;
    }

    /**
     * The signature of an operator in a version of its operator set; empty if there is none.
     *
     * @param domain operator set; the standard one is {@code ""}
     */
    public Optional<OperatorSignature> find(String domain, String name, long version) {
        String operator = key(domain, name);
        // A model may name an operator anything: the colon is ours.
        if (name.indexOf(':') >= 0 || !lines.containsKey(operator)) {
            return Optional.empty();
        }
        OperatorSignature found = null;
        for (OperatorSignature signature : signatures.computeIfAbsent(operator, this::signatures)) {
            if (signature.since() <= version) {
                found = signature;
            }
        }
        return Optional.ofNullable(found);
    }

    private static String key(String domain, String name) {
        return domain.isEmpty() ? name : domain + ":" + name;
    }

    /** The operators of the table as its lines name them, the domain before a colon if it is not the standard one. */
    Set<String> operators() {
        return Set.copyOf(lines.keySet());
    }

    private static SignatureTable read() {
        SignatureTable table = new SignatureTable();
        try (InputStream stream = SignatureTable.class.getResourceAsStream(FILE);
                BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("@")) {
                    String[] group = line.split("=");
                    table.groups.put(group[0], table.dtypes(group[1]));
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    table.lines
                            .computeIfAbsent(line.substring(0, line.indexOf(' ')), name -> new ArrayList<>())
                            .add(line);
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return table;
    }

    private List<OperatorSignature> signatures(String operator) {
        List<OperatorSignature> versions = new ArrayList<>();
        for (String line : lines.get(operator)) {
            versions.add(signature(line));
        }
        return versions;
    }

    private OperatorSignature signature(String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw new IllegalStateException(FILE + ": not a signature: " + line);
        }
        Map<String, OperatorSignature.KnownAttribute> attributes = new HashMap<>();
        for (String attribute : list(parts.group(6), ", ")) {
            boolean required = attribute.endsWith("!");
            String[] words = attribute
                    .substring(0, attribute.length() - (required ? 1 : 0))
                    .split(":");
            AttributeKind kind = AttributeKind.valueOf(words[1].toUpperCase(Locale.ROOT));
            attributes.put(words[0], new OperatorSignature.KnownAttribute(kind, required));
        }
        Map<String, Set<DType>> types = new HashMap<>();
        for (String variable : list(parts.group(7), " ")) {
            String[] words = variable.split("=");
            types.put(words[0], dtypes(words[1]));
        }
        return new OperatorSignature(
                Integer.parseInt(parts.group(3)),
                parameters(parts.group(4)),
                parameters(parts.group(5)),
                attributes,
                types);
    }

    private static List<Parameter> parameters(String text) {
        List<Parameter> parameters = new ArrayList<>();
        for (String parameter : list(text, ", ")) {
            Matcher parts = PARAMETER.matcher(parameter);
            if (!parts.matches()) {
                throw new IllegalStateException(FILE + ": not a parameter: " + parameter);
            }
            Parameter.Occurrence occurrence = switch (parts.group(3)) {
                case "?" -> Parameter.Occurrence.OPTIONAL;
                case "*" -> Parameter.Occurrence.MANY;
                case "~" -> Parameter.Occurrence.MIXED;
                default -> Parameter.Occurrence.ONE;
            };
            int least = parts.group(4).isEmpty() ? 0 : Integer.parseInt(parts.group(4));
            parameters.add(new Parameter(parts.group(1), parts.group(2), occurrence, least));
        }
        return parameters;
    }

    private Set<DType> dtypes(String text) {
        Set<DType> dtypes = EnumSet.noneOf(DType.class);
        for (String label : list(text, ",")) {
            if (label.startsWith("@")) {
                dtypes.addAll(groups.get(label));
            } else {
                dtypes.add(DType.of(label));
            }
        }
        return dtypes;
    }

    private static List<String> list(String text, String separator) {
        return text.isBlank() ? List.of() : List.of(text.strip().split(separator));
    }
}
