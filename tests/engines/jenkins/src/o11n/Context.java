package o11n;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a step finds around it. */
final class Context {
  final Context outer;
  final Map<String, String> environment;
  Agent agent;
  StageRecord stage;

  /** A machine for as long as it is held. */
  static final class Agent {
    final String label;
    boolean isLost;
    java.nio.file.Path workspace;

    Agent(String label) {
      this.label = label;
    }
  }

  /** A `stage` step, as Jenkins colours it. */
  static final class StageRecord {
    final String name;
    String result = "SUCCESS";

    StageRecord(String name) {
      this.name = name;
    }
  }

  Context(Context outer) {
    this.outer = outer;
    this.environment = outer == null ? new LinkedHashMap<>() : new LinkedHashMap<>(outer.environment);
    if (outer != null) {
      agent = outer.agent;
      stage = outer.stage;
    }
  }
}
