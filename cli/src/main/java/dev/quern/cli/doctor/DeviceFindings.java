package dev.quern.cli.doctor;

import dev.quern.ptx.CudaReport;
import java.util.List;
import java.util.stream.Collectors;

/** What devices are there, and whether kernels are right on them. */
public final class DeviceFindings {
    private DeviceFindings() {}

    /** The driver and its devices. */
    public static Finding driver(CudaReport report) {
        String devices = report.devices().stream()
                .map(device -> device.name() + " (" + device.architecture() + ", "
                        + MachineFindings.size(device.memory()) + ")")
                .collect(Collectors.joining(", "));
        if (report.version().isEmpty()) {
            return new Finding("NVIDIA driver", Finding.State.ABSENT, "none", report.problem());
        }
        String found = "CUDA " + report.version() + (devices.isEmpty() ? ", no device" : ", " + devices);
        return report.problem().isEmpty()
                ? Finding.ok("NVIDIA driver", found)
                : new Finding("NVIDIA driver", Finding.State.ABSENT, found, report.problem());
    }

    /** How the zoo ended on {@code device}. */
    public static Finding zoo(String device, List<ZooResult> results) {
        List<ZooResult> wrong =
                results.stream().filter(result -> !result.isRight()).toList();
        String subject = "Kernels on " + device;
        String found = results.size() - wrong.size() + " of " + results.size() + " kinds agree with the interpreter";
        if (wrong.isEmpty()) {
            return Finding.ok(subject, found);
        }
        String faults = wrong.stream()
                .map(result -> result.model() + ": " + result.fault())
                .collect(Collectors.joining("; "));
        return new Finding(subject, Finding.State.FAULT, found, "please report this: " + faults);
    }
}
