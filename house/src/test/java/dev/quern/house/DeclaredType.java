package dev.quern.house;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import javax.tools.ToolProvider;

/**
 * A class, interface, enum or record of the sources, at the top or inside another.
 *
 * @param name its simple name
 * @param file where it is, relative to the root
 * @param outer the types around it, outermost first
 */
record DeclaredType(String name, String file, List<String> outer) {
    DeclaredType {
        outer = List.copyOf(outer);
    }

    /** All types of {@code tree} that have a name. */
    static List<DeclaredType> in(SourceTree tree) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var sources = files.getJavaFileObjectsFromPaths(tree.javaFiles());
            JavacTask task = (JavacTask) compiler.getTask(null, files, null, List.of("-proc:none"), null, sources);
            List<DeclaredType> found = new ArrayList<>();
            for (CompilationUnitTree unit : task.parse()) {
                String file = tree.name(Path.of(unit.getSourceFile().toUri()));
                new TypeScan(file, found).scan(unit, null);
            }
            return found;
        }
    }

    boolean isNested() {
        return !outer.isEmpty();
    }

    @Override
    public String toString() {
        return isNested() ? file + " in " + String.join(".", outer) : file;
    }

    private static final class TypeScan extends TreeScanner<Void, Void> {
        private final String file;
        private final List<DeclaredType> found;
        private final Deque<String> around = new ArrayDeque<>();

        TypeScan(String file, List<DeclaredType> found) {
            this.file = file;
            this.found = found;
        }

        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            String name = type.getSimpleName().toString();
            if (name.isEmpty()) {
                return super.visitClass(type, nothing);
            }
            found.add(new DeclaredType(name, file, List.copyOf(around)));
            around.addLast(name);
            super.visitClass(type, nothing);
            around.removeLast();
            return null;
        }
    }
}
