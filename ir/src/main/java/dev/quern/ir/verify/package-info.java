/** Checks that both IR levels obey their rules. */
package dev.quern.ir.verify;
