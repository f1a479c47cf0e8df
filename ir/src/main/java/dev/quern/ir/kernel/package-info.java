/** Level 2: the structured loop nest that computes one fused region. */
package dev.quern.ir.kernel;
