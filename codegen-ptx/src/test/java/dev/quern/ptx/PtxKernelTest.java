package dev.quern.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.testing.GoldenFile;
import dev.quern.ir.verify.KernelVerifier;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PtxKernelTest {
    @ParameterizedTest
    @ValueSource(strings = {"traversal", "softmax", "shared"})
    void textIsThatOfTheGoldenFile(String name) {
        GoldenFile.check(
                name, "ptx", PtxKernel.of(GridKernels.all().get(name), "sm_80").text());
    }

    @Test
    void kernelsObeyTheRules() {
        GridKernels.all().values().forEach(KernelVerifier::verify);
    }

    @Test
    void launchesHaveTheShapeOfTheLoops() {
        Dim n = Dim.symbol("n");
        assertEquals(
                List.of(new LaunchShape("k_traversal_0", n.ceilDiv(Dim.of(64)).max(Dim.ZERO), 64)),
                PtxKernel.of(GridKernels.all().get("traversal"), "sm_90").launches());
        assertEquals(
                List.of(new LaunchShape("k_shared_0", n.max(Dim.ZERO), 64)),
                PtxKernel.of(GridKernels.all().get("shared"), "sm_90").launches());
    }

    @Test
    void namesBecomeAscii() {
        Kernel odd = new Kernel(
                "gru \u00e9/1",
                "t",
                List.of(),
                List.of(Buffer.global("y \u20ac", DType.F32, Shape.SCALAR)),
                1,
                new Stmt.Store("y \u20ac", List.of(), Expr.Immediate.of(1f)));
        PtxKernel kernel = PtxKernel.of(odd, "sm_75");
        assertEquals("k_gru___1_0", kernel.launches().getFirst().entry());
        assertTrue(StandardCharsets.US_ASCII.newEncoder().canEncode(kernel.text()), kernel.text());
    }

    @Test
    void aRefusalSaysWhat() {
        Kernel kernel = new Kernel(
                "k",
                "t",
                List.of(),
                List.of(Buffer.global("y", DType.F64, Shape.SCALAR)),
                1,
                new Stmt.Store("y", List.of(), new Expr.UnaryOperation(UnaryOp.SIN, Expr.Immediate.of(1.0))));
        ModelException refusal = assertThrows(ModelException.class, () -> PtxKernel.of(kernel, "sm_75"));
        assertEquals(ModelException.Code.UNSUPPORTED, refusal.code());
        assertEquals("k: the cuda back end does not lower SIN of f64", refusal.getMessage());
    }

    @Test
    void anUnknownTargetIsRefused() {
        assertEquals(
                "target 'sm_12': expected one of sm_75, sm_80, sm_90",
                assertThrows(ModelException.class, () -> PtxTargets.of("sm_12")).getMessage());
    }
}
