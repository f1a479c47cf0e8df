/** The compiled program that the runtime executes. */
package dev.quern.passes.program;
