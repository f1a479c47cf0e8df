package dev.quern.tune;

import dev.quern.ir.schedule.Candidate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Candidates at random, each once: what other searches are measured against. */
public final class RandomSearch implements ScheduleSearch {
    private final ScheduleSearch shuffled;

    /** Through {@code candidates} in an order that {@code seed} gives. */
    public RandomSearch(List<Candidate> candidates, long seed) {
        List<Candidate> order = new ArrayList<>(candidates);
        Collections.shuffle(order, new Random(seed));
        this.shuffled = new GridSearch(order);
    }

    @Override
    public Optional<Candidate> next() {
        return shuffled.next();
    }
}
