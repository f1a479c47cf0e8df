/** Transcendental functions as polynomials in kernel IR, so that every back end computes the same bits. */
package dev.quern.ir.math;
