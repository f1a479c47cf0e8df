package dev.quern.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a time such as {@code 30s}, {@code 500ms} or {@code 2m}. */
final class TimeBudget implements ITypeConverter<Duration> {
    private static final Duration MOST = Duration.ofDays(1);
    private static final Pattern TIME = Pattern.compile("([1-9][0-9]{0,8})(ms|s|m)");

    TimeBudget() {}

    @Override
    public Duration convert(String text) {
        Matcher time = TIME.matcher(text);
        if (!time.matches()) {
            throw new TypeConversionException("expected a time such as 30s, 500ms or 2m, found '" + text + "'");
        }
        long number = Long.parseLong(time.group(1));
        Duration budget = switch (time.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            default -> Duration.ofMinutes(number);
        };
        if (budget.compareTo(MOST) > 0) {
            throw new TypeConversionException("expected at most a day, found '" + text + "'");
        }
        return budget;
    }
}
