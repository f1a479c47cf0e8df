/**
 * What runs in a contender's own JVM. Of Quern it uses the public interface alone, so that it measures any build whose
 * jar is put on its class path.
 */
package dev.quern.cli.bench.worker;
