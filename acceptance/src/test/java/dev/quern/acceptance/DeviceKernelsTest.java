package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Target;
import dev.quern.ptx.PtxTargets;
import dev.quern.runtime.BackendChoice;
import dev.quern.zoo.ModelAbsentException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** In the profile {@code gpu}: kernels on the GPU that is there. Where there is none they are counted, and the tests skipped. */
@EnabledIfSystemProperty(named = "quern.gpu", matches = "true")
class DeviceKernelsTest {
    private final Backend backend = BackendChoice.forDevice("cuda");

    @TestFactory
    Stream<DynamicTest> agreeWithTheInterpreter() {
        if (!backend.isAvailable()) {
            return Stream.of(DynamicTest.dynamicTest("no GPU", DeviceKernelsTest::skip));
        }
        Target target = backend.target(1);
        return DeviceKernels.cases().stream()
                .map(model -> DynamicTest.dynamicTest(model.model(), () -> {
                    DeviceKernels.DeviceTally tally = DeviceKernels.compare(kernels(model, target), backend, target);
                    System.out.println(model.model() + ": " + tally);
                    assertEquals(List.of(), tally.different());
                    assertTrue(tally.sameBits() + tally.within() > 0, tally::toString);
                }));
    }

    @TestFactory
    Stream<DynamicTest> modelsAgreeWithTheCpu() {
        if (!backend.isAvailable()) {
            System.err.println("SKIPPED: whole models on a GPU, because there is none here");
            return Stream.of(DynamicTest.dynamicTest("no GPU", () -> Assumptions.abort("no GPU")));
        }
        return DeviceModels.cases().stream()
                .map(model -> DynamicTest.dynamicTest(
                        model.model(),
                        () -> System.out.println(DeviceModels.check(model, DeviceKernels.file(model), "cuda"))));
    }

    @Test
    void aProductOfBfloat16IsRight() throws IOException, InterruptedException {
        if (!backend.isAvailable()) {
            System.err.println("SKIPPED: a product by matrix instructions, because there is no GPU here");
            Assumptions.abort("no GPU");
        }
        DeviceProduct.ProductReport report = DeviceProduct.run(4096, backend);
        System.out.println(report);
        assertTrue(report.worstShare() <= 1, report::toString);
    }

    private static List<KernelBeside> kernels(ModelCase model, Target target) throws IOException {
        return DeviceKernels.kernels(
                DeviceKernels.file(model), target, model.inputs(model.sizes().getFirst(), 1));
    }

    private static void skip() throws IOException {
        int models = 0;
        int kernels = 0;
        for (ModelCase model : DeviceKernels.cases()) {
            try {
                kernels += kernels(model, PtxTargets.of("sm_90")).size();
                models++;
            } catch (ModelAbsentException absent) {
                System.err.println("SKIPPED: " + absent.getMessage());
            }
        }
        System.err.println("SKIPPED: DeviceKernelsTest, because there is no GPU here: " + kernels + " kernels of "
                + models + " models are not compared with the interpreter");
        Assumptions.abort("no GPU");
    }

    /** In a process of its own, which may use the device no more afterwards. */
    @Test
    void aStoreFarOutsideEndsInOneException() throws IOException, InterruptedException {
        if (!backend.isAvailable()) {
            System.err.println("SKIPPED: the planted fault, because there is no GPU here");
            Assumptions.abort("no GPU");
        }
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DeviceFault.class.getName(),
                        "cuda")
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        assertTrue(output.contains("waiting for kernel planted: CUDA_ERROR_ILLEGAL_ADDRESS (700)"), output);
        assertTrue(output.strip().endsWith("alive"), output);
    }
}
