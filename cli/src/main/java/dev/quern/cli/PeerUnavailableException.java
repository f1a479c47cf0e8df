package dev.quern.cli;

/** What results would be compared with is not there, or cannot run the model. */
final class PeerUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PeerUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
