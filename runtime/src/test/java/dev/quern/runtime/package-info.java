/** Tests of the runtime on programs made by hand. */
package dev.quern.runtime;
