package hudson;

/** What a step throws that fails in an expected way; under the name that Jenkins has for it. */
public class AbortException extends java.io.IOException {
  public AbortException(String message) {
    super(message);
  }
}
