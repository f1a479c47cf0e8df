package dev.quern.cli.bench;

import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * The compiled methods that this JVM would run if they were called now, as its diagnostic command {@code Compiler.codelist} lists
 * them: an on-stack replacement is one like the others, and a method that is compiled into its callers only is none.
 */
public final class CodeList {
    /** Number, level, state (0: in use), class, method, descriptor. */
    private static final Pattern LINE = Pattern.compile("\\s*\\d+\\s+(\\d)\\s+(-?\\d)\\s+(\\S+)\\.(\\S+?)\\(.*");

    private final Map<String, Map<String, Tier>> tiers;

    private CodeList(Map<String, Map<String, Tier>> tiers) {
        this.tiers = tiers;
    }

    /** The list now; empty where this is not HotSpot. */
    public static Optional<CodeList> now() {
        try {
            Object text = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "compilerCodelist",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
            return Optional.of(parse((String) text));
        } catch (JMException absent) {
            return Optional.empty();
        }
    }

    /** Reads the command's answer. Of a hidden class, what follows its name's {@code /} or {@code +} is an address, and left out. */
    public static CodeList parse(String text) {
        Map<String, Map<String, Tier>> tiers = new HashMap<>();
        for (String line : text.lines().toList()) {
            Matcher parts = LINE.matcher(line);
            if (parts.matches() && parts.group(2).equals("0")) {
                String type = parts.group(3).replaceAll("[/+].*", "");
                Tier tier = Tier.ofLevel(Integer.parseInt(parts.group(1)));
                tiers.computeIfAbsent(type, key -> new HashMap<>())
                        .merge(parts.group(4), tier, (one, other) -> one.compareTo(other) >= 0 ? one : other);
            }
        }
        return new CodeList(tiers);
    }

    /** What has been made of a method of the class called {@code type}. */
    public Tier of(String type, String method) {
        return tiers.getOrDefault(type, Map.of()).getOrDefault(method, Tier.NONE);
    }

    @Override
    public String toString() {
        return tiers.values().stream().mapToInt(Map::size).sum() + " methods of " + tiers.size() + " classes";
    }
}
