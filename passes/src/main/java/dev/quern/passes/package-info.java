/** Passes over graphs and kernels, and the lowering between them. */
package dev.quern.passes;
