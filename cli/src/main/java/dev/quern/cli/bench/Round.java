package dev.quern.cli.bench;

/** One JVM of each contender measured. */
public sealed interface Round permits SpeedRound, LoadRound {
    /** How the machine was. */
    MachineCondition condition();
}
