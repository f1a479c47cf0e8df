package dev.quern.runtime;

/**
 * What tuning between a model's runs has done.
 *
 * @param tried candidates of kernels
 * @param swaps of kernels for better ones
 * @param isOver whether nothing more comes
 */
public record OnlineProgress(int tried, int swaps, boolean isOver) {}
