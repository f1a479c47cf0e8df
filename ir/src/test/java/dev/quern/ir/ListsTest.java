package dev.quern.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListsTest {
    private final List<String> list = List.of("a", "b", "c");

    @Test
    void aListOfWhichNothingChangesIsItself() {
        assertSame(list, Lists.map(list, each -> each));
    }

    @Test
    void eachElementIsChangedOnceAndInOrder() {
        List<String> asked = new ArrayList<>();
        List<String> changed = Lists.map(list, each -> {
            asked.add(each);
            return each.equals("b") ? "B" : each;
        });
        assertEquals(List.of("a", "B", "c"), changed);
        assertEquals(list, asked);
    }
}
