package dev.quern.runtime.archive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret of one user on one machine by which archives made here are known again. Code of an archive runs only if this key says that
 * it was made with it. It lies in a file that only its owner can read; a file that others can read or write is not used.
 */
public final class ArchiveKey {
    private static final int BYTES = 32;
    private static final String ALGORITHM = "HmacSHA256";
    private static final Set<PosixFilePermission> OWNER =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final byte[] secret;

    private ArchiveKey(byte[] secret) {
        this.secret = secret;
    }

    /**
     * The key in {@code folder}, made if there is none.
     *
     * @throws IOException if there is none and none can be made, another user owns it or its folder, or others can read it or write there
     */
    public static ArchiveKey in(Path folder) throws IOException {
        createFolder(folder);
        if (isPosix(folder)) {
            requireOwn(folder);
        }
        Path file = folder.resolve("key");
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            make(folder, file);
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + " is no regular file; remove it");
        }
        if (isPosix(folder)) {
            if (!OWNER.containsAll(Files.getPosixFilePermissions(file))) {
                throw new IOException(file + " can be read or written by others than its owner; remove it");
            }
            requireOwner(file);
        }
        byte[] secret = Files.readAllBytes(file);
        if (secret.length != BYTES) {
            throw new IOException(file + " is no key of " + BYTES + " bytes; remove it");
        }
        return new ArchiveKey(secret);
    }

    private static void make(Path folder, Path file) throws IOException {
        byte[] secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        Path fresh = Files.createTempFile(folder, "key", ".new", ownersOnly(folder));
        try {
            Files.write(fresh, secret);
            // A link fails where another process was first, a move would replace its key.
            Files.createLink(file, fresh);
        } catch (FileAlreadyExistsException other) {
            // The other key is as good.
        } catch (UnsupportedOperationException | FileSystemException noLinks) {
            Files.move(fresh, file);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** The attributes of files in {@code folder} that only their owner can read. */
    static FileAttribute<?>[] ownersOnly(Path folder) {
        return isPosix(folder)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER)}
                : new FileAttribute<?>[0];
    }

    /** Makes {@code folder} if it is not there, so that only its owner gets in. */
    static void createFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder,
                    isPosix(folder)
                            ? new FileAttribute<?>[] {
                                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                            }
                            : new FileAttribute<?>[0]);
        }
    }

    /** Whoever may write in the folder can put another key in the place of this one, between any two looks at it. */
    private static void requireOwn(Path folder) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException(folder + " can be written by others than its owner; take that permission from them");
        }
        requireOwner(folder);
    }

    private static void requireOwner(Path file) throws IOException {
        UserPrincipal owner = Files.getOwner(file);
        if (!owner.equals(User.THIS)) {
            throw new IOException(file + " belongs to " + owner + ", and this is a process of " + User.THIS
                    + "; choose another folder");
        }
    }

    /** Who runs this process, as who owns a file that it makes: other ways to ask depend on the system. */
    private static final class User {
        static final UserPrincipal THIS = find();

        private static UserPrincipal find() {
            try {
                Path made = Files.createTempFile("quern", ".owner");
                try {
                    return Files.getOwner(made);
                } finally {
                    Files.deleteIfExists(made);
                }
            } catch (IOException unknown) {
                return () -> "nobody who is known";
            }
        }
    }

    private static boolean isPosix(Path folder) {
        return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** The mark of {@code manifest}, in hexadecimal, which only holders of the key can make. */
    String mark(byte[] manifest) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            return HexFormat.of().formatHex(mac.doFinal(manifest));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, missing);
        }
    }

    /** Whether {@code mark} is that of {@code manifest}. */
    boolean made(byte[] manifest, byte[] mark) {
        return MessageDigest.isEqual(mark(manifest).getBytes(StandardCharsets.US_ASCII), mark);
    }
}
