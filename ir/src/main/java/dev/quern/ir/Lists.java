package dev.quern.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Lists made of others. */
public final class Lists {
    private Lists() {}

    /** {@code list} with each element changed; {@code list} itself if every element is the one that it was. */
    public static <T> List<T> map(List<T> list, UnaryOperator<T> change) {
        List<T> changed = null;
        int size = list.size();
        for (int at = 0; at < size; at++) {
            T before = list.get(at);
            T after = change.apply(before);
            if (changed != null) {
                changed.add(after);
            } else if (after != before) {
                changed = new ArrayList<>(size);
                for (int kept = 0; kept < at; kept++) {
                    changed.add(list.get(kept));
                }
                changed.add(after);
            }
        }
        return changed == null ? list : List.copyOf(changed);
    }
}
