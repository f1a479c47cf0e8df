/** Seeded generators of graphs, kernels and schedules, for the tests of any module. */
package dev.quern.ir.testing;
