package dev.quern.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.TensorInfo;
import dev.quern.ir.backend.MachineCode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class WarmUpTest {
    @Test
    void runsGoOnWhileMoreIsCompiled() {
        int[] asked = {0};
        int[] runs = {0};
        int[] lastChange = {0};
        Supplier<MachineCode> code = () -> {
            asked[0]++;
            if (asked[0] <= 8) {
                lastChange[0] = runs[0];
            }
            return asked[0] <= 4
                    ? new MachineCode(Set.of("kernel " + asked[0]), false)
                    : new MachineCode(Set.of("kernel 4"), asked[0] <= 8);
        };
        int all = WarmUp.run(() -> runs[0]++, code, () -> false);
        assertEquals(runs[0], all);
        assertTrue(asked[0] > 8, () -> "asked " + asked[0] + " times");
        assertTrue(all >= lastChange[0] + 10, () -> all + " runs, the last change after " + lastChange[0]);
    }

    @Test
    void runsEndWhenAsked() {
        int[] runs = {0};
        int all = WarmUp.run(() -> runs[0]++, () -> MachineCode.NONE, () -> runs[0] == 3);
        assertEquals(3, all);
    }

    @Test
    void zerosAreOfAnyType() {
        List<TensorInfo> inputs = List.of(
                new TensorInfo("b", DType.BOOL, List.of("2"), false),
                new TensorInfo("s", DType.STRING, List.of("2"), false),
                new TensorInfo("h", DType.F16, List.of("n"), true));
        Map<String, Tensor> zeros =
                WarmUp.zeros(inputs, Map.of("b", new long[] {2}, "s", new long[] {2}), Long.MAX_VALUE);
        assertEquals(Set.of("b", "s"), zeros.keySet());
        assertEquals(List.of("", ""), zeros.get("s").strings());
        assertEquals(DType.BOOL, zeros.get("b").dtype());
        assertThrows(
                ModelException.class, () -> WarmUp.zeros(inputs, Map.of("b", new long[] {2}, "s", new long[] {2}), 1));
    }
}
