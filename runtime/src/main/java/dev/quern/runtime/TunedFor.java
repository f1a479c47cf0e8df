package dev.quern.runtime;

import dev.quern.ir.kernel.Kernel;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.tune.RecordKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What tuning records said of the kernels of programs when these were scheduled, so that a later load sees whether records have changed that are of these kernels, and of which.
 *
 * @param said a digest of the times of each kernel, by its signature; empty where there were none
 */
record TunedFor(Map<String, String> said) {
    /** The property of an archive that has it as text. */
    static final String PROPERTY = "tuned";

    private static final String NOTHING = "-";

    TunedFor {
        said = new LinkedHashMap<>(said);
    }

    /**
     * A kernel's signature.
     *
     * @param constants names of its parameters that are constants
     */
    static String signature(Kernel kernel, Set<String> constants) {
        return RecordKey.of(kernel, constants, "").signature();
    }

    /** What a program that was kept is worth by the records of today. */
    enum RecordStanding {
        /** They say of its kernels what they said. */
        SAME,
        /** They know more of some kernels, or other things. */
        CHANGED,
        /** They know nothing any more of a kernel that they knew something of. */
        FORGOTTEN
    }

    /** What {@code records} say of the kernels of {@code programs}, those of bodies among them. */
    static TunedFor of(List<Program> programs, TakenRecords records) {
        Map<String, String> said = new LinkedHashMap<>();
        if (!records.place().isEmpty()) {
            programs.forEach(program -> add(program, records, said));
        }
        return new TunedFor(said);
    }

    private static void add(Program program, TakenRecords records, Map<String, String> said) {
        for (ProgramStep step : program.steps()) {
            switch (step) {
                case ProgramStep.RunKernel kernel -> {
                    String signature = signature(kernel.kernel(), program.constantParameters(kernel));
                    said.computeIfAbsent(signature, records::digest);
                }
                case ProgramStep.RunControl(var _, List<Program> bodies) ->
                    bodies.forEach(body -> add(body, records, said));
                case ProgramStep.RunHost _, ProgramStep.CheckIndices _ -> {}
            }
        }
    }

    /** On one line. */
    String text() {
        List<String> words = new ArrayList<>();
        said.forEach((signature, digest) -> words.add(signature + ":" + (digest.isEmpty() ? NOTHING : digest)));
        return String.join(" ", words);
    }

    /** What {@link #text} gave; whatever else it is, is read as nothing said. */
    static TunedFor parse(String text) {
        Map<String, String> said = new LinkedHashMap<>();
        for (String word : text.split(" ")) {
            String[] parts = word.split(":", 2);
            if (parts.length == 2) {
                said.put(parts[0], parts[1].equals(NOTHING) ? "" : parts[1]);
            }
        }
        return new TunedFor(said);
    }

    /** The signatures of kernels of which {@code records} say other things now. */
    Set<String> changed(TakenRecords records) {
        Set<String> changed = new HashSet<>();
        said.forEach((signature, digest) -> {
            if (!records.digest(signature).equals(digest)) {
                changed.add(signature);
            }
        });
        return changed;
    }

    /** How it stands beside what {@code records} say now. */
    RecordStanding under(TakenRecords records) {
        Set<String> changed = changed(records);
        if (changed.isEmpty()) {
            return RecordStanding.SAME;
        }
        return changed.stream().anyMatch(signature -> records.digest(signature).isEmpty())
                ? RecordStanding.FORGOTTEN
                : RecordStanding.CHANGED;
    }
}
