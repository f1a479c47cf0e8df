package dev.quern.vector;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Addresses of elements from the start of their buffers, before swizzling; each is derived from its layout once. */
final class Addresses {
    private final Map<Buffer, Map<List<Dim>, Dim>> known = new IdentityHashMap<>();

    Dim of(Buffer buffer, List<Dim> indices) {
        return known.computeIfAbsent(buffer, key -> new IdentityHashMap<>())
                .computeIfAbsent(indices, key -> buffer.layout().address(indices));
    }
}
