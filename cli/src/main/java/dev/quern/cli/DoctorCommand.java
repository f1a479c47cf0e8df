package dev.quern.cli;

import dev.quern.Options;
import dev.quern.cli.doctor.DeviceFindings;
import dev.quern.cli.doctor.Finding;
import dev.quern.cli.doctor.MachineFindings;
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
        List<Finding> findings =
                new ArrayList<>(MachineFindings.all(Options.defaults().cache()));
        findings.add(zoo("cpu"));
        CudaReport cuda = CudaReport.ofMachine();
        findings.add(DeviceFindings.driver(cuda));
        if (cuda.problem().isEmpty()) {
            findings.add(zoo("cuda"));
        }
        if (json) {
            json(findings);
        } else {
            print(findings);
        }
        return findings.stream().anyMatch(finding -> finding.state() == Finding.State.FAULT)
                ? ExitStatus.BUG
                : ExitStatus.OK;
    }

    private Finding zoo(String device) throws InterruptedException {
        try (Progress _ = Progress.of(session.err(), "running a model for each kind of kernel on " + device)) {
            return DeviceFindings.zoo(device, new ZooProcess(worker(device), LIMIT).results());
        } catch (IOException failure) {
            return new Finding(
                    "Kernels on " + device,
                    Finding.State.NOTE,
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

    private void print(List<Finding> findings) {
        for (Finding finding : findings) {
            String state = finding.state().name().toLowerCase(Locale.ROOT);
            session.out().printf("%-7s %s: %s%n", state, finding.subject(), finding.found());
            if (!finding.advice().isEmpty()) {
                session.out().printf("%-7s %s%n", "", finding.advice());
            }
        }
    }

    private void json(List<Finding> findings) {
        Json.print(session.out(), out -> {
            out.writeArrayFieldStart("findings");
            for (Finding finding : findings) {
                out.writeStartObject();
                out.writeStringField("subject", finding.subject());
                out.writeStringField("state", finding.state().name().toLowerCase(Locale.ROOT));
                out.writeStringField("found", finding.found());
                out.writeStringField("advice", finding.advice());
                out.writeEndObject();
            }
            out.writeEndArray();
        });
    }
}
