package o11n;

import groovy.json.JsonOutput;
import groovy.json.JsonSlurper;
import java.io.BufferedReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Runs Jenkinsfiles in the interpreter that Jenkins runs them in: a job a line of a file, a report a line out. */
public final class Main {
  @SuppressWarnings("unchecked")
  public static void main(String[] arguments) throws Exception {
    BufferedReader in = Files.newBufferedReader(Path.of(arguments[0]));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    // What the interpreter prints goes elsewhere.
    System.setOut(System.err);
    Clock.install();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      Build build = new Build(new Job((Map<String, Object>) new JsonSlurper().parseText(line)));
      out.println(JsonOutput.toJson(build.run()));
      out.flush();
    }
  }
}
