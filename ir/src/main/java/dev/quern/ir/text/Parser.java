package dev.quern.ir.text;

import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.text.grammar.QuernLexer;
import dev.quern.ir.text.grammar.QuernParser;
import dev.quern.ir.verify.GraphVerifier;
import dev.quern.ir.verify.InvalidIrException;
import dev.quern.ir.verify.KernelVerifier;
import java.util.function.Function;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.atn.PredictionMode;

/**
 * Reads what {@link GraphPrinter}, {@link KernelPrinter}, {@link SchedulePrinter} and {@link Dim#toString} write, and what
 * people write in their place: {@code parse(print(x)).equals(x)}. Comments run from {@code //} to the end of the line.
 *
 * <p>A mistake is a {@link ModelException} whose place is {@code line:column}, both from 1, and whose message says what is
 * expected and what is found: {@link ModelException.Code#MALFORMED_MODEL} if it is in the form, {@link
 * ModelException.Code#INVALID_MODEL} if the text reads well and says something that breaks a rule of the IR. Work and
 * memory are linear in the length of the text; brackets may be {@value #DEEPEST} deep.
 */
public final class Parser {
    /** How deep brackets may nest. */
    public static final int DEEPEST = 200;

    private static final int LONGEST = 1 << 27;

    private Parser() {}

    /** Reads an expression such as {@code 4*i + floordiv(n, 8) - 1}. */
    public static Dim parseDim(String text) {
        return DimReader.read(parser(text).dimText().dim());
    }

    /** Reads a schedule. */
    public static Schedule parseSchedule(String text) {
        return ScheduleReader.read(parser(text).scheduleText().schedule());
    }

    /** Reads a kernel that obeys the rules of {@link KernelVerifier}. */
    public static Kernel parseKernel(String text) {
        Kernel kernel = KernelReader.read(parser(text).kernelText().kernel());
        check(() -> KernelVerifier.verify(kernel));
        return kernel;
    }

    /** Reads a graph whose constants are all spelt out. */
    public static Graph parseGraph(String text) {
        return parseGraph(text, digest -> null);
    }

    /**
     * Reads a graph that obeys the rules of {@link GraphVerifier}.
     *
     * @param constants gives the elements of constants that the text names by {@link
     *     dev.quern.ir.graph.Literal#digest digest}, or null for an unknown one
     */
    public static Graph parseGraph(String text, Function<String, Tensor> constants) {
        Graph graph = GraphReader.read(parser(text).graphText().graph(), constants);
        check(() -> GraphVerifier.verify(graph));
        return graph;
    }

    private static void check(Runnable verification) {
        try {
            verification.run();
        } catch (InvalidIrException breach) {
            throw new ModelException(ModelException.Code.INVALID_MODEL, "", breach.getMessage(), breach);
        }
    }

    private static QuernParser parser(String text) {
        if (text.length() > LONGEST) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    "text",
                    "expected at most " + LONGEST + " characters, found " + text.length());
        }
        checkCharacters(text);
        QuernLexer lexer = new QuernLexer(CharStreams.fromString(text));
        lexer.removeErrorListeners();
        lexer.addErrorListener(new BaseErrorListener() {
            @Override
            public void syntaxError(
                    Recognizer<?, ?> recognizer,
                    Object symbol,
                    int line,
                    int column,
                    String message,
                    RecognitionException mistake) {
                throw SyntaxErrors.unreadable(lexer, line, column);
            }
        });
        CommonTokenStream tokens = new CommonTokenStream(lexer);
        tokens.fill();
        checkDepth(tokens);
        QuernParser parser = new QuernParser(tokens);
        parser.removeErrorListeners();
        parser.setErrorHandler(new SyntaxErrors());
        parser.getInterpreter().setPredictionMode(PredictionMode.SLL);
        return parser;
    }

    private static void checkCharacters(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (Character.isSurrogate(text.charAt(at))) {
                if (Character.getType(text.codePointAt(at)) == Character.SURROGATE) {
                    int line = (int) text.substring(0, at)
                            .chars()
                            .filter(unit -> unit == '\n')
                            .count();
                    int column = at - 1 - text.lastIndexOf('\n', at);
                    throw SyntaxErrors.at(line + 1, column, "expected characters, found half of one");
                }
                at++;
            }
        }
    }

    private static void checkDepth(CommonTokenStream tokens) {
        int depth = 0;
        for (Token token : tokens.getTokens()) {
            switch (token.getText()) {
                case "(", "[", "{" -> depth++;
                case ")", "]", "}" -> depth--;
                default -> {}
            }
            if (depth > DEEPEST) {
                throw SyntaxErrors.at(token, "brackets at most " + DEEPEST + " deep", "deeper ones");
            }
        }
    }
}
