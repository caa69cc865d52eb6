package org.jenkinsci.plugins.workflow.steps;

/** What a step throws that was interrupted; under the name that Jenkins has for it. */
public class FlowInterruptedException extends Exception {
  /** Who interrupted it. Scripts in the sandbox cannot ask. */
  public enum Cause { USER, TIMEOUT, FAIL_FAST, AGENT_LOST }

  private final Cause cause;

  public FlowInterruptedException(Cause cause) {
    this.cause = cause;
  }

  public Cause reason() {
    return cause;
  }
}
