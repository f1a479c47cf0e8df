/** Schedule search and tuning records. */
module dev.quern.tune {
    requires com.fasterxml.jackson.core;
    requires transitive dev.quern.ir;
    requires transitive dev.quern.passes;

    exports dev.quern.tune;
}
