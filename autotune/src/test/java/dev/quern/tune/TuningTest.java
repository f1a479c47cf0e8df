package dev.quern.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.backend.MachineCode;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleRefusal;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.tune.TrialOutcome.TrialStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Tuning on a machine that is made up, with a clock of its own: a trial takes as many microseconds as its candidate's name says. */
class TuningTest {
    private final AtomicLong clock = new AtomicLong();
    private final TrialTimer timer =
            new TrialTimer(Duration.ofMillis(600), Duration.ofMillis(20), IdleMachine.ALWAYS, clock::get);
    private final AtomicInteger open = new AtomicInteger();

    private static Candidate candidate(String name) {
        return new Candidate(name, Schedule.NONE);
    }

    private static List<Candidate> candidates(String... names) {
        return List.of(names).stream().map(TuningTest::candidate).toList();
    }

    /** Lets a time go by. */
    private final class TimedTrial implements RepeatedKernel {
        private final long nanos;
        private final boolean restless;
        private int looks;

        TimedTrial(long micros, boolean restless) {
            this.nanos = 1000 * micros;
            this.restless = restless;
            open.incrementAndGet();
        }

        @Override
        public void run() {
            clock.addAndGet(nanos);
        }

        @Override
        public MachineCode code() {
            return new MachineCode(Set.of("tile"), restless && looks++ >= 0);
        }

        @Override
        public void close() {
            open.decrementAndGet();
        }
    }

    private KernelTrial timed(long micros, boolean restless) {
        return new ClockedTrial(new TimedTrial(micros, restless), timer);
    }

    private KernelTrial opened(Candidate candidate) {
        return switch (candidate.name()) {
            case "refused" -> throw refusal();
            case "failed" -> throw new ModelException(ModelException.Code.UNSUPPORTED, "kernel", "no code for it");
            case "broken" -> throw new IllegalStateException("a fault");
            case "never ready" -> timed(10, true);
            default -> timed(Long.parseLong(candidate.name()), false);
        };
    }

    /** What the scheduler says of a condition on a size that no kernel has. */
    private static ScheduleRefusal refusal() {
        Kernel kernel = new Kernel(
                "k", "copy", List.of(), List.of(Buffer.global("y", DType.F32, Shape.of(Dim.of(1)))), 1, Stmt.NOTHING);
        Schedule unknown = Schedule.NONE.where(List.of(Dim.symbol("rows")));
        return assertThrows(ScheduleRefusal.class, () -> Scheduler.apply(kernel, unknown, Target.scalar(1)));
    }

    @Test
    void whateverBecomesOfACandidateIsAnOutcome() {
        List<String> told = new ArrayList<>();
        List<TrialOutcome> outcomes = new Tuning(this::opened)
                .run(
                        new GridSearch(candidates("200", "refused", "50", "failed", "broken", "never ready", "100")),
                        100,
                        () -> false,
                        outcome -> told.add(outcome.candidate().name() + " " + outcome.status()));
        assertEquals(
                List.of(
                        "200 MEASURED",
                        "refused REFUSED",
                        "50 MEASURED",
                        "failed FAILED",
                        "broken FAILED",
                        "never ready TIMED_OUT",
                        "100 MEASURED"),
                told);
        assertEquals("50", Tuning.best(outcomes).orElseThrow().candidate().name());
        assertTrue(
                outcomes.get(1).remark().contains("depends on rows"),
                outcomes.get(1).remark());
        assertTrue(
                outcomes.get(3).remark().contains("no code for it"),
                outcomes.get(3).remark());
        assertEquals(50_000, outcomes.get(2).nanos());
        assertEquals(0, open.get(), "all trials are closed");
    }

    @Test
    void endsWhenAskedWithWhatWasFound() {
        AtomicInteger done = new AtomicInteger();
        List<TrialOutcome> outcomes = new Tuning(this::opened)
                .run(
                        new GridSearch(candidates("90", "80", "70", "60", "50", "40", "30")),
                        100,
                        () -> done.get() >= 3,
                        _ -> done.incrementAndGet());
        assertEquals(3, outcomes.size());
        assertEquals("70", Tuning.best(outcomes).orElseThrow().candidate().name());
        assertEquals(0, open.get(), "what was compiled and not timed is closed too");
    }

    /** A trial that counts what it is asked for. */
    private static class CountedTrial implements KernelTrial {
        private final double nanos;
        private final AtomicInteger repeats;
        private final AtomicInteger open;

        CountedTrial(double nanos, AtomicInteger repeats, AtomicInteger open) {
            this.nanos = nanos;
            this.repeats = repeats;
            this.open = open;
            open.incrementAndGet();
        }

        @Override
        public OptionalDouble first() {
            return OptionalDouble.of(nanos);
        }

        @Override
        public double again() {
            repeats.incrementAndGet();
            return nanos / 2;
        }

        @Override
        public void close() {
            synchronized (open) {
                open.decrementAndGet();
                open.notifyAll();
            }
        }
    }

    @Test
    void whatIsStoppedWaitsForNothing() throws InterruptedException {
        AtomicInteger again = new AtomicInteger();
        AtomicBoolean stopped = new AtomicBoolean();
        CountDownLatch compiles = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        TrialSource source = candidate -> {
            if (candidate.name().equals("endless")) {
                compiles.countDown();
                await(end);
            }
            return new CountedTrial(candidate.name().length(), again, open);
        };
        Thread user = Thread.ofPlatform().start(() -> {
            await(compiles);
            stopped.set(true);
        });
        try {
            List<TrialOutcome> outcomes = new Tuning(source, stopped::get)
                    .run(new GridSearch(candidates("a", "bb", "endless", "c")), 100, () -> false, _ -> {});
            assertEquals(1, end.getCount(), "what is compiled is not waited for");
            assertEquals(0, again.get(), "and the best are not timed again");
            assertTrue(outcomes.size() <= 2, outcomes.toString());
            outcomes.forEach(one -> assertEquals(one.candidate().name().length(), one.nanos(), "as it was found"));
        } finally {
            end.countDown();
            user.join();
        }
    }

    @Test
    void whatIsWarmedIsNotWaitedFor() throws InterruptedException {
        AtomicInteger looks = new AtomicInteger();
        List<TrialOutcome> told = new ArrayList<>();
        Tuning tuning = new Tuning(this::opened, () -> clock.get() > 0 && looks.incrementAndGet() > 5);
        List<TrialOutcome> outcomes =
                tuning.run(new GridSearch(candidates("never ready", "50")), 100, () -> false, told::add);
        assertTrue(clock.get() < 1_000_000, clock + " ns of the 600 ms that warming may take");
        assertEquals(List.of(), outcomes, "nothing is known of it");
        assertEquals(List.of(), told);
        // What was compiled ahead is closed by the thread that compiled it, which is not waited for.
        synchronized (open) {
            long end = System.nanoTime() + 10_000_000_000L;
            while (open.get() > 0 && System.nanoTime() < end) {
                open.wait(1_000);
            }
        }
        assertEquals(0, open.get());
    }

    @Test
    void aFaultInATrialIsAnOutcomeAndTheTrialIsClosed() {
        TrialSource faulty = candidate -> new CountedTrial(1, new AtomicInteger(), open) {
            @Override
            public OptionalDouble first() {
                throw candidate.name().equals("a") ? new AssertionError("a fault") : new StackOverflowError();
            }
        };
        List<TrialOutcome> outcomes =
                new Tuning(faulty).run(new GridSearch(candidates("a", "b")), 100, () -> false, _ -> {});
        assertEquals(
                List.of(TrialStatus.FAILED, TrialStatus.FAILED),
                outcomes.stream().map(TrialOutcome::status).toList());
        assertEquals(0, open.get());
    }

    @Test
    void finalTimesCountOnlyWhereAllHaveThem() {
        AtomicInteger again = new AtomicInteger();
        for (int stopsAfter = 1; stopsAfter <= 7; stopsAfter++) {
            int most = stopsAfter;
            again.set(0);
            List<TrialOutcome> outcomes = new Tuning(
                            candidate -> new CountedTrial(candidate.name().length(), again, open),
                            () -> again.get() >= most)
                    .run(new GridSearch(candidates("a", "bb", "ccc")), 100, () -> false, _ -> {});
            double part = most < 3 ? 1 : 0.5;
            assertEquals(
                    List.of(part, 2 * part, 3 * part),
                    outcomes.stream().map(TrialOutcome::nanos).toList(),
                    "stopped after " + most);
            assertEquals(most, again.get());
        }
    }

    /** A device that the candidate {@code breaks} leaves of no more use, when it is first run or, {@code late}, when it is run again. */
    private final class FragileDevice implements TrialSource {
        private final String breaks;
        private final boolean late;
        private final Set<String> ran = new HashSet<>();
        private volatile boolean broken;

        FragileDevice(String breaks, boolean late) {
            this.breaks = breaks;
            this.late = late;
        }

        private void requireUsable() {
            if (broken) {
                throw new ModelException(ModelException.Code.DEVICE, "device", "failed before");
            }
        }

        @Override
        public KernelTrial open(Candidate candidate) {
            requireUsable();
            return new CountedTrial(Double.parseDouble(candidate.name()), new AtomicInteger(), open) {
                private void run(boolean harmful) {
                    ran.add(candidate.name());
                    broken |= harmful && candidate.name().equals(breaks);
                    requireUsable();
                }

                @Override
                public OptionalDouble first() {
                    run(!late);
                    return super.first();
                }

                @Override
                public double again() {
                    run(late);
                    return super.again();
                }
            };
        }

        @Override
        public boolean isUsable() {
            return !broken;
        }
    }

    private static String statuses(List<TrialOutcome> outcomes) {
        return String.join(
                ", ",
                outcomes.stream()
                        .map(one -> one.candidate().name() + " " + one.status())
                        .toList());
    }

    @Test
    void aCandidateThatItsDeviceDoesNotSurviveIsTheLast() {
        FragileDevice device = new FragileDevice("70", false);
        List<TrialOutcome> told = new ArrayList<>();
        List<TrialOutcome> outcomes = new Tuning(device)
                .run(new GridSearch(candidates("90", "80", "70", "60", "50", "40")), 100, () -> false, told::add);
        assertEquals("90 MEASURED, 80 MEASURED, 70 FAILED", statuses(outcomes), "nothing is known of the others");
        assertEquals(outcomes, told);
        assertEquals(Set.of("90", "80", "70"), device.ran);
        assertEquals(80, Tuning.best(outcomes).orElseThrow().nanos(), "as it was found");
        assertEquals(0, open.get());
    }

    @Test
    void ofADeviceThatIsOfNoUseNothingIsSaidAboutCandidates() {
        FragileDevice device = new FragileDevice("", false);
        device.broken = true;
        assertEquals(
                List.of(), new Tuning(device).run(new GridSearch(candidates("90", "80")), 100, () -> false, outcome -> {
                            throw new AssertionError(outcome.toString());
                        }));
    }

    @Test
    void whatFailsWhenItIsTimedAgainHasFailed() {
        FragileDevice device = new FragileDevice("70", true);
        List<TrialOutcome> outcomes =
                new Tuning(device).run(new GridSearch(candidates("90", "70", "80")), 100, () -> false, outcome -> {});
        assertEquals("90 MEASURED, 70 FAILED, 80 MEASURED", statuses(outcomes));
        assertEquals(80, Tuning.best(outcomes).orElseThrow().nanos(), "no round was gone through");
        assertEquals(0, open.get());

        TrialSource flaky = candidate -> new CountedTrial(candidate.name().length(), new AtomicInteger(), open) {
            @Override
            public double again() {
                if (candidate.name().equals("a")) {
                    throw new ModelException(ModelException.Code.DEVICE, "kernel", "not this time");
                }
                return super.again();
            }
        };
        List<TrialOutcome> others =
                new Tuning(flaky).run(new GridSearch(candidates("bb", "a", "cccc")), 100, () -> false, outcome -> {});
        assertEquals("bb MEASURED, a FAILED, cccc MEASURED", statuses(others));
        assertEquals(
                List.of(1.0, 2.0),
                List.of(others.get(0).nanos(), others.get(2).nanos()),
                "the others are timed again without it");
        assertEquals(0, open.get());
    }

    @Test
    void whatCannotBeGivenBackIsNoAffairOfOtherCandidates() {
        List<String> closed = new ArrayList<>();
        TrialSource leaky =
                candidate -> new CountedTrial(Double.parseDouble(candidate.name()), new AtomicInteger(), open) {
                    private int runs;

                    @Override
                    public OptionalDouble first() {
                        runs++;
                        return candidate.name().equals("5") ? OptionalDouble.empty() : super.first();
                    }

                    @Override
                    public void close() {
                        assertEquals(1, runs, "closed after it ran");
                        synchronized (closed) {
                            closed.add(candidate.name());
                        }
                        super.close();
                        throw new IllegalStateException("not given back");
                    }
                };
        // More than are kept, one that is not ready in time, and one so slow that it is compiled once more.
        String[] names = {"9", "8", "7", "6", "5", "4", "30", "3", "2"};
        List<TrialOutcome> outcomes =
                new Tuning(leaky).run(new GridSearch(candidates(names)), 100, () -> false, outcome -> {});
        assertEquals(names.length, outcomes.size());
        assertEquals(
                Set.of(TrialStatus.MEASURED, TrialStatus.TIMED_OUT),
                new HashSet<>(outcomes.stream().map(TrialOutcome::status).toList()));
        List<String> each = new ArrayList<>(List.of(names));
        each.add("30");
        each.sort(null);
        closed.sort(null);
        assertEquals(each, closed, "each once");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    @Test
    void timesNoMoreThanIsAllowed() {
        List<TrialOutcome> outcomes = new Tuning(this::opened)
                .run(new GridSearch(candidates("90", "refused", "80", "70")), 2, () -> false, _ -> {});
        assertEquals(3, outcomes.size());
        assertEquals(Optional.empty(), Tuning.best(outcomes.subList(1, 2)));
    }

    @Test
    void whatIsSlowByBadLuckIsCompiledOnceMore() {
        AtomicInteger compiled = new AtomicInteger();
        TrialSource unlucky = candidate -> candidate.name().equals("40") && compiled.getAndIncrement() == 0
                ? timed(900, false)
                : opened(candidate);
        List<TrialOutcome> outcomes =
                new Tuning(unlucky).run(new GridSearch(candidates("100", "40")), 100, () -> false, _ -> {});
        assertEquals(2, compiled.get());
        assertEquals("40", Tuning.best(outcomes).orElseThrow().candidate().name());
        assertEquals(TrialStatus.MEASURED, outcomes.get(1).status());
        assertTrue(
                outcomes.get(1).remark().contains("times as long"),
                outcomes.get(1).remark());
        assertEquals(0, open.get());
    }

    @Test
    void randomSearchGoesThroughAllOnceInAnOrderThatItsSeedGives() {
        List<Candidate> all = candidates("1", "2", "3", "4", "5", "6", "7", "8");
        List<Candidate> first = drained(new RandomSearch(all, 3));
        assertEquals(new HashSet<>(all), new HashSet<>(first));
        assertEquals(all.size(), first.size());
        assertEquals(first, drained(new RandomSearch(all, 3)));
        assertTrue(!first.equals(drained(new RandomSearch(all, 4))), "another seed, another order");
        assertEquals(all, drained(new GridSearch(all)));
    }

    private static List<Candidate> drained(ScheduleSearch search) {
        List<Candidate> order = new ArrayList<>();
        for (Optional<Candidate> next = search.next(); next.isPresent(); next = search.next()) {
            order.add(next.get());
        }
        return order;
    }
}
