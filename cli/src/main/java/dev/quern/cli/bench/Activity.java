package dev.quern.cli.bench;

/**
 * What others took of the machine during a measurement.
 *
 * @param processors how many it has
 * @param others processors that other processes kept busy, on average
 * @param stolen processors that the host withheld, on average
 */
public record Activity(int processors, double others, double stolen) {}
