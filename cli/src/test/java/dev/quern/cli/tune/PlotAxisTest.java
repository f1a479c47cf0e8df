package dev.quern.cli.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Axes of plots, also of what no clock shows. */
class PlotAxisTest {
    @ParameterizedTest
    @CsvSource({"0, 5", "0, 4.9E-324", "-1, 5", "NaN, 5", "0, 0", "NaN, NaN", "1, Infinity", "4.9E-324, 1.7E308", "5, 1"
    })
    void axesByFactorsAreFinite(double from, double to) {
        PlotAxis axis = PlotAxis.logarithmic("ms", from, to);
        List<Double> ticks = axis.ticks();
        assertTrue(ticks.size() < 40, ticks.size() + " ticks");
        assertTrue(axis.from() > 0 && axis.from() < axis.to(), axis.toString());
        assertEquals(0, axis.at(0));
    }

    @Test
    void oneValueIsInTheMiddle() {
        assertEquals(0.5, PlotAxis.logarithmic("ms", 3, 3).at(3), 1e-9);
    }
}
