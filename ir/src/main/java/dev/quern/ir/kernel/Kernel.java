package dev.quern.ir.kernel;

import java.util.List;

/**
 * One kernel: computes one fused region.
 *
 * @param name for messages and generated classes
 * @param template which template it was made from, such as {@code contraction}; for people
 * @param symbols the dimensions that are arguments, in order
 * @param parameters global buffers that are arguments, in order
 * @param results how many of the last parameters are written; the others are only read
 * @param roles what its loops and operands are to each other; {@link Roles#NONE} once it is scheduled
 * @param body what it does
 */
public record Kernel(
        String name,
        String template,
        List<String> symbols,
        List<Buffer> parameters,
        int results,
        Roles roles,
        Stmt body) {
    public Kernel {
        symbols = List.copyOf(symbols);
        parameters = List.copyOf(parameters);
        if (results < 1 || results > parameters.size()) {
            throw new IllegalArgumentException(
                    "kernel " + name + " writes " + results + " of " + parameters.size() + " parameters");
        }
    }

    /** A kernel of whose loops and operands nothing is known. */
    public Kernel(String name, String template, List<String> symbols, List<Buffer> parameters, int results, Stmt body) {
        this(name, template, symbols, parameters, results, Roles.NONE, body);
    }

    /** The same kernel with other roles. */
    public Kernel with(Roles others) {
        return new Kernel(name, template, symbols, parameters, results, others, body);
    }

    /** The same kernel with another body. */
    public Kernel withBody(Stmt other) {
        return new Kernel(name, template, symbols, parameters, results, roles, other);
    }

    /** The same kernel with other parameters (same number and order). */
    public Kernel withParameters(List<Buffer> others) {
        return new Kernel(name, template, symbols, others, results, roles, body);
    }

    /** The parameter called {@code buffer}. */
    public Buffer parameter(String buffer) {
        return parameters.stream()
                .filter(candidate -> candidate.name().equals(buffer))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("kernel " + name + " has no parameter " + buffer));
    }
}
