package dev.quern.ir.text;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.antlr.v4.runtime.ParserRuleContext;

/** Reads constants of enums, written as words in small letters. */
final class Words {
    private Words() {}

    static <E extends Enum<E>> E read(Class<E> kind, ParserRuleContext context) {
        return find(kind, context.getText()).orElseThrow(() -> SyntaxErrors.at(context, choices(kind)));
    }

    static <E extends Enum<E>> Optional<E> find(Class<E> kind, String word) {
        return Arrays.stream(kind.getEnumConstants())
                .filter(constant -> ExpressionText.word(constant).equals(word))
                .findFirst();
    }

    static <E extends Enum<E>> String choices(Class<E> kind) {
        return Arrays.stream(kind.getEnumConstants())
                .map(ExpressionText::word)
                .collect(Collectors.joining(", ", "one of ", ""));
    }
}
