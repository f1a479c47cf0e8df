/** The fixed default schedule of each template, as data; a tuner may choose others. */
package dev.quern.passes.schedule;
