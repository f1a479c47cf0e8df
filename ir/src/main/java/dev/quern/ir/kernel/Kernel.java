package dev.quern.ir.kernel;

import java.util.List;

/**
 * One kernel: computes one fused region.
 *
 * @param name for messages and generated classes
 * @param template which template it was made from, such as {@code contraction}; for choosing a schedule, never read by emitters
 * @param symbols the dimensions that are arguments, in order
 * @param parameters global buffers that are arguments, in order
 * @param results how many of the last parameters are written; the others are only read
 * @param body what it does
 */
public record Kernel(
        String name, String template, List<String> symbols, List<Buffer> parameters, int results, Stmt body) {
    public Kernel {
        symbols = List.copyOf(symbols);
        parameters = List.copyOf(parameters);
        if (results < 1 || results > parameters.size()) {
            throw new IllegalArgumentException(
                    "kernel " + name + " writes " + results + " of " + parameters.size() + " parameters");
        }
    }

    /** The same kernel with another body. */
    public Kernel withBody(Stmt other) {
        return new Kernel(name, template, symbols, parameters, results, other);
    }

    /** The same kernel with other parameters (same number and order). */
    public Kernel withParameters(List<Buffer> others) {
        return new Kernel(name, template, symbols, others, results, body);
    }

    /** The parameter called {@code buffer}. */
    public Buffer parameter(String buffer) {
        return parameters.stream()
                .filter(candidate -> candidate.name().equals(buffer))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("kernel " + name + " has no parameter " + buffer));
    }
}
