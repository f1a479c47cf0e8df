/**
 * The reference interpreter of kernels, with arithmetic of its own: nothing numeric is shared with the interpreter of graphs, nor with
 * what generates code, so that each can judge the others.
 */
package dev.quern.ir.interpret.kernel;
