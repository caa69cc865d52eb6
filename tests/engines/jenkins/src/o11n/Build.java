package o11n;

import com.cloudbees.groovy.cps.Continuable;
import com.cloudbees.groovy.cps.CpsTransformer;
import com.cloudbees.groovy.cps.Outcome;
import com.cloudbees.groovy.cps.impl.CpsCallableInvocation;
import com.cloudbees.groovy.cps.Next;
import groovy.lang.Closure;
import groovy.lang.GroovyClassLoader;
import groovy.lang.Script;
import hudson.AbortException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.codehaus.groovy.control.CompilerConfiguration;
import org.codehaus.groovy.control.customizers.ImportCustomizer;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;

/** One run of a script, on virtual time and in one thread. */
final class Build {
  static Build current;

  private static final List<String> RESULTS = List.of("SUCCESS", "UNSTABLE", "FAILURE", "NOT_BUILT", "ABORTED");

  /** Something that happens at a time. */
  static final class Event implements Comparable<Event> {
    final long time;
    final long number;
    final Runnable run;
    boolean isOff;

    Event(long time, long number, Runnable run) {
      this.time = time;
      this.number = number;
      this.run = run;
    }

    public int compareTo(Event other) {
      return time == other.time ? Long.compare(number, other.number) : Long.compare(time, other.time);
    }
  }

  final Job job;
  final Map<String, Object> report = new LinkedHashMap<>();
  final List<Object> attempts = new ArrayList<>();
  final List<Object> stages = new ArrayList<>();
  final List<String> log = new ArrayList<>();
  final List<String> problems = new ArrayList<>();
  final Steps steps = new Steps(this);
  private final PriorityQueue<Event> queue = new PriorityQueue<>();
  private final GroovyClassLoader loader = new GroovyClassLoader(Build.class.getClassLoader(), configuration());
  private long events;
  private boolean isOver;
  String description;
  /** Of what was written down at a step, in bytes. */
  private int largestState;
  private Branch root;
  Branch running;
  String result;
  /** In milliseconds. */
  long now;

  Build(Job job) {
    this.job = job;
  }

  private static CompilerConfiguration configuration() {
    CompilerConfiguration configuration = new CompilerConfiguration();
    ImportCustomizer imports = new ImportCustomizer();
    imports.addStarImports("com.cloudbees.groovy.cps", "hudson.model", "jenkins.model");
    configuration.addCompilationCustomizers(imports, new CpsTransformer());
    configuration.setScriptBaseClass(WorkflowScript.class.getName());
    return configuration;
  }

  Map<String, Object> run() {
    current = this;
    report.put("id", job.id);
    long start = System.nanoTime();
    try {
      Script script = script("Jenkinsfile");
      if (job.isCompiledOnly) {
        for (String name : job.files.keySet()) {
          script(name);
        }
      } else {
        play(script);
      }
    } catch (Throwable error) {
      String text = String.valueOf(error);
      report.put("error", text.length() > 2000 ? text.substring(0, 2000) : text);
    }
    report.put("result", result == null ? "SUCCESS" : result);
    report.put("description", description);
    report.put("took", (System.nanoTime() - start) / 1_000_000);
    report.put("duration", now);
    report.put("largest_state", largestState);
    report.put("stages", stages);
    report.put("attempts", attempts);
    report.put("log", log);
    report.put("problems", problems);
    steps.close();
    return report;
  }

  Script script(String name) throws Exception {
    String text = job.files.get(name);
    if (text == null) {
      throw new java.nio.file.NoSuchFileException(name);
    }
    String known = name.equals("Jenkinsfile") ? "WorkflowScript" : "Script" + Integer.toHexString(name.hashCode());
    Script script = (Script) loader.parseClass(text, known + ".groovy").getDeclaredConstructor().newInstance();
    return script;
  }

  private void play(Script script) {
    root = new Branch(new Context(null), outcome -> {
      isOver = true;
      if (outcome.isFailure()) {
        Throwable error = outcome.getAbnormal();
        makeWorse(resultOf(error));
        report.put("error", String.valueOf(error));
        if (!(error instanceof AbortException) && !(error instanceof FlowInterruptedException)) {
          java.io.StringWriter trace = new java.io.StringWriter();
          error.printStackTrace(new java.io.PrintWriter(trace));
          report.put("trace", trace.toString().lines().limit(12).toList());
        }
      }
    });
    root.program = new Continuable(script);
    resume(root, null);
    if (job.forgetsAt != null) {
      at(job.forgetsAt, () -> forget(script));
    }
    if (job.stoppedAt != null) {
      at(job.stoppedAt, () -> interrupt(root, new FlowInterruptedException(FlowInterruptedException.Cause.USER)));
    }
    for (long played = 0; !isOver && !queue.isEmpty(); played++) {
      Event event = queue.poll();
      if (!event.isOff) {
        now = event.time;
        event.run.run();
      }
      if (played > 5_000_000) {
        throw new IllegalStateException("it goes on and on");
      }
    }
    if (!isOver) {
      problems.add("it hangs: something waits for what never comes");
    }
  }

  /** What a restart of Jenkins does: only what was written down is still there. */
  private void forget(Script script) {
    boolean isSomething = false;
    for (Field field : script.getClass().getDeclaredFields()) {
      int modifiers = field.getModifiers();
      if (Modifier.isTransient(modifiers) && !Modifier.isStatic(modifiers) && !field.getName().matches("[$_].*")) {
        field.setAccessible(true);
        try {
          isSomething |= field.get(script) != null;
          field.set(script, null);
        } catch (IllegalAccessException error) {
          throw new IllegalStateException(error);
        }
      }
    }
    if (!isSomething) {
      problems.add("there was nothing to forget");
    }
  }

  Event at(long time, Runnable run) {
    Event event = new Event(time, events++, run);
    queue.add(event);
    return event;
  }

  /** A build's result never gets better. */
  void makeWorse(String other) {
    if (isWorse(other, result)) {
      result = other;
    }
  }

  static boolean isWorse(String one, String other) {
    return other == null || RESULTS.indexOf(one) > RESULTS.indexOf(other);
  }

  static String resultOf(Throwable error) {
    return error instanceof FlowInterruptedException ? "ABORTED" : "FAILURE";
  }

  /** Goes on with a branch, now, with what its step gave or threw. */
  void resume(Branch branch, Object value) {
    wake(branch, new Outcome(value, null), now);
  }

  void fail(Branch branch, Throwable error) {
    wake(branch, new Outcome(null, error), now);
  }

  void wake(Branch branch, Outcome outcome, long time) {
    branch.event = at(time, () -> go(branch, outcome));
  }

  private void go(Branch branch, Outcome given) {
    branch.event = null;
    branch.onInterrupt = null;
    running = branch;
    Outcome outcome;
    try {
      outcome = branch.program.run0(given, WorkflowScript.CATEGORIES);
    } catch (Throwable error) {
      branch.done.accept(new Outcome(null, error));
      return;
    }
    if (!branch.program.isResumable()) {
      branch.done.accept(outcome);
      return;
    }
    Call call = (Call) outcome.getNormal();
    if (job.isSaved && !isSaved(branch, call)) {
      return;
    }
    try {
      steps.run(branch, call);
    } catch (Throwable error) {
      fail(branch, error);
    }
  }

  /** Jenkins writes the whole state down at each step. */
  private boolean isSaved(Branch branch, Call call) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(branch.program);
      largestState = Math.max(largestState, bytes.size());
      return true;
    } catch (IOException error) {
      problems.add(error + " at step " + call.name);
      branch.done.accept(new Outcome(null, error));
      return false;
    }
  }

  /** Runs the body of a step. */
  Branch start(Branch parent, Context context, Supplier<Continuable> program, Consumer<Outcome> done) {
    Branch[] made = new Branch[1];
    Branch branch = made[0] = new Branch(context, outcome -> {
      parent.bodies.remove(made[0]);
      done.accept(outcome);
    });
    parent.bodies.add(branch);
    branch.event = at(now, () -> {
      running = branch;
      try {
        branch.program = program.get();
      } catch (Throwable error) {
        branch.done.accept(new Outcome(null, error));
        return;
      }
      go(branch, new Outcome(null, null));
    });
    return branch;
  }

  Branch start(Branch parent, Context context, Closure<?> body, Consumer<Outcome> done) {
    return start(parent, context, () -> {
      try {
        return new Continuable(Next.terminate(body.call()));
      } catch (CpsCallableInvocation call) {
        return new Continuable(call.asBlock());
      }
    }, done);
  }

  /** What Jenkins does to stop something: the innermost steps throw. */
  void interrupt(Branch branch, Throwable error) {
    if (!branch.bodies.isEmpty()) {
      new ArrayList<>(branch.bodies).forEach(body -> interrupt(body, error));
      return;
    }
    if (branch.event != null) {
      branch.event.isOff = true;
    }
    if (branch.onInterrupt != null) {
      branch.onInterrupt.run();
      branch.onInterrupt = null;
    }
    if (branch.program == null) {
      branch.event = at(now, () -> branch.done.accept(new Outcome(null, error)));
    } else {
      fail(branch, error);
    }
  }
}
