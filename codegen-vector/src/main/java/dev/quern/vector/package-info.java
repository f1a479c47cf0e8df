/** Compiles kernel IR to bytecode over the Vector API. */
package dev.quern.vector;
