/** Checks of the source tree itself, whatever it computes: its format, the size of its files, the names of its types. */
package dev.quern.house;
