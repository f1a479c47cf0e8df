package dev.quern.acceptance.generate;

/** What was drawn so far has no place for an operator; another is tried. */
final class Unfit extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unfit() {
        super("no operands for it", null, false, false);
    }

    static void unless(boolean fits) {
        if (!fits) {
            throw new Unfit();
        }
    }
}
