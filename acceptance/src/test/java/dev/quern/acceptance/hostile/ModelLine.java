package dev.quern.acceptance.hostile;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A model written on one line, as {@code seeds.txt} says. Constants without elements have small numbers that differ. */
final class ModelLine {
    private static final Pattern VALUE =
            Pattern.compile("(\\w+)([:=])(\\w+)\\[([^\\]]*)\\](?:\\{([^}]*)\\})?(?:\\s+|$)");
    private static final Pattern NODE =
            Pattern.compile("(\\w+)\\(([^)]*)\\)->([\\w,]+)(?:\\s*\\{([^}]*)\\})?(?:\\s+|$)");
    private static final Pattern ATTRIBUTE = Pattern.compile("(\\w+)=(\"[^\"]*\"|\\[[^\\]]*\\]|[^,]+)(?:,|$)");

    private final OnnxBuilder builder = new OnnxBuilder();
    private final Set<String> results = new LinkedHashSet<>();
    private final Set<String> read = new LinkedHashSet<>();

    private ModelLine() {}

    /** The name of the model on {@code line}. */
    static String name(String line) {
        return line.substring(0, line.indexOf(':'));
    }

    /** The bytes of the model on {@code line}. */
    static byte[] build(String line) {
        ModelLine model = new ModelLine();
        model.builder.name(name(line));
        for (String part : line.substring(line.indexOf(':') + 1).split(";")) {
            model.part(part.strip());
        }
        model.results.stream().filter(result -> !model.read.contains(result)).forEach(model.builder::output);
        return model.builder.build();
    }

    private void part(String text) {
        String rest = text;
        while (!rest.isEmpty()) {
            Matcher value = VALUE.matcher(rest);
            Matcher node = NODE.matcher(rest);
            if (value.lookingAt()) {
                value(value);
                rest = rest.substring(value.end());
            } else if (node.lookingAt()) {
                node(node);
                rest = rest.substring(node.end());
            } else {
                throw new IllegalArgumentException("neither a value nor an operation: " + rest);
            }
        }
    }

    private static DType dtype(String name) {
        return DType.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static List<String> list(String text) {
        return text == null || text.isBlank() ? List.of() : Arrays.asList(text.split(",", -1));
    }

    private void value(Matcher value) {
        DType dtype = dtype(value.group(3));
        List<String> extents = list(value.group(4));
        if (value.group(2).equals(":")) {
            Object[] shape = extents.stream()
                    .map(extent -> extent.matches("\\d+") ? (Object) Long.valueOf(extent) : extent)
                    .toArray();
            builder.input(value.group(1), dtype, shape);
        } else {
            long[] shape = extents.stream().mapToLong(Long::parseLong).toArray();
            builder.initializer(value.group(1), tensor(dtype, shape, list(value.group(5))));
        }
    }

    private static Tensor tensor(DType dtype, long[] shape, List<String> elements) {
        int count = Math.toIntExact(Tensor.count(shape));
        if (dtype == DType.STRING) {
            return Tensor.of(
                    elements.stream().map(text -> text.replace("\"", "")).toArray(String[]::new), shape);
        }
        double[] numbers = new double[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = elements.isEmpty() ? (i * 7 % 11 - 5) * 0.25 : Double.parseDouble(elements.get(i));
        }
        return NumberTensors.tensor(dtype, numbers, shape);
    }

    private void node(Matcher node) {
        List<String> operands = list(node.group(2));
        List<String> given = list(node.group(3));
        read.addAll(operands);
        results.addAll(given);
        Map<String, OnnxAttribute> attributes = new LinkedHashMap<>();
        if (node.group(4) != null) {
            Matcher attribute = ATTRIBUTE.matcher(node.group(4));
            while (attribute.find()) {
                attributes.put(attribute.group(1), attribute(attribute.group(2)));
            }
        }
        builder.node(new OnnxNode("", node.group(1), "", "", operands, given, attributes));
    }

    private static OnnxAttribute attribute(String text) {
        if (text.startsWith("\"")) {
            return OnnxAttribute.of(text.replace("\"", ""));
        }
        if (text.startsWith("[")) {
            List<String> items = list(text.substring(1, text.length() - 1));
            if (text.contains(".")) {
                List<Float> floats = new ArrayList<>();
                items.forEach(item -> floats.add(Float.valueOf(item)));
                return new OnnxAttribute.Floats(floats);
            }
            return new OnnxAttribute.Ints(items.stream().map(Long::valueOf).toList());
        }
        return text.contains(".") ? OnnxAttribute.of(Float.parseFloat(text)) : OnnxAttribute.of(Long.parseLong(text));
    }
}
