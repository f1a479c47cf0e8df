package dev.quern.passes.lower;

import dev.quern.passes.testing.Differential;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps that could work in an operand while they, or later ones, read a part of it under another name. */
class SharedMemoryTest {
    private static final String FIRST_PART_BESIDE_THE_WHOLE = """
            graph g(%a: f32[1, 8], %b: f32[7, 8], %w: f32[8, 8]) {
              %c: f32[1, 8] = abs(%a)
              %r: f32[7, 8] = neg(%b)
              %h: f32[8, 8] = concat(%c, %r) {axis = 0}
              %s: f32[8, 8] = broadcast(%c) {shape = [8, 8]}
              %d: f32[8, 8] = sub(%h, %s)
              %z: f32[8, 8] = contract(%d, %w) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
              return %z
            }
            """;

    private static final String LAST_PART_BESIDE_THE_WHOLE = """
            graph g(%a: f32[n, 8], %b: f32[1, 8], %w: f32[8, 8]) {
              %r: f32[n, 8] = abs(%a)
              %c: f32[1, 8] = neg(%b)
              %h: f32[n + 1, 8] = concat(%r, %c) {axis = 0}
              %s: f32[n + 1, 8] = broadcast(%c) {shape = [n + 1, 8]}
              %d: f32[n + 1, 8] = mul(%h, %s)
              %z: f32[n + 1, 8] = contract(%d, %w) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
              return %z
            }
            """;

    private static final String CLASS_TOKEN = """
            graph g(%token: f32[1, 1, 8], %x: f32[1, n, 8], %p: f32[1, n + 1, 8], %w: f32[8, 8]) {
              %t: f32[1, 1, 8] = neg(%token)
              %e: f32[1, n, 8] = contract(%x, %w) {left = [b, m, k], right = [k, n], result = [b, m, n], accumulate = f32}
              %h: f32[1, n + 1, 8] = concat(%t, %e) {axis = 1}
              %y: f32[1, n + 1, 8] = add(%h, %p)
              %s: f32[1, n + 1, 8] = broadcast(%t) {shape = [1, n + 1, 8]}
              %d: f32[1, n + 1, 8] = mul(%y, %s)
              %z: f32[1, n + 1, 8] = contract(%d, %w) {left = [b, m, k], right = [k, n], result = [b, m, n], accumulate = f32}
              return %z
            }
            """;

    private static final String ROW_OF_AN_ANCHOR_BESIDE_IT = """
            graph g(%x: f32[8, 8], %w: f32[8, 8]) {
              %h: f32[8, 8] = softmax(%x) {axis = 1}
              %r: f32[1, 8] = slice(%h) {starts = [3, 0], steps = [1, 1], shape = [1, 8]}
              %q: f32[1, 8] = contract(%r, %w) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
              %s: f32[8, 8] = broadcast(%r) {shape = [8, 8]}
              %d: f32[8, 8] = sub(%h, %s)
              %z: f32[8, 8] = contract(%d, %w) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
              return %z, %q
            }
            """;

    private static final String ANOTHER_SHAPE_TURNED = """
            graph g(%x: f32[4, 4], %w: f32[16, 3], %i: i64[4, 4]) {
              %h: f32[4, 4] = softmax(%x) {axis = 1}
              %f: f32[1, 16] = reshape(%h) {shape = [1, 16]}
              %q: f32[1, 3] = contract(%f, %w) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
              %g: f32[4, 4] = reshape(%f) {shape = [4, 4]}
              %t: f32[4, 4] = transpose(%g) {permutation = [1, 0]}
              %d: f32[4, 4] = sub(%h, %t)
              %z: f32[4, 4] = softmax(%d) {axis = 0}
              return %z, %q
            }
            """;

    private static final String PART_READ_LATER = """
            graph g(%a: f32[2, 8], %b: f32[6, 8], %w: f32[8, 8]) {
              %c: f32[2, 8] = abs(%a)
              %r: f32[6, 8] = neg(%b)
              %h: f32[8, 8] = concat(%c, %r) {axis = 0}
              %d: f32[8, 8] = exp(%h)
              %y: f32[8, 8] = contract(%d, %w) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
              %z: f32[2, 8] = contract(%c, %y) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
              return %z
            }
            """;

    private static final String PARTS_BESIDE_EACH_OTHER = """
            graph g(%a: f32[4, 8], %w: f32[8, 8]) {
              %c: f32[4, 8] = abs(%a)
              %r: f32[4, 8] = neg(%c)
              %h: f32[12, 8] = concat(%c, %r, %c) {axis = 0}
              %s: f32[4, 8] = mul(%r, %c)
              %y: f32[12, 8] = contract(%h, %w) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
              %z: f32[4, 8] = contract(%s, %w) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
              return %z, %y
            }
            """;

    private static final String RESULT_AND_ITS_VIEWS = """
            graph g(%x: f32[4, 4]) {
              %h: f32[4, 4] = softmax(%x) {axis = 1}
              %a: f32[16] = reshape(%h) {shape = [16]}
              %b: f32[2, 8] = reshape(%h) {shape = [2, 8]}
              %c: f32[1, 4] = slice(%h) {starts = [1, 0], steps = [1, 1], shape = [1, 4]}
              return %h, %a, %b, %c
            }
            """;

    private static final String NESTED_CONCATENATIONS = """
            graph g(%x: f32[2, 8], %w: f32[8, 8]) {
              %a: f32[2, 8] = abs(%x)
              %b: f32[2, 8] = neg(%x)
              %h: f32[4, 8] = concat(%a, %b) {axis = 0}
              %i: f32[6, 8] = concat(%h, %a) {axis = 0}
              %s: f32[1, 8] = slice(%h) {starts = [3, 0], steps = [1, 1], shape = [1, 8]}
              %t: f32[6, 8] = broadcast(%s) {shape = [6, 8]}
              %d: f32[6, 8] = sub(%i, %t)
              %z: f32[6, 8] = contract(%d, %w) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
              return %z
            }
            """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                FIRST_PART_BESIDE_THE_WHOLE,
                LAST_PART_BESIDE_THE_WHOLE,
                CLASS_TOKEN,
                ROW_OF_AN_ANCHOR_BESIDE_IT,
                ANOTHER_SHAPE_TURNED,
                PART_READ_LATER,
                PARTS_BESIDE_EACH_OTHER,
                RESULT_AND_ITS_VIEWS,
                NESTED_CONCATENATIONS
            })
    void isReadBeforeItIsWritten(String graph) {
        Differential.check(graph, Map.of("n", 7L));
    }
}
