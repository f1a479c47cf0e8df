package dev.quern.acceptance.generate;

import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Draws a model from a seed: one to twelve steps, each a node or a pattern of several, over inputs and constants of few axes, so
 * that shapes meet again. The same seed is the same model as long as the generator is not changed.
 */
public final class RandomModels {
    private static final long[] OPSETS = {
        9, 10, 11, 12, 13, 14, 15, 16, 17, 17, 17, 17, 17, 17, 18, 18, 18, 19, 20, 21, 21, 21, 22, 23, 24, 26
    };
    private static final int ATTEMPTS = 60;

    private final KindTable table = new KindTable();

    /** The operators that it draws; those outside the standard set with their domain before {@code ::}. */
    public Set<String> operators() {
        return table.kinds().stream()
                .filter(kind -> !kind.isPattern())
                .map(NodeKind::key)
                .collect(Collectors.toSet());
    }

    /** The model of {@code seed}. */
    public GeneratedModel model(long seed) {
        Random random = new Random(seed * 0x9E3779B97F4A7C15L + 0x1234567);
        World world = new World(table, random, OPSETS[random.nextInt(OPSETS.length)]);
        GraphDraft draft = new GraphDraft(world);
        int steps = 1 + Math.min(random.nextInt(12), random.nextInt(12));
        steps(draft, steps);
        return assemble(seed, world, draft);
    }

    /** Adds this many nodes or patterns, fewer where nothing fits. */
    static void steps(GraphDraft draft, int steps) {
        int added = 0;
        for (int attempt = 0; added < steps && attempt < ATTEMPTS; attempt++) {
            NodeKind kind = draft.world().table.choose(draft.random());
            if (!draft.world().has(kind)) {
                continue;
            }
            GraphDraft.Mark mark = draft.mark();
            try {
                kind.drawing().accept(draft);
                added++;
            } catch (Unfit unfit) {
                draft.reset(mark);
            }
        }
    }

    private static GeneratedModel assemble(long seed, World world, GraphDraft draft) {
        Random random = world.random;
        List<DrawnValue> outputs = outputs(draft);
        List<OnnxNode> nodes = new ArrayList<>(draft.nodeList());
        Set<String> used = new HashSet<>();
        nodes.forEach(node -> mentioned(node, used));
        outputs.forEach(output -> used.add(output.name()));
        List<OnnxValueInfo> inputs = world.inputs.stream()
                .filter(input -> used.contains(input.name()))
                .toList();
        Set<String> names = new HashSet<>();
        inputs.forEach(input -> names.add(input.name()));
        List<OnnxTensor> initializers = new ArrayList<>();
        draft.initializerList().stream()
                .filter(each -> used.contains(each.name()))
                .forEach(initializers::add);
        world.defaults.stream().filter(each -> names.contains(each.name())).forEach(initializers::add);
        if (random.nextInt(8) == 0) {
            Collections.shuffle(nodes, random);
        }
        List<OnnxValueInfo> infos = new ArrayList<>();
        for (DrawnValue output : outputs) {
            infos.add(new OnnxValueInfo(output.name(), Optional.of(world.outputType(output))));
        }
        OnnxGraph graph = new OnnxGraph("seed-" + seed, nodes, initializers, List.of(), inputs, infos, List.of());
        Map<String, Long> opsets = new LinkedHashMap<>();
        opsets.put("", world.opset);
        opsets.put("com.microsoft", 1L);
        List<Map<String, Tensor>> runs = new ArrayList<>();
        for (Map<String, Tensor> given : world.given) {
            Map<String, Tensor> kept = new LinkedHashMap<>(given);
            kept.keySet().retainAll(names);
            runs.add(kept);
        }
        Map<String, String> properties = world.peerMayCrash
                ? Map.of(GeneratedModel.PEER_MAY_CRASH, "it has tensors without elements")
                : Map.of();
        return new GeneratedModel(
                "seed " + seed, new OnnxModel(10, "quern", opsets, graph, List.of(), properties), runs);
    }

    /** Everything that no node uses, and now and then what one does, an input or a constant. */
    private static List<DrawnValue> outputs(GraphDraft draft) {
        Set<String> used = new HashSet<>();
        draft.nodeList().forEach(node -> mentioned(node, used));
        Set<DrawnValue> outputs = new LinkedHashSet<>();
        for (DrawnValue entry : draft.made()) {
            if (!used.contains(entry.name()) || draft.chance(0.12)) {
                outputs.add(entry);
            }
        }
        if (outputs.isEmpty() || draft.chance(0.03)) {
            outputs.add(draft.pick(
                    draft.entries().isEmpty()
                            ? List.of(draft.fresh(draft.world().mainFloat, List.of()))
                            : draft.entries()));
        }
        return List.copyOf(outputs);
    }

    private static void mentioned(OnnxNode node, Set<String> names) {
        names.addAll(node.inputs());
        node.attributes().values().forEach(value -> {
            if (value instanceof dev.quern.onnx.proto.OnnxAttribute.GraphValue(OnnxGraph body)) {
                body.nodes().forEach(inner -> mentioned(inner, names));
                body.outputs().forEach(output -> names.add(output.name()));
            }
        });
    }
}
