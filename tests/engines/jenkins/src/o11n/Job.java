package o11n;

import java.util.List;
import java.util.Map;

/** What one build shall do, and what it did. */
final class Job {
  final String id;
  /** By name; `Jenkinsfile` is the one that runs. */
  final Map<String, String> files;
  /** By the label of `sh`, how its calls end: `end` (`exit`, `lost`, `never`), `code`, `takes` in milliseconds. */
  final Map<String, List<Map<String, Object>>> attempts;
  /** Files that the last build has archived. */
  final Map<String, String> archived;
  /** By the label of `sh`, the files that it writes into its workspace instead of running. */
  final Map<String, Map<String, String>> written;
  /** What `sh` prints, by the beginning of its script. */
  final Map<String, String> printed;
  final Map<String, String> credentials;
  final Map<String, String> parameters;
  /** The parameters of the builds before this one, the first is build 1. */
  final List<Map<String, String>> earlier;
  /** When somebody stops the build, in milliseconds; null: nobody does. */
  final Long stoppedAt;
  /** When Jenkins starts anew, in milliseconds; null: it does not. */
  final Long forgetsAt;
  /** Whether `sh` really runs what it is given. */
  final boolean isReal;
  /** Whether the state is saved at each step, as Jenkins does. */
  final boolean isSaved;
  /** Only compile. */
  final boolean isCompiledOnly;

  @SuppressWarnings("unchecked")
  Job(Map<String, Object> json) {
    id = (String) json.get("id");
    files = (Map<String, String>) json.get("files");
    attempts = (Map<String, List<Map<String, Object>>>) json.getOrDefault("attempts", Map.of());
    archived = (Map<String, String>) json.getOrDefault("archived", Map.of());
    written = (Map<String, Map<String, String>>) json.getOrDefault("written", Map.of());
    printed = (Map<String, String>) json.getOrDefault("printed", Map.of());
    credentials = (Map<String, String>) json.getOrDefault("credentials", Map.of());
    parameters = (Map<String, String>) json.getOrDefault("parameters", Map.of());
    earlier = (List<Map<String, String>>) json.getOrDefault("earlier", List.of());
    Number stop = (Number) json.get("stopped_at");
    stoppedAt = stop == null ? null : stop.longValue();
    Number forgets = (Number) json.get("forgets_at");
    forgetsAt = forgets == null ? null : forgets.longValue();
    isReal = Boolean.TRUE.equals(json.get("real"));
    isSaved = !Boolean.FALSE.equals(json.get("saved"));
    isCompiledOnly = Boolean.TRUE.equals(json.get("compile_only"));
  }
}
