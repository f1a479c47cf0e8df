package dev.quern.acceptance.generate;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;

/**
 * The extent of an axis in each run of a model.
 *
 * @param sizes one per run
 * @param symbol the name of an axis that an input declares by name
 * @param fixed whether the model itself says the extent, so that inputs may declare the number
 */
record Axis(List<Long> sizes, Optional<String> symbol, boolean fixed) {
    Axis {
        sizes = List.copyOf(sizes);
    }

    static Axis fixed(int runs, long size) {
        return new Axis(Collections.nCopies(runs, size), Optional.empty(), true);
    }

    static Axis named(String symbol, List<Long> sizes) {
        return new Axis(sizes, Optional.of(symbol), false);
    }

    Axis map(LongUnaryOperator function) {
        return new Axis(sizes.stream().map(function::applyAsLong).toList(), Optional.empty(), fixed);
    }

    Axis with(Axis other, LongBinaryOperator function) {
        List<Long> joined = IntStream.range(0, sizes.size())
                .mapToObj(run -> function.applyAsLong(size(run), other.size(run)))
                .toList();
        return new Axis(joined, Optional.empty(), fixed && other.fixed);
    }

    long size(int run) {
        return sizes.get(run);
    }

    int runs() {
        return sizes.size();
    }

    /** Whether it has this extent in every run. */
    boolean is(long size) {
        return sizes.stream().allMatch(each -> each == size);
    }

    boolean alike(Axis other) {
        return sizes.equals(other.sizes);
    }

    long greatest() {
        return Collections.max(sizes);
    }

    long least() {
        return Collections.min(sizes);
    }

    /** Whether the extent is the same in every run. */
    boolean steady() {
        return greatest() == least();
    }
}
