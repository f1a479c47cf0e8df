/** Makes models that fail smaller: {@link dev.quern.acceptance.shrink.Shrinker}. */
package dev.quern.acceptance.shrink;
