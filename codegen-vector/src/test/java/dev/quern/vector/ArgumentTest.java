package dev.quern.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.interpret.kernel.KernelInterpreter;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Reduction;
import dev.quern.ir.kernel.Reductions;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.math.SpellReductions;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import dev.quern.ir.verify.KernelVerifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The place of the greatest or least number of a row, with ties, NaN and infinities, whatever the schedule: exactly what a plain loop finds. */
class ArgumentTest {
    private static final Dim ROWS = Dim.symbol("R");
    private static final Dim COLUMNS = Dim.symbol("C");

    /** Rows across memory, or along it. */
    private static Kernel kernel(DType type, boolean greatest, boolean last, boolean across) {
        DType places = type.bits() > 32 ? DType.I64 : DType.I32;
        Reduction reduction = Reductions.argument(greatest, last, type, places);
        List<Dim> at = List.of(Dim.symbol("k"), Dim.symbol("i"));
        Shape shape = across ? Shape.of(COLUMNS, ROWS) : Shape.of(ROWS, COLUMNS);
        Expr element = new Expr.Load("x", across ? at : at.reversed(), type);
        Stmt.Element best = new Stmt.Element("best", List.of());
        Stmt.Element place = new Stmt.Element("place", List.of());
        Expr index = new Expr.Index(Dim.symbol("k"), places);
        Stmt step = new Stmt.ReduceInto(List.of(best, place), reduction, List.of(element, index), List.of());
        Stmt body = new Stmt.Block(List.of(
                new Stmt.Store("best", List.of(), reduction.targets().get(0).identity()),
                new Stmt.Store("place", List.of(), new Expr.Immediate(places, 0)),
                new Stmt.For("k", COLUMNS, LoopKind.SERIAL, step),
                new Stmt.Store("y", List.of(Dim.symbol("i")), new Expr.Load("place", List.of(), places))));
        Stmt held = new Stmt.Allocate(
                Buffer.register("best", type, Shape.SCALAR),
                new Stmt.Allocate(Buffer.register("place", places, Shape.SCALAR), body));
        Kernel kernel = new Kernel(
                "argument",
                "argument",
                List.of("R", "C"),
                List.of(Buffer.global("x", type, shape), Buffer.global("y", places, Shape.of(ROWS))),
                1,
                new Stmt.For("i", ROWS, LoopKind.SERIAL, held));
        KernelVerifier.verify(kernel);
        return kernel;
    }

    private static Schedule schedule(Random random, boolean across) {
        List<Step> steps = new ArrayList<>();
        Tail tail = List.of(Tail.PEEL, Tail.MASK).get(random.nextInt(2));
        int factor = List.of(2, 3, 4, 8, 16).get(random.nextInt(5));
        if (across) {
            if (random.nextBoolean()) {
                steps.add(new Step.SplitReduction("k", 2, tail));
            }
            steps.add(new Step.Split("i", 16, Tail.MASK));
            steps.add(new Step.Bind("i.o", LoopKind.PARALLEL));
            steps.add(new Step.Sink("i.i"));
            steps.add(new Step.Vectorise("i.i"));
            return new Schedule(steps);
        }
        steps.add(new Step.SplitReduction("k", factor, tail));
        steps.add(new Step.Bind("i", LoopKind.PARALLEL));
        steps.add(new Step.Sink("k.i"));
        if (factor != 3) {
            steps.add(new Step.Vectorise("k.i"));
            steps.add(new Step.Vectorise("k.c"));
        }
        return new Schedule(steps);
    }

    @Test
    void everyScheduleFindsWhatAPlainLoopFinds() {
        Random random = new Random(3);
        DType[] types = {DType.F32, DType.F32, DType.I32, DType.F64, DType.I64, DType.F16, DType.U8, DType.U32};
        for (int run = 0; run < 60; run++) {
            DType type = types[run % types.length];
            boolean greatest = random.nextBoolean();
            boolean last = random.nextBoolean();
            boolean across = random.nextInt(3) == 0;
            Kernel kernel = kernel(type, greatest, last, across);
            // Vectors of 64 bits have half the lanes; a schedule for more is legal for all.
            Kernel scheduled =
                    Scheduler.apply(kernel, schedule(random, across), KernelComparison.target(across ? 256 : 128));
            KernelVerifier.verify(scheduled);
            long[] sizes = {random.nextInt(1, 20), random.nextInt(1, 150)};
            Data before = Data.random(kernel, random, sizes);
            List<Long> expected = places(before, greatest, last, across);
            String where = type + (greatest ? " max" : " min") + (last ? " last" : "") + (across ? " across" : "")
                    + " in run " + run;
            for (Kernel form : List.of(kernel, scheduled, SpellReductions.spell(scheduled))) {
                Data found = before.copy();
                KernelInterpreter.run(form, found.buffers(), found.offsets(), sizes);
                assertEquals(expected, results(found), where + ", interpreted");
            }
            for (int bits : new int[] {512, 256, 128, 0}) {
                Data found = before.copy();
                KernelComparison.run(KernelComparison.compile(scheduled, bits), found);
                assertEquals(expected, results(found), where + ", at " + bits + " bits");
            }
        }
    }

    private static List<Long> results(Data data) {
        List<Long> results = new ArrayList<>();
        int start = (int) data.offsets()[1];
        for (int row = 0; row < data.symbols()[0]; row++) {
            results.add(data.get(1, start + row).longValue());
        }
        return results;
    }

    /** Makes ties and special numbers of the data, and finds the places. */
    private static List<Long> places(Data data, boolean greatest, boolean last, boolean across) {
        int rows = (int) data.symbols()[0];
        int columns = (int) data.symbols()[1];
        Random random = new Random(rows * 1000L + columns);
        switch (data.buffers()[0]) {
            case float[] values -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = special(random, (int) values[i]);
                }
            }
            case double[] values -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = special(random, (int) values[i]);
                }
            }
            default -> {}
        }
        List<Long> places = new ArrayList<>();
        int start = (int) data.offsets()[0];
        for (int row = 0; row < rows; row++) {
            int best = 0;
            for (int column = 1; column < columns; column++) {
                int one = start + (across ? column * rows + row : row * columns + column);
                int other = start + (across ? best * rows + row : row * columns + best);
                int order = compare(number(data, one), number(data, other), greatest);
                if (order > 0 || last && order == 0) {
                    best = column;
                }
            }
            places.add((long) best);
        }
        return places;
    }

    private static Number number(Data data, int at) {
        Number bits = data.get(0, at);
        return switch (data.kernel().parameters().getFirst().dtype()) {
            case U8 -> bits.longValue() & 0xFF;
            case U32 -> bits.longValue() & 0xFFFFFFFFL;
            default -> bits;
        };
    }

    private static float special(Random random, int whole) {
        return switch (random.nextInt(60)) {
            case 0 -> Float.NaN;
            case 1 -> Float.POSITIVE_INFINITY;
            case 2 -> -0.0f;
            case 3, 4, 5 -> Float.NEGATIVE_INFINITY;
            default -> whole;
        };
    }

    /** Positive if {@code one} is better; NaN is better than any number. */
    private static int compare(Number one, Number other, boolean greatest) {
        double a = one.doubleValue();
        double b = other.doubleValue();
        if (Double.isNaN(a) || Double.isNaN(b)) {
            return Boolean.compare(Double.isNaN(a), Double.isNaN(b));
        }
        int order = one instanceof Long x ? Long.compare(x, other.longValue()) : a == b ? 0 : Double.compare(a, b);
        return greatest ? order : -order;
    }

    @Test
    void lanesAreVectors() {
        for (DType type : List.of(DType.F32, DType.I32, DType.F64, DType.I64)) {
            Schedule along = new Schedule(List.of(
                    new Step.SplitReduction("k", 16, Tail.MASK),
                    new Step.Bind("i", LoopKind.PARALLEL),
                    new Step.Sink("k.i"),
                    new Step.Vectorise("k.i"),
                    new Step.Vectorise("k.c")));
            Kernel kernel = Scheduler.apply(kernel(type, true, true, false), along, KernelComparison.target(512));
            assertEquals(List.of(), VectorLoops.serial(SpellReductions.spell(kernel)));
        }
    }
}
