package dev.quern.ptx;

import dev.quern.ModelException;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.math.ExpandMath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;

/**
 * A kernel as PTX text: an entry for each launch, to be run in order. The arguments of every entry are 64 bits each: the addresses
 * of the parameters' first elements, then the symbols. A comment before each entry says how it is launched, so that the text is enough for {@link #restored}.
 *
 * @param kernel as scheduled
 * @param text ASCII
 * @param launches in order
 */
public record PtxKernel(Kernel kernel, String text, List<LaunchShape> launches) {
    private static final String VERSION = "8.0";

    public PtxKernel {
        launches = List.copyOf(launches);
    }

    /**
     * The text for {@code architecture}, such as {@code sm_90}.
     *
     * @throws ModelException of code {@code UNSUPPORTED} with the reason if the kernel cannot be lowered
     */
    public static PtxKernel of(Kernel given, String architecture) {
        Kernel kernel = lowered(given);
        List<Stmt> parts = parts(kernel);
        StringBuilder text = new StringBuilder();
        text.append(".version ").append(VERSION).append("\n.target ").append(architecture);
        text.append("\n.address_size 64\n");
        List<LaunchShape> launches = new ArrayList<>();
        try {
            for (Stmt part : parts) {
                String entry = name(kernel.name()) + "_" + launches.size();
                LaunchCode.EntryText code = LaunchCode.entry(kernel, part, entry, architecture);
                LaunchShape shape = LaunchShape.of(entry, part, code.sharedBytes());
                text.append('\n').append(shape.comment()).append(code.text());
                launches.add(shape);
            }
        } catch (PtxRefusal refusal) {
            throw new ModelException(
                    ModelException.Code.UNSUPPORTED,
                    kernel.name(),
                    "the cuda back end does not lower " + refusal.getMessage(),
                    refusal);
        }
        return new PtxKernel(kernel, text.toString(), launches);
    }

    /**
     * The kernel whose text is {@code text}, which {@link #of} made of an equal kernel.
     *
     * @throws ModelException of code {@code MALFORMED_MODEL} if the text does not say how it is launched
     */
    static PtxKernel restored(Kernel given, String text) {
        Kernel kernel = lowered(given);
        List<Stmt> parts = parts(kernel);
        List<LaunchShape> launches = new ArrayList<>();
        Matcher comments = LaunchShape.COMMENT.matcher(text);
        while (launches.size() < parts.size() && comments.find()) {
            Optional<LaunchShape> shape = LaunchShape.of(comments, parts.get(launches.size()));
            if (shape.isEmpty()) {
                break;
            }
            launches.add(shape.get());
        }
        if (launches.size() < parts.size()) {
            throw new ModelException(
                    ModelException.Code.MALFORMED_MODEL,
                    kernel.name(),
                    "expected PTX text that says how " + parts.size() + " entries are launched, found "
                            + launches.size() + "; compile the model again");
        }
        return new PtxKernel(kernel, text, launches);
    }

    private static Kernel lowered(Kernel given) {
        Kernel expanded = ExpandMath.expand(given);
        return expanded.withBody(IndexNames.inline(expanded.body()));
    }

    /** What is launched, in order. */
    private static List<Stmt> parts(Kernel kernel) {
        return kernel.body() instanceof Stmt.Block(List<Stmt> statements) ? statements : List.of(kernel.body());
    }

    /** {@code kernel} in the letters that PTX has for names. */
    private static String name(String kernel) {
        StringBuilder name = new StringBuilder("k_");
        kernel.chars()
                .forEach(letter -> name.append(
                        letter < 128 && (Character.isLetterOrDigit(letter) || letter == '_') ? (char) letter : '_'));
        return name.toString();
    }
}
