/** Reference interpreters of both levels, and the scalar arithmetic that they and every back end agree on. */
package dev.quern.ir.interpret;
