/** The quern command. */
module dev.quern.cli {
    requires dev.quern.runtime;
    requires info.picocli;
}
