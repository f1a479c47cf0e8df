package dev.quern.cli.bench;

/** What HotSpot has made of a method. */
public enum Tier {
    /** Nothing: it is interpreted, or compiled into the methods that call it. */
    NONE("interpreted"),
    /** Code of the first compiler, with or without counters; vectors are objects in it. */
    C1("C1"),
    /** Code of the second compiler. */
    C2("C2");

    private final String words;

    Tier(String words) {
        this.words = words;
    }

    /** The tier of HotSpot's level, 0 to 4. */
    static Tier ofLevel(int level) {
        return level >= 4 ? C2 : level >= 1 ? C1 : NONE;
    }

    /** Its name. */
    public String words() {
        return words;
    }
}
