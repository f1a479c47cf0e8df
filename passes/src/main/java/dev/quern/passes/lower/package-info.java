/** Fusion of a graph into regions, and the templates that lower each region to a kernel. */
package dev.quern.passes.lower;
