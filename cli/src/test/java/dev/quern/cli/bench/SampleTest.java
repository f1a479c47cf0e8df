package dev.quern.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SampleTest {
    @Test
    void quantilesLieBetweenNeighbours() {
        Sample sample = Sample.of(40, 10, 30, 20);
        assertEquals(25, sample.median());
        assertEquals(10, sample.quantile(0));
        assertEquals(40, sample.quantile(1));
        assertEquals(13, sample.quantile(0.1), 1e-12);
        assertEquals(7, Sample.of(7).quantile(0.9));
    }

    @Test
    void theMedianIsTheMiddleOneOfAnOddNumber() {
        assertEquals(3, Sample.of(100, 3, 1).median());
    }

    @Test
    void theSpreadIsAShareOfTheMedian() {
        assertEquals(0.5, Sample.of(9, 10, 14).spread());
        assertEquals(0, Sample.of(5, 5).spread());
    }

    @Test
    void nanosecondsBecomeMilliseconds() {
        assertEquals(2.5, Sample.ofNanoseconds(2_000_000, 3_000_000).median());
    }

    @Test
    void nothingHasNoMedian() {
        assertThrows(IllegalArgumentException.class, Sample::of);
    }
}
