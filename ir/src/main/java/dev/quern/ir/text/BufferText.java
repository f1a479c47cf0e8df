package dev.quern.ir.text;

import dev.quern.ir.NameText;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.MemorySpace;

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
            out.append(' ').append(buffer.layout());
        }
        if (buffer.space() != usual) {
            out.append(' ').append(ExpressionText.word(buffer.space()));
        }
        if (buffer.storage() != Buffer.Storage.ARRAY) {
            out.append(' ').append(ExpressionText.word(buffer.storage()));
        }
        return out.toString();
    }
}
