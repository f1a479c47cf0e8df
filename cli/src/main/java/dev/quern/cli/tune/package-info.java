/** What {@code quern tune} shows and does. */
package dev.quern.cli.tune;
