package o11n;

import com.cloudbees.groovy.cps.Continuable;
import com.cloudbees.groovy.cps.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** One of the things that a build does at a time: the script itself, the body of a step, a branch of `parallel`. */
final class Branch {
  final Context context;
  final Consumer<Outcome> done;
  /** Bodies of the step that it is at. */
  final List<Branch> bodies = new ArrayList<>();
  Continuable program;
  /** What will wake it. */
  Build.Event event;
  /** Cleans up behind the step that it is at, if that is interrupted. */
  Runnable onInterrupt;

  Branch(Context context, Consumer<Outcome> done) {
    this.context = context;
    this.done = done;
  }
}
