package dev.quern.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.tune.IdleMachine;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RequestGateTest {
    private final AtomicBoolean isEnded = new AtomicBoolean();

    @Test
    void aRequestIsSeenByWhoeverWasThereBefore() {
        RequestGate gate = new RequestGate(1);
        IdleMachine machine = gate.between(1, isEnded::get);
        long before = machine.await();
        assertTrue(machine.isStill(before) && !machine.isBusy());
        gate.enter(1);
        assertTrue(!machine.isStill(before) && machine.isBusy());
        gate.leave(1);
        assertFalse(machine.isStill(before), "it was there meanwhile");
        assertFalse(machine.isBusy());
        long after = machine.await();
        assertTrue(machine.isStill(after) && after != before);
    }

    @Test
    void othersWaitUntilTheLastRequestIsDone() throws InterruptedException {
        RequestGate gate = new RequestGate(2);
        IdleMachine machine = gate.between(2, isEnded::get);
        gate.enter(1);
        gate.enter(2);
        AtomicLong mark = new AtomicLong(Long.MIN_VALUE);
        CountDownLatch begun = new CountDownLatch(1);
        Thread waiting = Thread.ofPlatform().start(() -> {
            begun.countDown();
            mark.set(machine.await());
        });
        begun.await();
        gate.leave(1);
        assertEquals(Long.MIN_VALUE, mark.get(), "one is under way, and leaves no processor");
        gate.leave(2);
        waiting.join();
        assertTrue(machine.isStill(mark.get()));
    }

    @Test
    void whereProcessorsAreLeftOthersGoOnBesideRequests() {
        RequestGate gate = new RequestGate(4);
        IdleMachine machine = gate.between(2, isEnded::get);
        gate.enter(2);
        long beside = machine.await();
        assertTrue(machine.isStill(beside) && !machine.isBusy());
        gate.enter(1);
        assertTrue(!machine.isStill(beside) && machine.isBusy(), "five threads on four processors");
        gate.leave(1);
        gate.leave(2);
        assertTrue(machine.isStill(machine.await()));
    }

    @Test
    void nobodyWaitsOnceAllIsOver() {
        RequestGate gate = new RequestGate(1);
        gate.enter(1);
        isEnded.set(true);
        gate.between(1, isEnded::get).await();
    }
}
