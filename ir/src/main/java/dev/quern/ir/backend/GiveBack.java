package dev.quern.ir.backend;

import java.util.List;

/** Gives things back one after the other, whatever fails on the way: what is not given back now is lost to the process. */
public final class GiveBack {
    private GiveBack() {}

    /** Does all of {@code steps}; throws the first failure at the end, with later ones suppressed. */
    public static void all(Runnable... steps) {
        all(List.of(steps));
    }

    /** Does all of {@code steps}; throws the first failure at the end, with later ones suppressed. */
    public static void all(Iterable<? extends Runnable> steps) {
        Throwable first = null;
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (RuntimeException | Error failure) {
                if (first == null) {
                    first = failure;
                } else if (first != failure) {
                    first.addSuppressed(failure);
                }
            }
        }
        switch (first) {
            case null -> {}
            case Error error -> throw error;
            default -> throw (RuntimeException) first;
        }
    }

    /** Does all of {@code steps} since something has failed; their own failures are suppressed by {@code failure}, which the caller throws. */
    public static void after(Throwable failure, Runnable... steps) {
        try {
            all(steps);
        } catch (RuntimeException | Error later) {
            if (failure != later) {
                failure.addSuppressed(later);
            }
        }
    }
}
