package dev.quern.vector;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.util.Textifier;
import org.objectweb.asm.util.TraceClassVisitor;

/** The class files of this back end as text, for people. */
public final class BytecodeListing {
    private BytecodeListing() {}

    /** The instructions of {@code classFile}, an artifact of an executable of this back end. */
    public static String of(byte[] classFile) {
        StringWriter text = new StringWriter();
        TraceClassVisitor listing = new TraceClassVisitor(null, new Textifier(), new PrintWriter(text));
        new ClassReader(classFile).accept(listing, ClassReader.SKIP_FRAMES);
        return text.toString();
    }
}
