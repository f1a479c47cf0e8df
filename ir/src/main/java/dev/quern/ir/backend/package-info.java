/** What a back end is: it compiles scheduled kernels for a target. */
package dev.quern.ir.backend;
