import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A small WordPiece tokenizer for uncased BERT vocabularies, read from a Hugging Face {@code tokenizer.json}. An example,
 * not part of the library.
 */
final class WordPiece {
    private static final Pattern ENTRY = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"\\s*:\\s*(\\d+)");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|(.))");

    private final Map<String, Integer> vocabulary;

    private WordPiece(Map<String, Integer> vocabulary) {
        this.vocabulary = vocabulary;
    }

    /** Reads the vocabulary of {@code tokenizer.json}. */
    static WordPiece read(Path file) throws IOException {
        String json = Files.readString(file);
        int start = json.indexOf('{', json.indexOf("\"vocab\""));
        Map<String, Integer> vocabulary = new HashMap<>();
        Matcher entry = ENTRY.matcher(json).region(start, json.length());
        while (entry.find()) {
            vocabulary.put(unescape(entry.group(1)), Integer.parseInt(entry.group(2)));
        }
        return new WordPiece(vocabulary);
    }

    private static String unescape(String text) {
        return ESCAPE.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(
                        found.group(1) != null
                                ? String.valueOf((char) Integer.parseInt(found.group(1), 16))
                                : found.group(2)));
    }

    /** The token ids of {@code text}, between the marks for start and end. */
    long[] encode(String text) {
        List<Integer> ids = new ArrayList<>(List.of(vocabulary.get("[CLS]")));
        for (String word : words(text)) {
            ids.addAll(pieces(word));
        }
        ids.add(vocabulary.get("[SEP]"));
        return ids.stream().mapToLong(Integer::longValue).toArray();
    }

    private static List<String> words(String text) {
        String plain = Normalizer.normalize(text.toLowerCase(Locale.ROOT), Normalizer.Form.NFD)
                .replaceAll("\\p{Mn}", "");
        List<String> words = new ArrayList<>();
        Matcher word = Pattern.compile("[\\p{L}\\p{N}]+|[^\\s\\p{L}\\p{N}]").matcher(plain);
        while (word.find()) {
            words.add(word.group());
        }
        return words;
    }

    /** Greedy longest pieces; a word that cannot be split is unknown. */
    private List<Integer> pieces(String word) {
        List<Integer> pieces = new ArrayList<>();
        int from = 0;
        while (from < word.length()) {
            int to = word.length();
            String prefix = from == 0 ? "" : "##";
            while (to > from && !vocabulary.containsKey(prefix + word.substring(from, to))) {
                to--;
            }
            if (to == from) {
                return List.of(vocabulary.get("[UNK]"));
            }
            pieces.add(vocabulary.get(prefix + word.substring(from, to)));
            from = to;
        }
        return pieces;
    }
}
