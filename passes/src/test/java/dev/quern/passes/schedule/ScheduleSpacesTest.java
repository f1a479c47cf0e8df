package dev.quern.passes.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.ir.schedule.Pruning;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleRefusal;
import dev.quern.ir.schedule.ScheduleSpace;
import dev.quern.ir.testing.GoldenFile;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.testing.SameBits;
import dev.quern.ir.text.SchedulePrinter;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.passes.testing.TestMachine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Spaces of schedules are lists that can be counted, on each target; whatever is chosen out of them gives the same bits. */
class ScheduleSpacesTest {
    private static final List<Target.Processor> TARGETS = List.of(Hosts.vectors(512, 32, 2), Hosts.vectors(256, 16, 2));
    private static final Dim ROWS = Dim.symbol("rows");

    private static Map<String, Graph> graphs() {
        Map<String, Graph> graphs = new LinkedHashMap<>();
        GraphBuilder weights = new GraphBuilder("weights");
        graphs.put(
                "a product with weights",
                weights.build(List.of(product(weights, ROWS, weights.constant(noise(1, 40, 256))))));
        GraphBuilder both = new GraphBuilder("both");
        Value right = both.input("w", new TensorType(DType.F32, Shape.of(40, 50)));
        graphs.put("a product of values", both.build(List.of(product(both, ROWS, right))));
        GraphBuilder known = new GraphBuilder("known");
        graphs.put(
                "a product of 9 rows",
                known.build(List.of(product(known, Dim.of(9), known.constant(noise(2, 40, 256))))));
        GraphBuilder terms = new GraphBuilder("long");
        Value wide = terms.input("x", new TensorType(DType.F32, Shape.of(ROWS, Dim.of(600))));
        graphs.put(
                "a product of 600 terms",
                terms.build(List.of(product(terms, wide, terms.constant(noise(4, 600, 40))))));
        GraphBuilder row = new GraphBuilder("row");
        Value one = row.input("x", new TensorType(DType.F32, Shape.of(1, 4096)));
        graphs.put(
                "a row times a large matrix", row.build(List.of(product(row, one, row.constant(noise(5, 4096, 100))))));
        GraphBuilder rows = new GraphBuilder("rows");
        Value table = rows.input("x", new TensorType(DType.F32, Shape.of(30, 40)));
        Value looked = rows.add(new Op.Gather(0), table, rows.constant(Tensor.of(new long[] {3, 29, -1, 0, -30}, 5)));
        graphs.put(
                "a product of rows looked up",
                rows.build(List.of(product(rows, looked, rows.constant(noise(3, 40, 256))))));
        graphs.put("a product of one image, channels first", image());
        GraphBuilder sum = new GraphBuilder("sum");
        Value summed = sum.input("x", new TensorType(DType.F32, Shape.of(ROWS, Dim.of(300))));
        graphs.put("a sum", sum.build(List.of(sum.reduce(Combiner.SUM, summed, List.of(1), false))));
        GraphBuilder pieces = new GraphBuilder("pieces");
        Value pieced = pieces.input("x", new TensorType(DType.F32, Shape.of(ROWS, Dim.of(20_000))));
        graphs.put(
                "a normalisation in pieces",
                pieces.build(List.of(pieces.add(new Op.Normalize(1, 1e-5, true), pieced))));
        GraphBuilder across = new GraphBuilder("across");
        Value columns = across.input("x", new TensorType(DType.F32, Shape.of(ROWS, Dim.of(300))));
        graphs.put("a sum of columns", across.build(List.of(across.reduce(Combiner.SUM, columns, List.of(0), false))));
        GraphBuilder each = new GraphBuilder("each");
        Value elements = each.input("x", new TensorType(DType.F32, Shape.of(ROWS, Dim.of(300))));
        graphs.put("an elementwise function", each.build(List.of(each.unary(UnaryOp.TANH, elements))));
        return graphs;
    }

    /** Its axes of rows are two, since columns come between them in the result. */
    private static Graph image() {
        GraphBuilder image = new GraphBuilder("image");
        Value x = image.input("x", new TensorType(DType.F32, Shape.of(ROWS, Dim.of(600), Dim.of(40))));
        Op.Contract product =
                new Op.Contract(List.of("b", "m", "k"), List.of("k", "n"), List.of("b", "m", "n"), DType.F32);
        Value last = image.add(product, x, image.constant(noise(6, 40, 3)));
        return image.build(List.of(image.add(new Op.Transpose(List.of(0, 2, 1)), last)));
    }

    @Test
    void theRowsOfOneImageAreWorkForSeveralThreads() {
        Program program = compile(image(), TARGETS.getFirst());
        Kernel scheduled = kernels(program).getLast().forms().usual().scheduled();
        List<Long> parallel = new ArrayList<>();
        scheduled.body().walk(statement -> {
            if (statement instanceof Stmt.For loop && loop.kind() == LoopKind.PARALLEL) {
                parallel.add(loop.extent().evaluate(symbol -> 1));
            }
        });
        assertEquals(1, parallel.size());
        assertTrue(parallel.getFirst() >= 3, scheduled::toString);
    }

    private static Value product(GraphBuilder graph, Dim rows, Value right) {
        return product(graph, graph.input("x", new TensorType(DType.F32, Shape.of(rows, Dim.of(40)))), right);
    }

    private static Value product(GraphBuilder graph, Value x, Value right) {
        return graph.add(new Op.Contract(List.of("m", "k"), List.of("k", "n"), List.of("m", "n"), DType.F32), x, right);
    }

    private static Program compile(Graph graph, Target target) {
        return Compiler.compile(graph, target, CompileOptions.defaults());
    }

    private static List<ProgramStep.RunKernel> kernels(Program program) {
        return program.steps().stream().map(ProgramStep.RunKernel.class::cast).toList();
    }

    private static ScheduleSpace space(Program program, ProgramStep.RunKernel step, Target target) {
        return space(program, step, target, true);
    }

    private static ScheduleSpace space(Program program, ProgramStep.RunKernel step, Target target, boolean pinned) {
        Set<String> constants = new HashSet<>();
        for (int i = 0; i < step.arguments().size(); i++) {
            if (program.constants().containsKey(step.arguments().get(i))) {
                constants.add(step.kernel().parameters().get(i).name());
            }
        }
        return DefaultSchedules.space(step.kernel(), constants, target, pinned);
    }

    /** The lists, and the forms of the default, as text. */
    @Test
    void areListsThatCanBeCounted() {
        StringBuilder text = new StringBuilder();
        for (Target target : TARGETS) {
            graphs().forEach((name, graph) -> {
                Program program = compile(graph, target);
                for (ProgramStep.RunKernel step : kernels(program)) {
                    ScheduleSpace space = space(program, step, target);
                    List<String> names =
                            space.candidates().stream().map(Candidate::name).toList();
                    assertEquals(new HashSet<>(names).size(), names.size(), "each has a name of its own: " + names);
                    text.append("// ").append(name).append(" on ").append(target.name());
                    text.append(": ").append(space.name()).append(", ").append(names.size());
                    Pruning pruning = space.pruning();
                    pruning.knobs().forEach(knob -> text.append("\n// knob ").append(knob));
                    text.append("\n// all ").append(pruning.all());
                    pruning.effects()
                            .forEach(effect -> text.append("\n// ")
                                    .append(effect.rule())
                                    .append(' ')
                                    .append(effect.left()));
                    text.append("\n//   ").append(String.join("\n//   ", names)).append('\n');
                    for (KernelForms.Form form : step.forms().forms()) {
                        text.append(SchedulePrinter.print(form.schedule()));
                    }
                    text.append('\n');
                }
            });
        }
        GoldenFile.check("schedule_spaces", text.toString());
    }

    @Test
    void theDefaultIsOneOfThem() {
        for (Target target : TARGETS) {
            graphs().forEach((name, graph) -> {
                Program program = compile(graph, target);
                for (ProgramStep.RunKernel step : kernels(program)) {
                    List<Candidate> candidates = space(program, step, target).candidates();
                    for (KernelForms.Form form : step.forms().forms()) {
                        assertTrue(
                                candidates.stream()
                                        .anyMatch(candidate -> candidate
                                                .schedule()
                                                .steps()
                                                .equals(form.schedule().steps())),
                                name);
                    }
                }
            });
        }
    }

    @Test
    void areWhatRulesLeaveOfCrossProducts() {
        for (Target target : TARGETS) {
            graphs().forEach((name, graph) -> {
                Program program = compile(graph, target);
                for (ProgramStep.RunKernel step : kernels(program)) {
                    ScheduleSpace space = space(program, step, target);
                    Pruning pruning = space.pruning();
                    assertEquals(space(program, step, target, false).unpruned().size(), pruning.all(), name);
                    assertTrue(space.unpruned().size() <= pruning.all(), name);
                    assertEquals(space.candidates().size(), pruning.left(), name);
                    assertTrue(space.unpruned().containsAll(space.candidates()), name);
                    long left = pruning.all();
                    for (Pruning.RuleEffect effect : pruning.effects()) {
                        assertTrue(effect.left() <= left && effect.left() > 0, name + ": " + effect);
                        left = effect.left();
                    }
                }
            });
        }
    }

    @Test
    void theDefaultIsTheFirstOfTheRankingThatIsLegal() {
        for (Target target : TARGETS) {
            graphs().forEach((name, graph) -> {
                Program program = compile(graph, target);
                for (ProgramStep.RunKernel step : kernels(program)) {
                    ScheduleSpace space = space(program, step, target);
                    List<Candidate> ranked = space.ranked(Map.of());
                    assertEquals(new HashSet<>(space.candidates()), new HashSet<>(ranked), name);
                    Schedule first = ranked.stream()
                            .map(Candidate::schedule)
                            .filter(schedule -> isLegal(step, schedule, target))
                            .findFirst()
                            .orElseThrow();
                    assertEquals(step.forms().usual().schedule().steps(), first.steps(), name);
                }
            });
        }
    }

    private static boolean isLegal(ProgramStep.RunKernel step, Schedule schedule, Target target) {
        try {
            step.under(schedule, target);
            return true;
        } catch (ScheduleRefusal refused) {
            return false;
        }
    }

    @Test
    void rowsThatAreKnownAreRankedByTheirNumber() {
        Target target = TARGETS.getFirst();
        Program program = compile(graphs().get("a product with weights"), target);
        ScheduleSpace space = space(program, kernels(program).getFirst(), target);
        assertEquals(
                "12x2 packed by 2",
                space.ranked(Map.of("rows", 384L)).getFirst().name());
        assertTrue(space.ranked(Map.of("rows", 1L)).getFirst().name().startsWith("1x"), "one row");
    }

    @Test
    void fewRowsHaveFormsThatGiveTheSameBits() {
        for (Target target : TARGETS) {
            for (String name : List.of("a product with weights", "a product of values")) {
                Graph graph = graphs().get(name);
                Program program = compile(graph, target);
                ProgramStep.RunKernel step = kernels(program).getFirst();
                assertTrue(step.forms().forms().size() > 1, name + " has forms: " + conditions(step));
                Program one = TestMachine.withFirst(program, step.under(step.schedule(), target));
                Set<Integer> chosen = new HashSet<>();
                for (long rows : new long[] {0, 1, 2, 3, 4, 13, 40}) {
                    List<Tensor> inputs = inputs(graph, rows);
                    SameBits.check(
                            name + ", " + rows + " rows",
                            TestMachine.run(one, inputs),
                            TestMachine.run(program, inputs));
                    chosen.add(step.forms().chosen(condition -> condition.evaluate(symbol -> rows)));
                }
                assertEquals(step.forms().forms().size(), chosen.size(), "each form is chosen: " + conditions(step));
            }
        }
    }

    private static List<List<Dim>> conditions(ProgramStep.RunKernel step) {
        return step.forms().forms().stream()
                .map(form -> form.schedule().conditions())
                .toList();
    }

    @Test
    void everyCandidateGivesTheSameBits() {
        int[] tried = {0};
        for (Target target : TARGETS) {
            graphs().forEach((name, graph) -> {
                Program program = compile(graph, target);
                List<Tensor> inputs = inputs(graph, 7);
                List<Tensor> expected = TestMachine.run(program, inputs);
                ProgramStep.RunKernel step = kernels(program).getFirst();
                for (Candidate candidate : space(program, step, target).candidates()) {
                    ProgramStep.RunKernel other;
                    try {
                        other = step.under(candidate.schedule(), target);
                    } catch (ScheduleRefusal refused) {
                        continue;
                    }
                    SameBits.check(
                            name + ": " + candidate.name(),
                            expected,
                            TestMachine.run(TestMachine.withFirst(program, other), inputs));
                    tried[0]++;
                }
            });
        }
        assertTrue(tried[0] > 40, tried[0] + " candidates are legal");
    }

    private static List<Tensor> inputs(Graph graph, long rows) {
        List<Tensor> inputs = new ArrayList<>();
        for (Value value : graph.inputs()) {
            inputs.add(noise(
                    inputs.size() + 7,
                    value.type().shape().dims().stream()
                            .mapToLong(dim -> dim.evaluate(symbol -> rows))
                            .toArray()));
        }
        return inputs;
    }

    static Tensor noise(long seed, long... shape) {
        Random random = new Random(seed);
        float[] data = new float[(int) Tensor.count(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) random.nextGaussian();
        }
        return Tensor.of(data, shape);
    }
}
