package o11n;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Files and processes of agents. */
final class Shell {
  private static final Pattern VARIABLE = Pattern.compile("\\$([A-Za-z0-9_]+|\\{[A-Za-z0-9_.]+\\}|\\$)");

  static final class Result {
    final int code;
    final String printed;

    Result(int code, String printed) {
      this.code = code;
      this.printed = printed;
    }
  }

  /** Of agents that are only played. */
  private final Map<Path, String> files = new HashMap<>();
  private Path folder;
  private int workspaces;

  Path workspace(boolean isReal) throws IOException {
    workspaces++;
    if (!isReal) {
      return Path.of("/agent/workspace-" + workspaces);
    }
    if (folder == null) {
      folder = Files.createTempDirectory("o11n-jenkins");
    }
    Files.createDirectories(folder.resolve(workspaces + "@tmp"));
    return Files.createDirectories(folder.resolve(String.valueOf(workspaces)));
  }

  /** What Jenkins does to the values of `withEnv`. */
  static String expand(String text, Map<String, String> environment) {
    Matcher matcher = VARIABLE.matcher(text);
    StringBuilder out = new StringBuilder();
    while (matcher.find()) {
      String name = matcher.group(1);
      String known = name.equals("$") ? "$" : environment.get(name.startsWith("{") ? name.substring(1, name.length() - 1) : name);
      matcher.appendReplacement(out, Matcher.quoteReplacement(known == null ? matcher.group() : known));
    }
    return matcher.appendTail(out).toString();
  }

  void write(Path path, String text) throws IOException {
    if (folder != null) {
      Files.createDirectories(path.getParent());
      Files.writeString(path, text);
    }
    files.put(path, text);
  }

  String read(Path path) throws IOException {
    return folder != null ? Files.readString(path) : files.get(path);
  }

  boolean isFile(Path path) {
    return folder != null ? Files.isRegularFile(path) : files.containsKey(path);
  }

  boolean exists(Path path) {
    return folder != null ? Files.exists(path) : files.containsKey(path);
  }

  /** As Jenkins does: a file with the script, started by what its first line names. */
  Result run(String script, Map<String, String> environment, Path workspace) throws IOException, InterruptedException {
    Path file = Files.createTempFile(folder, "script", ".sh");
    Files.writeString(file, script.startsWith("#!") ? script : "#!/bin/sh -xe\n" + script, StandardCharsets.UTF_8);
    file.toFile().setExecutable(true);
    ProcessBuilder process = new ProcessBuilder(file.toString()).directory(workspace.toFile()).redirectErrorStream(true);
    process.environment().putAll(environment);
    Process started = process.start();
    started.getOutputStream().close();
    String printed = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(started.waitFor(), printed);
  }

  void close() {
    if (folder == null) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      paths.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    } catch (IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }
}
