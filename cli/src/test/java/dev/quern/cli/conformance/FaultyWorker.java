package dev.quern.cli.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;

/** A process that passes tests, or dies or hangs, as their names say; the argument is a file that each name is added to. */
final class FaultyWorker {
    private FaultyWorker() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        System.out.println(WorkerLoop.READY);
        int asked = 0;
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String id = lines.readLine(); id != null; id = lines.readLine()) {
            Files.writeString(Path.of(arguments[0]), id + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            asked++;
            if (id.equals("node/die") || id.equals("node/die-if-second") && asked > 1) {
                System.err.println("no more");
                System.exit(5);
            }
            if (id.equals("node/hang")) {
                new CountDownLatch(1).await();
            }
            System.out.println(WorkerLoop.encode(TestOutcome.passed()));
        }
    }
}
