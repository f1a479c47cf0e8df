package dev.quern.tune;

import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.StepText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Candidates as points, for searches that learn: the logarithm of each number that a step names, and which steps there are, each in [0, 1] over the candidates of a space; beside them the place in the ranking. What is the same
 * in all of them is left out. Knows no device and no template.
 */
final class ScheduleFeatures {
    private static final Pattern NUMBER = Pattern.compile("(?<![\\w.])[0-9]+(?![\\w.])");

    private ScheduleFeatures() {}

    /** A point for each of {@code candidates}, which are ranked. */
    static double[][] of(List<Candidate> candidates) {
        List<Map<String, Double>> all = candidates.stream()
                .map(candidate -> numbers(candidate.schedule().steps()))
                .toList();
        Set<String> names = new LinkedHashSet<>();
        all.forEach(numbers -> names.addAll(numbers.keySet()));
        List<double[]> columns = new ArrayList<>();
        for (String name : names) {
            scaled(all.stream()
                            .mapToDouble(numbers -> numbers.getOrDefault(name, 0.0))
                            .toArray())
                    .ifPresent(columns::add);
        }
        double[][] points = new double[candidates.size()][columns.size() + 1];
        for (int i = 0; i < points.length; i++) {
            for (int column = 0; column < columns.size(); column++) {
                points[i][column] = columns.get(column)[i];
            }
            points[i][columns.size()] = points.length == 1 ? 0 : Math.sqrt((double) i / (points.length - 1));
        }
        return points;
    }

    private static Map<String, Double> numbers(List<Step> steps) {
        Map<String, Double> numbers = new HashMap<>();
        Map<String, Integer> seen = new HashMap<>();
        for (Step step : steps) {
            String text = StepText.of(step);
            String form = NUMBER.matcher(text).replaceAll("#");
            String name = form + seen.merge(form, 1, Integer::sum);
            numbers.put(name, 1.0);
            Matcher number = NUMBER.matcher(text);
            for (int place = 0; number.find(); place++) {
                numbers.put(name + " " + place, 1 + Math.log(1 + Double.parseDouble(number.group())) / Math.log(2));
            }
        }
        return numbers;
    }

    private static Optional<double[]> scaled(double[] column) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (double value : column) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        if (most == least) {
            return Optional.empty();
        }
        for (int i = 0; i < column.length; i++) {
            column[i] = (column[i] - least) / (most - least);
        }
        return Optional.of(column);
    }
}
