/** Compiles a model into a program and runs it. Back ends are found by {@code ServiceLoader}. */
package dev.quern.runtime;
