/** Schedule search: what is tuned, on what device, how candidates are measured and searched, and records of what was found. */
package dev.quern.tune;
