package dev.quern.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes as the command line spells it: {@code 65536}, {@code 512k}, {@code 100m}, {@code 4g}. */
final class ByteSize implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,12})([kmgKMG]?)");

    ByteSize() {}

    @Override
    public Long convert(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches() || Long.parseLong(form.group(1)) == 0) {
            throw new TypeConversionException("expected a number of bytes, or 512k, 100m, 4g, found '" + text + "'");
        }
        int shift = switch (form.group(2).toLowerCase(Locale.ROOT)) {
            case "k" -> 10;
            case "m" -> 20;
            case "g" -> 30;
            default -> 0;
        };
        return Math.multiplyExact(Long.parseLong(form.group(1)), 1L << shift);
    }
}
