package dev.quern.ir.testing;

/** How many cases generated tests run: few by default, many under {@code -Dquern.campaign=true}. */
public final class Campaign {
    private Campaign() {}

    /** Cases of one test. */
    public static int cases() {
        return Boolean.getBoolean("quern.campaign") ? 10_000 : 300;
    }
}
