/** Checks of the source tree itself, whatever it computes: its format, the size of its files. */
package dev.quern.house;
