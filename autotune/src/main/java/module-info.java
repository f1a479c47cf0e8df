/** Schedule search and tuning records. */
module dev.quern.tune {
    requires dev.quern.ir;
}
