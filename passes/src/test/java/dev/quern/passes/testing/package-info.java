/** What tests of the passes share: a machine for programs, and comparison with the graph's interpreter. */
package dev.quern.passes.testing;
