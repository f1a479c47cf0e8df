/** Where the values of a program live. */
package dev.quern.passes.memory;
