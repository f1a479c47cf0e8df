/** Types, the two IR levels, their text form, verifiers and reference interpreters. */
@SuppressWarnings("requires-automatic")
module dev.quern.ir {
    requires transitive dev.quern;
    requires org.antlr.antlr4.runtime;
}
