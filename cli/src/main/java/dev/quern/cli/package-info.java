/** The {@code quern} command. */
package dev.quern.cli;
