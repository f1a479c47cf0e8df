package dev.quern.ir.schedule;

/**
 * A schedule that a kernel may have.
 *
 * @param name what tells it from the others of its space, such as {@code 12x2 packed by 2}
 * @param schedule the steps; whether they are legal is the {@link Scheduler}'s to say
 */
public record Candidate(String name, Schedule schedule) {}
