/** What a provider implements so that {@code Model.load} finds it; not for callers. */
package dev.quern.spi;
