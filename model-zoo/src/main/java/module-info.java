/** The real models that tests and benchmarks run; never part of a release. */
module dev.quern.zoo {
    requires transitive org.opentest4j;

    exports dev.quern.zoo;
}
