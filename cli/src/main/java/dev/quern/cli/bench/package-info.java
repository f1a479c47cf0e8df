/** Timing implementations side by side, with what the machine can do beside it. */
package dev.quern.cli.bench;
