package dev.quern.ir.text;

import dev.quern.DType;
import dev.quern.ir.Encoding;
import dev.quern.ir.Shape;
import dev.quern.ir.text.grammar.QuernParser;
import java.util.Arrays;
import java.util.List;

/** Reads encodings of constants in types. */
final class EncodingReader {
    private EncodingReader() {}

    /** The encoding of a constant of {@code dtype} and {@code shape}. */
    static Encoding read(QuernParser.EncodingContext context, DType dtype, Shape shape) {
        List<QuernParser.EncodingPartContext> parts = context.encodingPart();
        Encoding encoding = switch (context.NAME().getText()) {
            case "blocks" -> {
                count(context, 3, 3);
                yield new Encoding.Blocks(whole(parts.get(0)), whole(parts.get(1)), whole(parts.get(2)));
            }
            case "groups" -> {
                count(context, 3, 4);
                boolean zeros = parts.size() == 4;
                if (zeros && !parts.get(3).getText().equals("zeros")) {
                    throw SyntaxErrors.at(parts.get(3), "zeros");
                }
                yield new Encoding.Groups(codes(parts.get(0)), whole(parts.get(1)), whole(parts.get(2)), zeros);
            }
            default -> throw SyntaxErrors.at(context, "blocks or groups");
        };
        encoding.fault(dtype, shape).ifPresent(fault -> {
            throw SyntaxErrors.at(context.getStart(), "an encoding that fits", fault);
        });
        return encoding;
    }

    private static void count(QuernParser.EncodingContext context, int least, int most) {
        int found = context.encodingPart().size();
        if (found < least || found > most) {
            throw SyntaxErrors.at(context.getStart(), least + " to " + most + " parts", Integer.toString(found));
        }
    }

    private static long whole(QuernParser.EncodingPartContext part) {
        if (part.INT() == null) {
            throw SyntaxErrors.at(part, "a whole number");
        }
        return DimReader.whole(part.getText(), part);
    }

    private static DType codes(QuernParser.EncodingPartContext part) {
        return Arrays.stream(DType.values())
                .filter(dtype -> dtype.label().equals(part.getText()))
                .findFirst()
                .orElseThrow(() -> SyntaxErrors.at(part, "an element type"));
    }
}
