/** What people program against: {@link dev.quern.Model}, {@link dev.quern.Tensor}, {@link dev.quern.Options}. */
module dev.quern {
    exports dev.quern;
    exports dev.quern.spi;

    uses dev.quern.spi.ModelProvider;
}
