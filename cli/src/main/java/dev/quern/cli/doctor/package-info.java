/** What {@code quern doctor} looks at. */
package dev.quern.cli.doctor;
