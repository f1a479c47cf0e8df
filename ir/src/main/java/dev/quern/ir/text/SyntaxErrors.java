package dev.quern.ir.text;

import dev.quern.ModelException;
import dev.quern.ir.text.grammar.QuernParser;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.DefaultErrorStrategy;
import org.antlr.v4.runtime.Lexer;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.Vocabulary;
import org.antlr.v4.runtime.misc.Interval;
import org.antlr.v4.runtime.misc.IntervalSet;

/** Stops at the first mistake of a text with a {@link ModelException} that says where it is, what is expected and what is there. */
final class SyntaxErrors extends DefaultErrorStrategy {
    private static final int MOST_SHOWN = 40;

    /** A mistake at {@code token}. */
    static ModelException at(Token token, String expected, String found) {
        return at(token.getLine(), token.getCharPositionInLine(), "expected " + expected + ", found " + found);
    }

    /** A mistake at the start of {@code context}, whose text is what was found. */
    static ModelException at(ParserRuleContext context, String expected) {
        return at(context.getStart(), expected, shortened(context.getText()));
    }

    /** A mistake at a line and a column, both counted from 1 in the message. */
    static ModelException at(int line, int column, String message) {
        return new ModelException(ModelException.Code.MALFORMED_MODEL, line + ":" + (column + 1), message);
    }

    private static String shortened(String text) {
        return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "…";
    }

    /** {@code token} as a message shows it. */
    static String shown(Token token) {
        return token.getType() == Token.EOF ? "the end" : "'" + shortened(token.getText()) + "'";
    }

    /** A listener's view of a mistake in the characters. */
    static ModelException unreadable(Lexer lexer, int line, int column) {
        String rest = lexer.getInputStream()
                .getText(Interval.of(
                        lexer._tokenStartCharIndex, lexer.getInputStream().index()));
        boolean quote = rest.startsWith("\"") || rest.startsWith("%\"");
        String expected = quote ? "a text closed by a quote on its line" : "a word, number, value or sign";
        return at(line, column, "expected " + expected + ", found '" + shortened(rest) + "'");
    }

    @Override
    public void recover(Parser parser, RecognitionException mistake) {
        throw failure(parser, mistake.getOffendingToken(), mistake.getExpectedTokens());
    }

    @Override
    public Token recoverInline(Parser parser) {
        throw failure(parser, parser.getCurrentToken(), parser.getExpectedTokens());
    }

    @Override
    public void reportError(Parser parser, RecognitionException mistake) {
        recover(parser, mistake);
    }

    @Override
    public void sync(Parser parser) {}

    private static ModelException failure(Parser parser, Token found, IntervalSet possible) {
        IntervalSet expected = new IntervalSet(possible);
        List<String> names = new ArrayList<>();
        if (expected.contains(QuernParser.NAME) && expected.contains(QuernParser.STRING)) {
            names.add("a name");
            expected.remove(QuernParser.NAME);
            expected.remove(QuernParser.STRING);
            expected.remove(QuernParser.INDEX);
        }
        for (int type : expected.toList()) {
            names.add(name(parser.getVocabulary(), type));
        }
        return at(found, names.isEmpty() ? "something else" : String.join(" or ", names), shown(found));
    }

    private static String name(Vocabulary vocabulary, int type) {
        if (type == Token.EOF) {
            return "the end";
        }
        String symbol = vocabulary.getSymbolicName(type);
        return symbol == null
                ? vocabulary.getLiteralName(type)
                : switch (symbol) {
                    case "NAME" -> "a word";
                    case "STRING" -> "a quoted text";
                    case "INT" -> "a whole number";
                    case "FLOAT" -> "a number";
                    case "VALUE" -> "a value such as %x";
                    case "BITS" -> "bits such as f32#7fc00000";
                    case "DIGEST" -> "a digest such as #5feceb66";
                    default -> vocabulary.getDisplayName(type);
                };
    }
}
