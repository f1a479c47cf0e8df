package dev.quern.ir.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GiveBackTest {
    private final List<String> done = new ArrayList<>();

    private Runnable failing(String name, RuntimeException failure) {
        return () -> {
            done.add(name);
            throw failure;
        };
    }

    @Test
    void allIsDoneAndTheFirstFailureIsThrownWithTheOthers() {
        RuntimeException first = new IllegalStateException("first");
        RuntimeException second = new IllegalStateException("second");
        RuntimeException thrown = assertThrows(
                RuntimeException.class,
                () -> GiveBack.all(
                        () -> done.add("a"),
                        failing("b", first),
                        failing("c", second),
                        failing("d", first),
                        () -> done.add("e")));
        assertSame(first, thrown);
        assertArrayEquals(new Throwable[] {second}, thrown.getSuppressed());
        assertEquals(List.of("a", "b", "c", "d", "e"), done);
    }

    @Test
    void afterAFailureThatOneStays() {
        Error failure = new AssertionError("earlier");
        RuntimeException later = new IllegalStateException("later");
        GiveBack.after(failure, failing("a", later), () -> done.add("b"));
        assertArrayEquals(new Throwable[] {later}, failure.getSuppressed());
        assertEquals(List.of("a", "b"), done);
    }
}
