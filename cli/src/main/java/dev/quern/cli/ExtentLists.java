package dev.quern.cli;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Extents of symbolic axes as the command line lists them: {@code SYMBOL=N[,N...]}. */
final class ExtentLists {
    private ExtentLists() {}

    /**
     * Each combination of an extent for each symbol; one without any if there are no symbols.
     *
     * @param dims the list of each symbol
     */
    static List<Map<String, Long>> combinations(Map<String, String> dims) {
        List<Map<String, Long>> all = List.of(Map.of());
        for (Map.Entry<String, String> dim : dims.entrySet()) {
            List<Map<String, Long>> longer = new ArrayList<>();
            for (Map<String, Long> shorter : all) {
                for (String extent : dim.getValue().split(",", -1)) {
                    Map<String, Long> one = new LinkedHashMap<>(shorter);
                    one.put(dim.getKey(), extent(dim.getKey(), extent));
                    longer.add(one);
                }
            }
            all = longer;
        }
        return all;
    }

    private static long extent(String symbol, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notOne) {
            throw new ModelException(
                    Code.INVALID_INPUT, symbol, "expected extents such as 32 or 32,128, found '" + text + "'", notOne);
        }
    }
}
