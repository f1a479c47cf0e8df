/** The text form of dimensions, schedules, kernels and graphs: printers, and one parser that reads all of it back. */
package dev.quern.ir.text;
