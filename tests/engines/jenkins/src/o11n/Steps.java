package o11n;

import com.cloudbees.groovy.cps.Continuable;
import com.cloudbees.groovy.cps.Outcome;
import groovy.lang.Closure;
import groovy.lang.Script;
import hudson.AbortException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException.Cause;

/** The steps, as the sources of Jenkins' plugins have them; commands end as the job says. */
final class Steps {
  /** Each step's arguments; the first may stand without a name. `*`: any. */
  static final Map<String, Set<String>> ARGUMENTS = new HashMap<>();
  static final Map<String, String> SOLE = new HashMap<>();
  /** Not steps: what steps are told. */
  static final Set<String> SYMBOLS = new HashSet<>();

  static {
    for (String row : List.of(
        "archiveArtifacts artifacts allowEmptyArchive defaultExcludes",
        "build job parameters propagate wait",
        "catchError message buildResult stageResult catchInterruptions",
        "checkout scm",
        "container name",
        "copyArtifacts projectName selector filter optional",
        "deleteDir",
        "dir path",
        "echo message",
        "error message",
        "fileExists file",
        "insideImage image",
        "junit testResults allowEmptyResults skipMarkingBuildUnstable",
        "load path",
        "lock resource extra",
        "node label",
        "parallel *",
        "podTemplate cloud yaml",
        "properties properties",
        "pwd tmp",
        "readFile file encoding",
        "retry count conditions",
        "sh script label returnStatus returnStdout",
        "sleep time unit",
        "stage name",
        "stash name includes allowEmpty useDefaultExcludes",
        "timeout time unit",
        "unstable message",
        "unstash name",
        "withCredentials bindings",
        "withEnv overrides",
        "writeFile file text encoding")) {
      describe(row);
    }
    for (String row : List.of(
        "agent",
        "cron spec",
        "kubernetesAgent handleNonKubernetes",
        "lastCompleted",
        "nonresumable",
        "parameters parameters",
        "parameterizedCron parameterizedSpecification",
        "pipelineTriggers triggers",
        "disableConcurrentBuilds",
        "string name defaultValue description credentialsId variable trim value")) {
      SYMBOLS.add(describe(row));
    }
  }

  private static String describe(String row) {
    List<String> words = Arrays.asList(row.split(" "));
    ARGUMENTS.put(words.get(0), new HashSet<>(words.subList(1, words.size())));
    if (words.size() > 1) {
      SOLE.put(words.get(0), words.get(1));
    }
    return words.get(0);
  }

  private final Build build;
  private final Map<String, Integer> calls = new HashMap<>();
  private final Set<String> locked = new HashSet<>();
  private final List<Runnable> waiting = new ArrayList<>();
  /** By the stash, files that it names one by one. */
  private final Map<String, Map<String, String>> stashes = new TreeMap<>();
  private final Shell shell = new Shell();

  Steps(Build build) {
    this.build = build;
  }

  void close() {
    shell.close();
  }

  void run(Branch branch, Call call) throws Exception {
    switch (call.name) {
      case "echo":
        build.log.add(call.text("message"));
        build.resume(branch, null);
        break;
      case "error":
        throw new AbortException(call.text("message"));
      case "unstable":
        build.makeWorse("UNSTABLE");
        colour(branch, "UNSTABLE");
        build.resume(branch, null);
        break;
      case "sleep":
        build.wake(branch, new Outcome(null, null), build.now + call.time("SECONDS"));
        break;
      case "checkout":
      case "properties":
        build.resume(branch, null);
        break;
      case "load":
        Script script = build.script(call.text("path"));
        build.start(branch, branch.context, () -> new Continuable(script), handOn(branch));
        break;
      case "parallel":
        parallel(branch, call);
        break;
      case "stage":
        stage(branch, call);
        break;
      case "node":
        node(branch, call);
        break;
      case "lock":
        lock(branch, call);
        break;
      case "retry":
        retry(branch, call, 1);
        break;
      case "timeout":
        timeout(branch, call);
        break;
      case "catchError":
        catchError(branch, call);
        break;
      case "withEnv":
        withEnv(branch, call);
        break;
      case "withCredentials":
        withCredentials(branch, call);
        break;
      case "podTemplate":
        Context pod = new Context(branch.context);
        pod.environment.put("POD_LABEL", "pod-" + Integer.toHexString(call.text("yaml").hashCode()));
        build.start(branch, pod, call.body, handOn(branch));
        break;
      case "build":
        build(branch, call);
        break;
      case "container":
      case "dir":
      case "insideImage":
        agent(branch);
        build.start(branch, new Context(branch.context), call.body, handOn(branch));
        break;
      default:
        onAgent(branch, call);
    }
  }

  private Consumer<Outcome> handOn(Branch branch) {
    return outcome -> build.wake(branch, outcome, build.now);
  }

  /** Warnings colour every stage around them. */
  private static void colour(Branch branch, String result) {
    for (Context context = branch.context; context != null; context = context.outer) {
      if (context.stage != null && Build.isWorse(result, context.stage.result)) {
        context.stage.result = result;
      }
    }
  }

  private void parallel(Branch branch, Call call) {
    boolean failsFast = call.is("failFast");
    Map<String, Closure<?>> bodies = new LinkedHashMap<>();
    call.arguments.forEach((name, value) -> {
      if (value instanceof Closure) {
        bodies.put(name, (Closure<?>) value);
      } else if (!name.equals("failFast")) {
        throw new IllegalArgumentException("a branch is no closure: " + name);
      }
    });
    int[] left = {bodies.size()};
    Throwable[] first = {null};
    if (bodies.isEmpty()) {
      build.resume(branch, null);
    }
    bodies.forEach((name, body) -> build.start(branch, new Context(branch.context), body, outcome -> {
      left[0]--;
      if (outcome.isFailure() && first[0] == null) {
        first[0] = outcome.getAbnormal();
        if (failsFast) {
          new ArrayList<>(branch.bodies).forEach(other -> build.interrupt(other, new FlowInterruptedException(Cause.FAIL_FAST)));
        }
      }
      if (left[0] == 0) {
        build.wake(branch, new Outcome(null, first[0]), build.now);
      }
    }));
  }

  private void stage(Branch branch, Call call) {
    Context context = new Context(branch.context);
    context.stage = new Context.StageRecord(call.text("name"));
    long start = build.now;
    build.start(branch, context, call.body, outcome -> {
      if (outcome.isFailure()) {
        colour(new Branch(context, null), Build.resultOf(outcome.getAbnormal()));
      }
      build.stages.add(Map.of("name", context.stage.name, "result", context.stage.result, "start", start, "end", build.now));
      build.wake(branch, outcome, build.now);
    });
  }

  private void node(Branch branch, Call call) throws Exception {
    Context context = new Context(branch.context);
    context.agent = new Context.Agent(call.text("label"));
    context.agent.workspace = shell.workspace(build.job.isReal);
    context.environment.put("WORKSPACE", context.agent.workspace.toString());
    build.start(branch, context, call.body, handOn(branch));
  }

  private void lock(Branch branch, Call call) {
    Set<String> wanted = new HashSet<>();
    if (call.text("resource") != null) {
      wanted.add(call.text("resource"));
    }
    for (Object extra : (List<?>) call.arguments.getOrDefault("extra", List.of())) {
      wanted.add((String) ((Map<?, ?>) extra).get("resource"));
    }
    boolean[] isOff = {false};
    Runnable take = new Runnable() {
      public void run() {
        if (isOff[0]) {
          return;
        }
        if (wanted.stream().anyMatch(locked::contains)) {
          waiting.add(this);
          return;
        }
        branch.onInterrupt = null;
        locked.addAll(wanted);
        build.start(branch, new Context(branch.context), call.body, outcome -> {
          locked.removeAll(wanted);
          List<Runnable> others = new ArrayList<>(waiting);
          waiting.clear();
          others.forEach(Runnable::run);
          build.wake(branch, outcome, build.now);
        });
      }
    };
    branch.onInterrupt = () -> isOff[0] = true;
    take.run();
  }

  private void retry(Branch branch, Call call, int round) {
    build.start(branch, new Context(branch.context), call.body, outcome -> {
      int count = ((Number) call.arguments.get("count")).intValue();
      if (!outcome.isFailure() || round >= count || !isRetried(call, outcome.getAbnormal())) {
        build.wake(branch, outcome, build.now);
      } else {
        retry(branch, call, round + 1);
      }
    });
  }

  private static boolean isRetried(Call call, Throwable error) {
    Cause cause = error instanceof FlowInterruptedException ? ((FlowInterruptedException) error).reason() : null;
    List<?> conditions = (List<?>) call.arguments.getOrDefault("conditions", List.of());
    if (conditions.isEmpty()) {
      return cause != Cause.USER && cause != Cause.FAIL_FAST;
    }
    return cause == Cause.AGENT_LOST && conditions.stream().anyMatch(one -> ((WorkflowScript.Symbol) one).name.matches("agent|kubernetesAgent"));
  }

  private void timeout(Branch branch, Call call) {
    Build.Event[] timer = new Build.Event[1];
    boolean[] isOver = {false};
    Consumer<Outcome> done = outcome -> {
      if (!isOver[0]) {
        isOver[0] = true;
        timer[0].isOff = true;
        build.wake(branch, outcome, build.now);
      }
    };
    Branch body = build.start(branch, new Context(branch.context), call.body, done);
    FlowInterruptedException late = new FlowInterruptedException(Cause.TIMEOUT);
    timer[0] = build.at(build.now + call.time("MINUTES"), () -> {
      build.interrupt(body, late);
      // Jenkins waits a minute, then it does not ask again.
      timer[0] = build.at(build.now + 60_000, () -> {
        build.interrupt(body, late);
        branch.bodies.remove(body);
        done.accept(new Outcome(null, late));
      });
    });
  }

  private void catchError(Branch branch, Call call) {
    build.start(branch, new Context(branch.context), call.body, outcome -> {
      if (outcome.isFailure()) {
        Throwable error = outcome.getAbnormal();
        boolean isInterrupted = error instanceof FlowInterruptedException;
        if (isInterrupted && Boolean.FALSE.equals(call.arguments.get("catchInterruptions"))) {
          build.wake(branch, outcome, build.now);
          return;
        }
        // An interruption's own result counts, whatever is asked for.
        String ofBuild = isInterrupted ? "ABORTED" : (String) call.arguments.getOrDefault("buildResult", "FAILURE");
        String ofStage = isInterrupted ? "ABORTED" : (String) call.arguments.getOrDefault("stageResult", "SUCCESS");
        if (!ofBuild.equals("SUCCESS")) {
          build.makeWorse(ofBuild);
        }
        colour(branch, ofStage);
      }
      build.resume(branch, null);
    });
  }

  private void withEnv(Branch branch, Call call) {
    Context context = new Context(branch.context);
    for (Object override : (List<?>) call.arguments.get("overrides")) {
      String text = override.toString();
      int equals = text.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("no variable: " + text);
      }
      String name = text.substring(0, equals);
      String value = Shell.expand(text.substring(equals + 1), context.environment);
      // An empty one is unset.
      if (value.isEmpty()) {
        context.environment.remove(name);
      } else {
        context.environment.put(name, value);
      }
    }
    build.start(branch, context, call.body, handOn(branch));
  }

  private void withCredentials(Branch branch, Call call) {
    agent(branch);
    Context context = new Context(branch.context);
    for (Object binding : (List<?>) call.arguments.get("bindings")) {
      Map<?, ?> known = (Map<?, ?>) binding;
      String secret = build.job.credentials.get(known.get("credentialsId"));
      context.environment.put((String) known.get("variable"), secret == null ? "secret" : secret);
    }
    build.start(branch, context, call.body, handOn(branch));
  }

  private Context.Agent agent(Branch branch) {
    if (branch.context.agent == null) {
      throw new IllegalStateException("Required context class hudson.FilePath is missing: it needs a node");
    }
    return branch.context.agent;
  }

  /** Steps that work on the agent's files. */
  private void onAgent(Branch branch, Call call) throws Exception {
    Context.Agent agent = agent(branch);
    if (agent.isLost) {
      throw new java.io.IOException("the agent is gone");
    }
    Object value = null;
    switch (call.name) {
      case "sh":
        sh(branch, call, agent);
        return;
      case "pwd":
        value = agent.workspace + (call.is("tmp") ? "@tmp" : "");
        break;
      case "writeFile":
        shell.write(agent.workspace.resolve(call.text("file")), call.text("text"));
        break;
      case "readFile":
        value = shell.read(agent.workspace.resolve(call.text("file")));
        break;
      case "fileExists":
        value = shell.exists(agent.workspace.resolve(call.text("file")));
        break;
      case "stash":
        Map<String, String> files = new TreeMap<>();
        for (String path : String.valueOf(call.text("includes")).split(",")) {
          if (shell.isFile(agent.workspace.resolve(path))) {
            files.put(path, shell.read(agent.workspace.resolve(path)));
          }
        }
        stashes.put(call.text("name"), files);
        break;
      case "unstash":
        if (!stashes.containsKey(call.text("name"))) {
          throw new AbortException("No such saved stash ‘" + call.text("name") + "’");
        }
        for (Map.Entry<String, String> file : stashes.get(call.text("name")).entrySet()) {
          shell.write(agent.workspace.resolve(file.getKey()), file.getValue());
        }
        break;
      case "copyArtifacts":
        for (Map.Entry<String, String> file : build.job.archived.entrySet()) {
          shell.write(agent.workspace.resolve(file.getKey()), file.getValue());
        }
        break;
      case "archiveArtifacts":
      case "junit":
      case "deleteDir":
        break;
      default:
        throw new IllegalStateException("step " + call.name + " is not played");
    }
    build.resume(branch, value);
  }

  private void sh(Branch branch, Call call, Context.Agent agent) throws Exception {
    String label = call.text("label");
    String script = (String) call.arguments.get("script");
    Map<String, String> written = build.job.written.get(label);
    Map<String, Object> attempt = attempt(label, agent.label);
    Integer real = null;
    if (written != null) {
      for (Map.Entry<String, String> file : written.entrySet()) {
        shell.write(agent.workspace.resolve(file.getKey()), file.getValue());
      }
    } else if (build.job.isReal) {
      Shell.Result result = shell.run(script, branch.context.environment, agent.workspace);
      attempt.put("printed", result.printed);
      real = result.code;
    }
    attempt.put("environment", new TreeMap<>(branch.context.environment));
    end(branch, label == null ? script : label, attempt, real, code -> {
      if (code == null) {
        agent.isLost = true;
        build.fail(branch, new FlowInterruptedException(Cause.AGENT_LOST));
      } else if (call.is("returnStatus")) {
        build.resume(branch, code);
      } else if (code != 0) {
        build.fail(branch, new AbortException("script returned exit code " + code));
      } else {
        build.resume(branch, call.is("returnStdout") ? printed(script, attempt) : null);
      }
    });
  }

  /** A build of another job, played as a command of the substage that it says it is for; its result follows from the exit code. */
  private void build(Branch branch, Call call) {
    Map<String, Object> parameters = new TreeMap<>();
    for (Object parameter : (List<?>) call.arguments.getOrDefault("parameters", List.of())) {
      parameters.put((String) ((Map<?, ?>) parameter).get("name"), ((Map<?, ?>) parameter).get("value"));
    }
    String label = parameters.get("O11N_STAGE") + "/" + parameters.get("substage_name");
    Map<String, Object> attempt = attempt(label, null);
    attempt.put("job", call.text("job"));
    attempt.put("environment", parameters);
    end(branch, label, attempt, null, code -> {
      String result = code == null ? "NOT_BUILT" : RESULTS.getOrDefault(code, "FAILURE");
      if (Boolean.FALSE.equals(call.arguments.get("propagate")) || result.equals("SUCCESS")) {
        build.resume(branch, new TreeMap<>(Map.of("result", result)));
      } else {
        build.fail(branch, new AbortException(label + " completed with status " + result));
      }
    });
  }

  private static final Map<Integer, String> RESULTS = Map.of(0, "SUCCESS", 80, "UNSTABLE", 130, "ABORTED");

  private Map<String, Object> attempt(String label, String agent) {
    Map<String, Object> attempt = new LinkedHashMap<>();
    attempt.put("label", label);
    attempt.put("agent", agent);
    attempt.put("start", build.now);
    build.attempts.add(attempt);
    return attempt;
  }

  /** Ends a call as the job says, or with an exit code that is known; null: it is lost. */
  private void end(Branch branch, String name, Map<String, Object> attempt, Integer real, Consumer<Integer> then) {
    int number = calls.merge(name, 1, Integer::sum);
    List<Map<String, Object>> ends = build.job.attempts.get(name);
    Map<String, Object> end = ends == null ? Map.of() : ends.get(Math.min(number, ends.size()) - 1);
    String how = (String) end.getOrDefault("end", "exit");
    int code = real != null ? real : ((Number) end.getOrDefault("code", 0)).intValue();
    branch.onInterrupt = () -> attempt.put("end", build.now);
    if (how.equals("never")) {
      return;
    }
    branch.event = build.at(build.now + ((Number) end.getOrDefault("takes", 0)).longValue(), () -> {
      branch.onInterrupt = null;
      attempt.put("end", build.now);
      if (how.equals("lost")) {
        attempt.put("lost", true);
      } else {
        attempt.put("code", code);
      }
      then.accept(how.equals("lost") ? null : code);
    });
  }

  private String printed(String script, Map<String, Object> attempt) {
    for (Map.Entry<String, String> known : build.job.printed.entrySet()) {
      if (script.contains(known.getKey())) {
        return known.getValue();
      }
    }
    return String.valueOf(attempt.getOrDefault("printed", ""));
  }
}
