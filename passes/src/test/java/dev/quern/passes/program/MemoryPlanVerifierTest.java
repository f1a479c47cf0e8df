package dev.quern.passes.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.backend.Target;
import dev.quern.ir.text.Parser;
import dev.quern.ir.verify.InvalidIrException;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each rule of a memory plan broken in turn. */
class MemoryPlanVerifierTest {
    /** {@code c} is the concatenation of {@code b}, computed in its place, and a copy of {@code x}. */
    private static final String GRAPH = """
            graph g(%x: f32[n]) {
              %a: f32[n] = cumulate sum(%x) {axis = 0}
              %b: f32[n] = cumulate sum(%a) {axis = 0}
              %c: f32[2*n] = concat(%b, %x) {axis = 0}
              %y: f32[2*n] = cumulate sum(%c) {axis = 0}
              %z: f32[n] = cumulate sum(%a) {axis = 0, reverse = true}
              return %y, %z
            }
            """;

    private static Program program() {
        return Compiler.compile(Parser.parseGraph(GRAPH), Target.scalar(1), CompileOptions.defaults());
    }

    private static Program with(Program program, Map<String, MemoryPlan.Place> changed, List<ProgramStep> steps) {
        Map<String, MemoryPlan.Place> places = new HashMap<>(program.memory().places());
        places.putAll(changed);
        return new Program(
                program.name(),
                program.inputs(),
                program.outputs(),
                program.guards(),
                program.constants(),
                steps,
                new MemoryPlan(places, program.memory().arenaElements()));
    }

    private static void broken(String message, Program program) {
        InvalidIrException refused =
                assertThrows(InvalidIrException.class, () -> MemoryPlanVerifier.verify(program, Map.of("n", 4L)));
        assertEquals("memory of g" + message, refused.getMessage());
        assertThrows(InvalidIrException.class, () -> MemoryPlanVerifier.verify(program, Set.of(), List.of()));
    }

    private static void broken(String message, String value, MemoryPlan.Place place) {
        Program right = program();
        broken(message, with(right, Map.of(value, place), right.steps()));
    }

    private static MemoryPlan.Place slot(long offset) {
        return new MemoryPlan.Slot(Dim.of(offset));
    }

    private static MemoryPlan.Place within(String value, long offset) {
        Layout row = Layout.rowMajor(Shape.of(Dim.symbol("n")));
        return new MemoryPlan.Within(value, Dim.of(offset), row);
    }

    @Test
    void whatTheCompilerPlansIsRight() {
        Program program = program();
        Map<String, MemoryPlan.Place> places = program.memory().places();
        assertEquals(within("c", 0), places.get("b"));
        assertEquals(slot(0), places.get("a"));
        assertEquals(5, program.steps().size());
        for (long n = 0; n < 20; n++) {
            MemoryPlanVerifier.verify(program, Map.of("n", n));
        }
    }

    @Test
    void twoLiveValuesMustNotOverlap() {
        broken(
                ", step 1 (): place of operand a: expected apart from arena of f32 [2, 6) of b, found arena of f32 [0, 4)",
                "c",
                slot(2));
    }

    @Test
    void whatIsReadLaterMustNotBeOverwritten() {
        Program right = program();
        List<ProgramStep> steps = new java.util.ArrayList<>(right.steps());
        steps.set(2, steps.get(1));
        broken(
                ", step 3 (): what is at arena of f32 [16, 24): expected c, found nothing at 20",
                with(right, Map.of(), steps));
    }

    @Test
    void partsLieWithinWhatTheyAreParts() {
        broken(": place of b: expected within [0, 32), found arena of f32 [29, 33)", "b", within("c", 13));
        broken(", step 3 (): what is at arena of f32 [16, 24): expected c, found nothing at 16", "b", within("c", 4));
    }

    /** {@code c} has {@code a}, {@code b} and a copy of {@code x} as columns. */
    private static Program columns() {
        return Compiler.compile(Parser.parseGraph("""
                graph g(%x: f32[n, 8]) {
                  %a: f32[n, 16] = concat(%x, %x) {axis = 1}
                  %s: f32[n, 16] = softmax(%a) {axis = 1}
                  %b: f32[n, 16] = cumulate sum(%s) {axis = 1}
                  %c: f32[n, 40] = concat(%s, %b, %x) {axis = 1}
                  %y: f32[n, 40] = cumulate sum(%c) {axis = 1}
                  return %y
                }
                """), Target.scalar(1), CompileOptions.defaults());
    }

    @Test
    void columnsLieApart() {
        Program right = columns();
        MemoryPlan.Within b = (MemoryPlan.Within) right.memory().places().get("b");
        assertEquals(Dim.of(16), b.offset());
        for (long n = 0; n < 20; n++) {
            MemoryPlanVerifier.verify(right, Map.of("n", n));
        }
        broken(
                ", step 2 (): place of operand s: expected apart from arena of f32 [79, 215) in"
                        + " [AreaAxis[count=4, step=40], AreaAxis[count=16, step=1]] of b, found"
                        + " arena of f32 [64, 200) in [AreaAxis[count=4, step=40], AreaAxis[count=16, step=1]]",
                with(right, Map.of("b", new MemoryPlan.Within("c", Dim.of(15), b.layout())), right.steps()));
    }

    @Test
    void aKernelTakesAValueAsItIsLaid() {
        Program right = columns();
        MemoryPlan.Place contiguous =
                new MemoryPlan.Within("c", Dim.of(16), Layout.rowMajor(Shape.of(Dim.symbol("n"), Dim.of(16))));
        broken(
                ", step 2 (): elements of b: expected arena of f32 [80, 144), found arena of f32 [80, 216) in"
                        + " [AreaAxis[count=4, step=40], AreaAxis[count=16, step=1]]",
                with(right, Map.of("b", contiguous), right.steps()));
    }

    @Test
    void inputsAreNotWritten() {
        broken(", step 0 (): place of result a: expected memory of the run, found InputPlace[]", "a", within("x", 0));
    }

    @Test
    void outputsShareNoMemory() {
        broken(", outputs: place of operand z: expected apart from y [0, 8) of y, found y [0, 4)", "z", within("y", 0));
    }

    /** {@code next} is {@code a} with a row written over, and {@code z} reads {@code a} as it was. */
    private static Program overwriting() {
        return Compiler.compile(Parser.parseGraph("""
                graph g(%x: f32[n, 8], %row: f32[1, 8]) {
                  %a: f32[n, 8] = cumulate sum(%x) {axis = 0}
                  %view: f32[8*n] = reshape(%a) {shape = [8*n]}
                  %next: f32[n, 8] = update(%a, %row) {starts = [0, 0], axis = 0}
                  %z: f32[8*n] = cumulate sum(%view) {axis = 0}
                  %y: f32[n, 8] = cumulate sum(%next) {axis = 0}
                  return %y, %z
                }
                """), Target.scalar(1), CompileOptions.defaults());
    }

    @Test
    void whatAReaderIsLeftOfIsNotWrittenOver() {
        Program right = overwriting();
        for (long n = 1; n < 20; n++) {
            MemoryPlanVerifier.verify(right, Map.of("n", n));
        }
        Shape shape = Shape.of(Dim.symbol("n"), Dim.of(8));
        MemoryPlan.Place inside = new MemoryPlan.Within("next", Dim.ZERO, Layout.rowMajor(shape));
        broken(
                ", step 3 (): what is at arena of f32 [32, 64): expected a, found next at 32",
                with(right, Map.of("a", inside), right.steps()));
        MemoryPlan.Place same = right.memory().places().get("next");
        broken(
                ", step 3 (): what is at arena of f32 [32, 64): expected a, found next at 32",
                with(right, Map.of("a", same), right.steps()));
    }

    @Test
    void whatIsReadLaterIsNotInherited() {
        Program right = Compiler.compile(Parser.parseGraph("""
                graph g(%x: f32[n]) {
                  %y: f32[n] = neg(%x)
                  %r: f32[n] = slice(%x) {starts = [n - 1], steps = [-1], shape = [n]}
                  %z: f32[n] = neg(%r)
                  return %y, %z
                }
                """), Target.scalar(1), CompileOptions.defaults());
        broken(
                ", step 1 (): what is at x [0, 4): expected x, found y at 0",
                with(right, Map.of("y", new MemoryPlan.Inherits("x")), right.steps()));
        broken(
                ", step 1 (): place of operand x: expected apart from x [0, 4) of z, found x [0, 4)",
                with(right, Map.of("z", new MemoryPlan.Inherits("x")), right.steps()));
    }
}
