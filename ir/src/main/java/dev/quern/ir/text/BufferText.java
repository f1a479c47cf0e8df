package dev.quern.ir.text;

import dev.quern.ir.Layout;
import dev.quern.ir.NameText;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.MemorySpace;
import java.util.List;
import java.util.stream.Collectors;

/** Declarations of buffers as text; what is usual (row-major, in an array, parameters in global memory) is left out. */
final class BufferText {
    private BufferText() {}

    /** A declaration where buffers are in {@code usual} space unless they say another. */
    static String of(Buffer buffer, MemorySpace usual) {
        StringBuilder out = new StringBuilder(NameText.of(buffer.name()))
                .append(": ")
                .append(buffer.dtype())
                .append(buffer.shape());
        if (!buffer.layout().isRowMajor(buffer.shape())) {
            out.append(' ').append(layout(buffer.layout()));
        }
        if (buffer.space() != usual) {
            out.append(' ').append(ExpressionText.word(buffer.space()));
        }
        if (buffer.storage() != Buffer.Storage.ARRAY) {
            out.append(' ').append(ExpressionText.word(buffer.storage()));
        }
        return out.toString();
    }

    /** {@code layout (M:16) (16:1, floordiv(N + 15, 16):16*M) swizzle(3, 0, 3)}. */
    static String layout(Layout layout) {
        StringBuilder out = new StringBuilder("layout");
        for (List<Layout.Mode> modes : layout.axes()) {
            out.append(modes.stream().map(Layout.Mode::toString).collect(Collectors.joining(", ", " (", ")")));
        }
        layout.swizzle()
                .ifPresent(swizzle -> out.append(" swizzle(")
                        .append(swizzle.bits())
                        .append(", ")
                        .append(swizzle.base())
                        .append(", ")
                        .append(swizzle.shift())
                        .append(')'));
        return out.toString();
    }
}
