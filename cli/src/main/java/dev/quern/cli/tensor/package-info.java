/** ElementText of tensors as numbers and as text. */
package dev.quern.cli.tensor;
