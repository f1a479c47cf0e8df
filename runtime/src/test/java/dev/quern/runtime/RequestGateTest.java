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
    private static final long MILLISECOND = 1_000_000;

    private final AtomicBoolean isEnded = new AtomicBoolean();
    private final CountedMeter meter = new CountedMeter();

    /** By which a millisecond goes by from look to look, while nothing is worked but what a test says. */
    private static final class CountedMeter implements TuningPace.WorkMeter {
        private final AtomicLong looks = new AtomicLong();
        private final AtomicLong own = new AtomicLong();
        private final AtomicLong compiled = new AtomicLong();

        @Override
        public long now() {
            return looks.incrementAndGet() * MILLISECOND;
        }

        @Override
        public long ownWork() {
            return own.get();
        }

        @Override
        public long compilation() {
            return compiled.get();
        }

        /** Returns when it was looked at so often once more. */
        void awaitLooks(long more) {
            long enough = looks.get() + more;
            while (looks.get() < enough) {
                Thread.onSpinWait();
            }
        }
    }

    /** Looks at the machine until others may go on, on a thread of its own; {@link Long#MIN_VALUE} before. */
    private static final class MarkSeen {
        private final AtomicLong mark = new AtomicLong(Long.MIN_VALUE);
        private final Thread thread;

        MarkSeen(IdleMachine machine) {
            thread = Thread.ofPlatform().start(() -> mark.set(machine.await()));
        }
    }

    @Test
    void aRequestIsSeenByWhoeverWasThereBefore() {
        RequestGate gate = new RequestGate(1, meter);
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
        RequestGate gate = new RequestGate(2, meter);
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
        RequestGate gate = new RequestGate(5, meter);
        IdleMachine machine = gate.between(2, isEnded::get);
        gate.enter(2);
        long beside = machine.await();
        assertTrue(machine.isStill(beside) && !machine.isBusy());
        gate.enter(1);
        assertTrue(!machine.isStill(beside) && machine.isBusy(), "five threads and a compiler on five processors");
        gate.leave(1);
        gate.leave(2);
        assertTrue(machine.isStill(machine.await()));
    }

    @Test
    void nobodyWaitsOnceAllIsOver() {
        RequestGate gate = new RequestGate(1, meter);
        gate.enter(1);
        isEnded.set(true);
        gate.between(1, isEnded::get).await();
    }

    @Test
    void whereOthersLeaveNoProcessorToCompilersNothingGoesOnBesideRequests() throws InterruptedException {
        RequestGate gate = new RequestGate(2, meter);
        IdleMachine machine = gate.between(1, isEnded::get);
        gate.enter(1);
        assertTrue(machine.isBusy());
        MarkSeen seen = new MarkSeen(machine);
        meter.awaitLooks(1_000);
        assertEquals(Long.MIN_VALUE, seen.mark.get(), "a request and others have a processor each, and C2 none");
        gate.leave(1);
        seen.thread.join();
        assertTrue(machine.isStill(seen.mark.get()));
    }

    @Test
    void workThatARequestCameBetweenIsFollowedByTimeWithoutAny() {
        RequestGate gate = new RequestGate(1, meter);
        IdleMachine machine = gate.between(1, isEnded::get);
        machine.await();
        meter.own.addAndGet(400 * MILLISECOND);
        long before = meter.looks.get();
        machine.await();
        assertTrue(meter.looks.get() - before < 10, "nobody came meanwhile");
        meter.own.addAndGet(400 * MILLISECOND);
        gate.enter(1);
        gate.leave(1);
        before = meter.looks.get();
        machine.await();
        long looks = meter.looks.get() - before;
        assertTrue(looks >= 400 / TuningPace.FREE && looks < 400, "looks: " + looks);
    }
}
