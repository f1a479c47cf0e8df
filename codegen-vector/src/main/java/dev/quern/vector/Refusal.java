package dev.quern.vector;

/** Why a kernel cannot be lowered; becomes a {@link dev.quern.ModelException} that names the kernel. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Refusal(String reason) {
        super(reason, null, false, false);
    }

    static Refusal because(String reason) {
        return new Refusal(reason);
    }
}
