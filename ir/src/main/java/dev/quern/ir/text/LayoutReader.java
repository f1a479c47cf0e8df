package dev.quern.ir.text;

import dev.quern.ir.Layout;
import dev.quern.ir.text.grammar.QuernParser;
import java.util.List;
import java.util.Optional;

/** Reads layouts. */
final class LayoutReader {
    private LayoutReader() {}

    /** The layout that a step gives a buffer. */
    static Layout read(QuernParser.StepLayoutContext context) {
        return new Layout(
                axes(context.axisModes()),
                Optional.ofNullable(context.swizzle()).map(LayoutReader::swizzle));
    }

    static List<List<Layout.Mode>> axes(List<QuernParser.AxisModesContext> axes) {
        return axes.stream().map(LayoutReader::modes).toList();
    }

    private static List<Layout.Mode> modes(QuernParser.AxisModesContext context) {
        return context.layoutMode().stream()
                .map(mode -> new Layout.Mode(DimReader.read(mode.dim(0)), DimReader.read(mode.dim(1))))
                .toList();
    }

    static Layout.Swizzle swizzle(QuernParser.SwizzleContext part) {
        if (!part.NAME().getText().equals("swizzle")) {
            throw SyntaxErrors.at(part, "swizzle(bits, base, shift)");
        }
        int[] numbers = part.integer().stream()
                .mapToInt(number -> {
                    long value = DimReader.whole(number.getText(), number);
                    if (value < 0 || value > 63) {
                        throw SyntaxErrors.at(number, "0 to 63");
                    }
                    return (int) value;
                })
                .toArray();
        return new Layout.Swizzle(numbers[0], numbers[1], numbers[2]);
    }
}
