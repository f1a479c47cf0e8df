package dev.quern.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The machine around one measurement.
 *
 * @param before its peaks before
 * @param after its peaks after
 * @param best the best peaks ever read on it, on as many threads
 * @param load the average number of runnable threads in the minute before (Linux's load); NaN where there is none
 * @param activity what others took meanwhile; empty where the system does not say
 */
public record MachineCondition(Peaks before, Peaks after, Peaks best, double load, Optional<Activity> activity) {
    /** Peaks that differ by this share or more tell of a machine that changed. */
    static final double MOST_DIFFERENCE = 0.1;

    /** Peaks below this share of the machine's best tell of a machine that is held back. */
    static final double LEAST_REACH = 0.8;

    /** Others may take less than this share of the processors. */
    static final double MOST_OTHERS = 0.1;

    /** The host may withhold less than this share of the processors. */
    static final double MOST_STOLEN = 0.02;

    /** Why the measurement is doubtful, in words; empty if it counts. */
    public List<String> disturbances() {
        List<String> reasons = new ArrayList<>();
        if (before.difference(after) >= MOST_DIFFERENCE) {
            reasons.add(text("the peaks before and after differ by %.0f %%", 100 * before.difference(after)));
        }
        if (reach() < LEAST_REACH) {
            reasons.add(text("the peaks reach %.0f %% of this machine's best", 100 * reach()));
        }
        activity.ifPresent(taken -> {
            if (taken.others() >= MOST_OTHERS * taken.processors()) {
                reasons.add(text("other processes kept %.2f processors busy", taken.others()));
            }
            if (taken.stolen() >= MOST_STOLEN * taken.processors()) {
                reasons.add(text("the host withheld %.2f processors", taken.stolen()));
            }
        });
        return reasons;
    }

    /** Whether the measurement counts. */
    public boolean isQuiet() {
        return disturbances().isEmpty();
    }

    /** How doubtful it is: each measure as a multiple of what is let pass, the greatest of them. */
    double disturbance() {
        double worst = Math.max(before.difference(after) / MOST_DIFFERENCE, (1 - reach()) / (1 - LEAST_REACH));
        if (activity.isPresent()) {
            Activity taken = activity.get();
            worst = Math.max(worst, taken.others() / (MOST_OTHERS * taken.processors()));
            worst = Math.max(worst, taken.stolen() / (MOST_STOLEN * taken.processors()));
        }
        return worst;
    }

    private double reach() {
        return Math.min(before.reach(best), after.reach(best));
    }

    private static String text(String format, double number) {
        return String.format(Locale.ROOT, format, number);
    }
}
