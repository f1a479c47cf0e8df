package dev.quern.runtime.archive;

import dev.quern.ir.backend.Target;
import dev.quern.passes.CompileOptions;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * All that what is compiled depends on.
 *
 * @param properties by name
 */
public record CompilationKey(Map<String, String> properties) {
    /** The property that has the digest of the model. */
    public static final String MODEL = "model";

    /** The property that says where tuning records are looked for. */
    private static final String RECORDS = "records";

    public CompilationKey {
        properties = new LinkedHashMap<>(properties);
    }

    /**
     * The key of one compilation.
     *
     * @param build which build of Quern compiles
     * @param model digest of the model's file
     * @param records the place of the tuning records that schedules are taken from; empty if none are. What they say is no part of the key
     */
    public static CompilationKey of(String build, String model, Target target, CompileOptions options, String records) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("quern", build);
        properties.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
        properties.put("machine", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        properties.put("target", target.toString());
        properties.put("schedules", Boolean.toString(options.schedules()));
        properties.put("deterministic", Boolean.toString(options.deterministic()));
        properties.put("winograd", Boolean.toString(options.winograd()));
        properties.put("attention", Boolean.toString(options.attention()));
        properties.put(RECORDS, records.isEmpty() ? "" : sha(records));
        properties.put(MODEL, model);
        return new CompilationKey(properties);
    }

    /** A name for it that no other key has. */
    public String digest() {
        return sha(properties.toString());
    }

    private static String sha(String text) {
        return HexFormat.of().formatHex(Digests.sha().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * What of {@code manifest} is not as this key has it, in words; empty if it is of what this key compiles to. Under other tuning records the same is computed,
     * so that a model compiled ahead of time keeps its schedules.
     */
    public Optional<String> misfit(Manifest manifest) {
        return properties.entrySet().stream()
                .filter(property -> !property.getKey().equals(RECORDS))
                .filter(property -> !manifest.property(property.getKey()).equals(property.getValue()))
                .map(property -> "it was compiled for " + property.getKey() + " '"
                        + manifest.property(property.getKey()) + "', and this is '" + property.getValue() + "'")
                .findFirst();
    }
}
