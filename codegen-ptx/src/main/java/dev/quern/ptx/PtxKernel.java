package dev.quern.ptx;

import dev.quern.ModelException;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.math.ExpandMath;
import java.util.ArrayList;
import java.util.List;

/**
 * A kernel as PTX text: an entry for each launch, to be run in order. The arguments of every entry are 64 bits each: the addresses
 * of the parameters' first elements, then the symbols.
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
        Kernel expanded = ExpandMath.expand(given);
        Kernel kernel = expanded.withBody(IndexNames.inline(expanded.body()));
        List<Stmt> parts =
                kernel.body() instanceof Stmt.Block(List<Stmt> statements) ? statements : List.of(kernel.body());
        StringBuilder text = new StringBuilder();
        text.append(".version ").append(VERSION).append("\n.target ").append(architecture);
        text.append("\n.address_size 64\n");
        List<LaunchShape> launches = new ArrayList<>();
        try {
            for (Stmt part : parts) {
                String entry = name(kernel.name()) + "_" + launches.size();
                LaunchCode.EntryText code = LaunchCode.entry(kernel, part, entry, architecture);
                text.append('\n').append(code.text());
                launches.add(LaunchShape.of(entry, part, code.sharedBytes()));
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

    /** {@code kernel} in the letters that PTX has for names. */
    private static String name(String kernel) {
        StringBuilder name = new StringBuilder("k_");
        kernel.chars()
                .forEach(letter -> name.append(
                        letter < 128 && (Character.isLetterOrDigit(letter) || letter == '_') ? (char) letter : '_'));
        return name.toString();
    }
}
