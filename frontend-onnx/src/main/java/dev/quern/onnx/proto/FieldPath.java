package dev.quern.onnx.proto;

/**
 * Where in a model a message lies, such as {@code graph.node[3].attribute[0]}. Linked to the enclosing message, so that
 * a place costs one object and is spelt out only for a message to the user.
 *
 * @param parent the enclosing message; null for the outermost
 * @param field the field's name in {@code onnx.proto}
 * @param index which of a repeated field, or -1
 */
record FieldPath(FieldPath parent, String field, int index) {
    static final FieldPath ROOT = new FieldPath(null, "", -1);

    FieldPath then(String name) {
        return new FieldPath(this, name, -1);
    }

    FieldPath then(String name, int at) {
        return new FieldPath(this, name, at);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (FieldPath step = this; step != null && step.parent != null; step = step.parent) {
            String part = step.index < 0 ? step.field : step.field + "[" + step.index + "]";
            text.insert(0, step.parent.parent == null ? part : "." + part);
        }
        return text.toString();
    }
}
