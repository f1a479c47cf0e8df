package dev.quern.runtime.archive;

import dev.quern.ir.NameText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an archive says of itself, as text of one fact a line: properties, then entries.
 *
 * @param properties what it was made of, by what and for what
 * @param entries what it holds
 */
public record Manifest(Map<String, String> properties, List<Entry> entries) {
    private static final String FORMAT = "quern-archive 1";
    private static final String ENTRY = "entry";

    /** Characters of the file that a message shows at a time; escaped, one may take six. */
    private static final int MOST_QUOTED = 64;

    /**
     * A part of the file.
     *
     * @param name as in the zip directory
     * @param offset where its bytes begin in the file
     * @param length how many they are
     * @param crc CRC-32C of them, in hexadecimal
     * @param sha SHA-256 of them, in hexadecimal
     */
    public record Entry(String name, long offset, long length, String crc, String sha) {}

    /** Bytes of one entry are no other's, and no two have one name. */
    public Manifest {
        properties = new LinkedHashMap<>(properties);
        entries = List.copyOf(entries);
        Set<String> names = new HashSet<>();
        long end = 0;
        for (Entry entry : entries) {
            if (entry.offset() < end || entry.length() < 0 || entry.length() > Long.MAX_VALUE - entry.offset()) {
                throw new DamagedException(
                        "its entry " + quoted(entry.name()) + " begins before the one before it ends");
            }
            if (!names.add(entry.name())) {
                throw new DamagedException("it has two entries " + quoted(entry.name()));
            }
            end = entry.offset() + entry.length();
        }
    }

    /** What a file says, for a message: the beginning of it, in quotes, with what is not seen escaped. */
    static String quoted(String text) {
        return text.length() <= MOST_QUOTED
                ? NameText.quote(text)
                : NameText.quote(text.substring(0, MOST_QUOTED)) + " and so on";
    }

    /** The entry called {@code name}; found in a time that grows with their number. */
    public Optional<Entry> entry(String name) {
        return entries.stream().filter(entry -> entry.name().equals(name)).findFirst();
    }

    /** The property called {@code name}; empty if there is none. */
    public String property(String name) {
        return properties.getOrDefault(name, "");
    }

    /** As text; line breaks in properties become blanks. */
    byte[] text() {
        StringBuilder text = new StringBuilder(FORMAT).append('\n');
        properties.forEach((name, value) -> text.append(name)
                .append(' ')
                .append(value.replaceAll("\\R", " "))
                .append('\n'));
        for (Entry entry : entries) {
            text.append(ENTRY)
                    .append(' ')
                    .append(entry.offset())
                    .append(' ')
                    .append(entry.length())
                    .append(' ');
            text.append(entry.crc())
                    .append(' ')
                    .append(entry.sha())
                    .append(' ')
                    .append(entry.name())
                    .append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws DamagedException if it is not that
     */
    static Manifest parse(byte[] bytes) {
        String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n");
        if (!lines[0].equals(FORMAT)) {
            throw new DamagedException("its manifest begins with " + quoted(lines[0]) + ", expected " + quoted(FORMAT));
        }
        Map<String, String> properties = new LinkedHashMap<>();
        List<Entry> entries = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            String[] words = lines[i].split(" ", 2);
            if (words.length != 2) {
                throw new DamagedException("its manifest has a line " + quoted(lines[i]));
            }
            if (words[0].equals(ENTRY)) {
                entries.add(parsed(words[1]));
            } else {
                properties.put(words[0], words[1]);
            }
        }
        return new Manifest(properties, entries);
    }

    private static Entry parsed(String text) {
        String[] words = text.split(" ", 5);
        try {
            if (words.length == 5) {
                return new Entry(
                        words[4],
                        Long.parseUnsignedLong(words[0]),
                        Long.parseUnsignedLong(words[1]),
                        words[2],
                        words[3]);
            }
        } catch (NumberFormatException noNumber) {
            // Its message has the whole text, which is shown below.
        }
        throw new DamagedException("its manifest has an entry " + quoted(text));
    }
}
