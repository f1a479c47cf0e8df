package dev.quern.ir.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoopNamesTest {
    @ParameterizedTest
    @CsvSource({
        "m, m",
        "m.i, m.i",
        "m.i.1, m.i",
        "m.12.i.3, m.i",
        "m.1.2, m",
        "3, 3",
        "3.4, 3",
        "m.o1, m.o1",
        "m.1x, m.1x"
    })
    void aBaseNameHasNoNumbersOfCopies(String name, String base) {
        assertEquals(base, LoopNames.base(name));
    }
}
