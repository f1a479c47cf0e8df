/** Schedules as data, and the loop transformations that they name. */
package dev.quern.ir.schedule;
