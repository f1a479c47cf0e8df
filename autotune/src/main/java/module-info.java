/** Schedule search and tuning records. */
module dev.quern.tune {
    requires transitive dev.quern.ir;

    exports dev.quern.tune;
}
