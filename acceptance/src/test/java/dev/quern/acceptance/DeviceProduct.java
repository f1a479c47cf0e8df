package dev.quern.acceptance;

import dev.quern.DType;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.DeviceExecutable;
import dev.quern.ir.backend.DeviceQueue;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import dev.quern.onnx.OnnxModels;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.ModelBytes;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.graph.GraphPipeline;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.runtime.BackendChoice;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** A product of square matrices of bfloat16 on a device, as its default schedule does it: elements beside sums in f64, and its speed. */
final class DeviceProduct {
    private static final int SAMPLES = 4096;
    private static final int BATCHES = 9;
    private static final int LAUNCHES = 20;
    private static final long PAUSE_MILLIS = 20;
    private static final byte POISON = (byte) 0xFF;

    private DeviceProduct() {}

    /** What was found. */
    record ProductReport(String kernel, int samples, double worstShare, double teraflops) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s: %d samples, the worst at %.3f of what is allowed; %.1f TFLOP/s",
                    kernel,
                    samples,
                    worstShare,
                    teraflops);
        }
    }

    private static Kernel kernel(int n, Target target) throws IOException {
        Path file = Files.createTempFile("product", ".onnx");
        try {
            Files.write(
                    file,
                    new OnnxBuilder()
                            .opset(18)
                            .input("a", DType.BF16, n, n)
                            .input("b", DType.BF16, n, n)
                            .node("MatMul", List.of("a", "b"), List.of("y"))
                            .output("y", DType.BF16, n, n)
                            .build());
            try (ModelBytes bytes = ModelBytes.map(file)) {
                Program program = Compiler.compile(
                        GraphPipeline.run(OnnxModels.read(bytes, _ -> {}).graph()), target, CompileOptions.defaults());
                return ((ProgramStep.RunKernel) program.steps().getFirst()).scheduled();
            }
        } finally {
            Files.delete(file);
        }
    }

    /** The product of two matrices of {@code n} by {@code n} elements. */
    static ProductReport run(int n, Backend backend) throws IOException, InterruptedException {
        Kernel kernel = kernel(n, backend.target(1));
        List<String> names = kernel.parameters().stream().map(Buffer::name).toList();
        if (names.size() != 3 || !hasInstructions(kernel)) {
            throw new AssertionError("expected a product by matrix instructions, found " + kernel);
        }
        DeviceExecutable executable = (DeviceExecutable) backend.compile(kernel, backend.target(1));
        try (Arena arena = Arena.ofConfined();
                DeviceQueue queue = backend.openQueue().orElseThrow()) {
            long bytes = 2L * n * n;
            MemorySegment[] host = new MemorySegment[3];
            long[] addresses = new long[3];
            Random random = new Random(n);
            for (int i = 0; i < 3; i++) {
                host[i] = arena.allocate(bytes, 64);
                for (long e = 0; e < (long) n * n && i < 2; e++) {
                    int bits = Float.floatToRawIntBits((float) random.nextGaussian());
                    host[i].setAtIndex(ValueLayout.JAVA_SHORT, e, (short) (bits >>> Short.SIZE));
                }
                addresses[i] = queue.allocate(bytes);
                queue.copyIn(host[i], addresses[i]);
            }
            queue.fill(addresses[2], POISON, bytes);
            executable.launch(queue, addresses, new long[0]);
            queue.await();
            queue.copyOut(addresses[2], host[2]);
            double worst = worst(host, n, random);
            double[] nanos = new double[BATCHES];
            for (int batch = 0; batch < BATCHES; batch++) {
                Thread.sleep(PAUSE_MILLIS);
                nanos[batch] = queue.nanos(() -> {
                            for (int i = 0; i < LAUNCHES; i++) {
                                executable.launch(queue, addresses, new long[0]);
                            }
                        })
                        / LAUNCHES;
            }
            Arrays.sort(nanos);
            return new ProductReport(kernel.name(), SAMPLES, worst, 2.0 * n * n * n / nanos[BATCHES / 2] / 1e3);
        }
    }

    private static boolean hasInstructions(Kernel kernel) {
        return Statements.any(
                kernel.body(),
                part -> part instanceof Stmt.Section section
                        && section.by() instanceof Realisation.ByMatrixInstruction);
    }

    /** The greatest error of samples, in shares of what is allowed: half a unit of bfloat16, and one of f32 for each term of the sum of magnitudes. NaN anywhere is no number. */
    private static double worst(MemorySegment[] host, int n, Random random) {
        for (long e = 0; e < (long) n * n; e++) {
            if (Double.isNaN(number(host[2], e))) {
                return Double.NaN;
            }
        }
        double worst = 0;
        for (int sample = 0; sample < SAMPLES; sample++) {
            long row = random.nextInt(n);
            long column = random.nextInt(n);
            double sum = 0;
            double magnitude = 0;
            for (long k = 0; k < n; k++) {
                double term = number(host[0], row * n + k) * number(host[1], k * n + column);
                sum += term;
                magnitude += Math.abs(term);
            }
            double allowed = Math.scalb(Math.abs(sum), -8) + magnitude * Math.scalb(1.0, -23);
            worst = Math.max(worst, Math.abs(number(host[2], row * n + column) - sum) / allowed);
        }
        return worst;
    }

    private static double number(MemorySegment brain, long element) {
        return Float.intBitsToFloat(brain.getAtIndex(ValueLayout.JAVA_SHORT, element) << Short.SIZE);
    }

    /** Prints what was found of each size; ends with 1 if an error is beyond what is allowed. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Backend backend = BackendChoice.forDevice(arguments[0]);
        boolean isRight = true;
        for (String size : List.of(arguments).subList(1, arguments.length)) {
            ProductReport report = run(Integer.parseInt(size), backend);
            System.out.println(size + ": " + report);
            isRight &= report.worstShare() <= 1;
        }
        System.exit(isRight ? 0 : 1);
    }
}
