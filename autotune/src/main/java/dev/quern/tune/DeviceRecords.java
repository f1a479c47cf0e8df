package dev.quern.tune;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The records of machines that use a folder, one file each, named by processor, number of processors and Java.
 *
 * @param folder which need not be there
 */
public record DeviceRecords(Path folder) {
    private static final int NAME_DIGITS = 16;
    private static final long MOST_BYTES = 1 << 16;

    /** The file of the machine called {@code machine}. */
    public Path file(String machine) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(machine.getBytes(StandardCharsets.UTF_8));
            return folder.resolve("device-" + HexFormat.of().formatHex(hash).substring(0, NAME_DIGITS) + ".json");
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every JVM has SHA-256", absent);
        }
    }

    /** The record of the machine called {@code machine}; empty if there is none that can be read. */
    public Optional<DeviceRecord> find(String machine) {
        Path file = file(machine);
        try {
            return Files.isRegularFile(file) && Files.size(file) <= MOST_BYTES
                    ? DeviceRecord.parse(Files.readString(file))
                            .filter(record -> record.machine().equals(machine))
                    : Optional.empty();
        } catch (IOException unreadable) {
            System.getLogger("dev.quern.tune")
                    .log(System.Logger.Level.WARNING, "{0} cannot be read and is not used: {1}", file, unreadable);
            return Optional.empty();
        }
    }

    /** Keeps {@code record}; whoever reads meanwhile has the one before, whole. */
    public void keep(DeviceRecord record) throws IOException {
        Files.createDirectories(folder);
        Path written = Files.createTempFile(folder, "device", ".new");
        try {
            Files.writeString(written, record.text());
            Files.move(
                    written,
                    file(record.machine()),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(written);
        }
    }
}
