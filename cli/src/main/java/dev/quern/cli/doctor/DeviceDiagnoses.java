package dev.quern.cli.doctor;

import dev.quern.ptx.CudaReport;
import java.util.List;
import java.util.stream.Collectors;

/** What devices are there, and whether kernels are right on them. */
public final class DeviceDiagnoses {
    private DeviceDiagnoses() {}

    /** The driver and its devices. */
    public static Diagnosis driver(CudaReport report) {
        String devices = report.devices().stream()
                .map(device -> device.name() + " (" + device.architecture() + ", "
                        + MachineDiagnoses.size(device.memory()) + ")")
                .collect(Collectors.joining(", "));
        if (report.version().isEmpty()) {
            return new Diagnosis("NVIDIA driver", Diagnosis.Health.ABSENT, "none", report.problem());
        }
        String found = "CUDA " + report.version() + (devices.isEmpty() ? "" : ", " + devices);
        return report.problem().isEmpty()
                ? Diagnosis.ok("NVIDIA driver", found)
                : new Diagnosis("NVIDIA driver", Diagnosis.Health.ABSENT, found, report.problem());
    }

    /** How the zoo ended on {@code device}. */
    public static Diagnosis zoo(String device, List<ZooResult> results) {
        List<ZooResult> wrong =
                results.stream().filter(result -> !result.isRight()).toList();
        String subject = "Kernels on " + device;
        long untried = results.stream().filter(ZooResult::isUntried).count();
        String found = results.size() - wrong.size() + " of " + results.size() + " kinds agree with the interpreter"
                + (untried == 0 ? "" : ", " + untried + " not tried");
        if (wrong.isEmpty()) {
            return Diagnosis.ok(subject, found);
        }
        String faults = wrong.stream()
                .filter(result -> !result.isUntried())
                .map(result -> result.model() + ": " + result.fault())
                .collect(Collectors.joining("; "));
        return new Diagnosis(subject, Diagnosis.Health.FAULT, found, "please report this: " + faults);
    }
}
