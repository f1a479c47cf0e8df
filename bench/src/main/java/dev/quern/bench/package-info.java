/** Where JMH benchmarks belong; there are none yet. */
package dev.quern.bench;
