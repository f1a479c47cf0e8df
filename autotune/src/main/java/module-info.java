/** Schedule search and tuning records. */
module dev.quern.tune {
    requires com.fasterxml.jackson.core;
    requires transitive dev.quern.ir;

    exports dev.quern.tune;
}
