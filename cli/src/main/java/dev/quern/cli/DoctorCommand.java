package dev.quern.cli;

import dev.quern.Options;
import dev.quern.cli.doctor.DeviceDiagnoses;
import dev.quern.cli.doctor.Diagnosis;
import dev.quern.cli.doctor.MachineDiagnoses;
import dev.quern.cli.doctor.ZooProcess;
import dev.quern.ptx.CudaReport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code quern doctor}: what of this machine works, and what to do about what does not. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Looks at the JVM, its vectors and compiler, the cache, the NVIDIA driver and its devices, and runs a small model for "
                    + "each kind of kernel, in a process of its own, against the reference interpreter.",
            "Says of each thing that is not as it should be what to do. Ends with 70 if a kernel is wrong or crashes."
        })
final class DoctorCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final Session session;

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    DoctorCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        List<Diagnosis> diagnoses =
                new ArrayList<>(MachineDiagnoses.all(Options.defaults().cache()));
        diagnoses.add(zoo("cpu"));
        CudaReport cuda = CudaReport.ofMachine();
        diagnoses.add(DeviceDiagnoses.driver(cuda));
        if (cuda.problem().isEmpty()) {
            diagnoses.add(zoo("cuda"));
        }
        if (json) {
            json(diagnoses);
        } else {
            print(diagnoses);
        }
        return diagnoses.stream().anyMatch(diagnosis -> diagnosis.health() == Diagnosis.Health.FAULT)
                ? ExitStatus.BUG
                : ExitStatus.OK;
    }

    private Diagnosis zoo(String device) throws InterruptedException {
        try (Progress _ = Progress.of(session.err(), "running a model for each kind of kernel on " + device)) {
            return DeviceDiagnoses.zoo(device, new ZooProcess(worker(device), LIMIT).results());
        } catch (IOException failure) {
            return new Diagnosis(
                    "Kernels on " + device,
                    Diagnosis.Health.NOTE,
                    "no process could be started to try them in",
                    failure.getMessage());
        }
    }

    /** The command that starts a process like this one. */
    private static List<String> worker(String device) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> !argument.startsWith("-agentlib") && !argument.startsWith("-javaagent"))
                .toList());
        command.add("-XX:-CreateCoredumpOnCrash");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(ZooWorkerCommand.NAME, device));
        return command;
    }

    private void print(List<Diagnosis> diagnoses) {
        for (Diagnosis diagnosis : diagnoses) {
            String state = diagnosis.health().name().toLowerCase(Locale.ROOT);
            session.out().printf("%-7s %s: %s%n", state, diagnosis.subject(), diagnosis.found());
            if (!diagnosis.advice().isEmpty()) {
                session.out().printf("%-7s %s%n", "", diagnosis.advice());
            }
        }
    }

    private void json(List<Diagnosis> diagnoses) {
        Json.print(session.out(), out -> {
            out.writeArrayFieldStart("diagnoses");
            for (Diagnosis diagnosis : diagnoses) {
                out.writeStartObject();
                out.writeStringField("subject", diagnosis.subject());
                out.writeStringField("state", diagnosis.health().name().toLowerCase(Locale.ROOT));
                out.writeStringField("found", diagnosis.found());
                out.writeStringField("advice", diagnosis.advice());
                out.writeEndObject();
            }
            out.writeEndArray();
        });
    }
}
