/**
 * The place of schedule search: candidates, cost model, tuning records. Nothing is implemented
 * yet; every kernel runs with its default schedule.
 */
package dev.quern.tune;
