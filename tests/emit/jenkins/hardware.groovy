// Pipeline nightly, written by o11n: change its source and compile it again.
import groovy.transform.Field
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

// What has become of the run so far.
@Field Map o11n = [name: 'nightly', stages: [:], stopped: false, failing: false, unstable: false, held: []]

stage_test()
finish()

void stage_test() {
  runStage(
    name: 'test',
    substages: [
      [name: 'a', lock: ['board-1'], run: { test_a(it) }],
      [name: 'b', run: { test_b(it) }],
      [name: 'c', run: { test_c(it) }],
      [name: 'd', run: { test_d(it) }],
      [name: 'e', run: { test_e(it) }],
      [name: 'f', run: { test_f(it) }],
    ],
  )
}

// Substage test/a
void test_a(Map attempt) {
  on_board(attempt) {
    body(attempt, '''#!/usr/bin/env bash
set -euo pipefail
a
''')
  }
}

// Substage test/b
void test_b(Map attempt) {
  on_cpu(attempt) {
    body(attempt, '''#!/usr/bin/env bash
set -euo pipefail
b
''')
  }
}

// Substage test/c
void test_c(Map attempt) {
  on_gpu(attempt) {
    body(attempt, '''#!/usr/bin/env bash
set -euo pipefail
c
''')
  }
}

// Substage test/d
void test_d(Map attempt) {
  on_gpu_2(attempt) {
    body(attempt, '''#!/usr/bin/env bash
set -euo pipefail
d
''')
  }
}

// Substage test/e
void test_e(Map attempt) {
  on_agent(attempt) {
    body(attempt, '''#!/usr/bin/env bash
set -euo pipefail
e
''')
  }
}

// Substage test/f
void test_f(Map attempt) {
  on_agent_2(attempt) {
    body(attempt, '''#!/usr/bin/env bash
set -euo pipefail
f
''')
  }
}

// Hardware: board
void on_board(Map attempt, Closure steps) {
  node('board && rk3588') {
    inWorkspace(attempt, steps)
  }
}

// Hardware: cpu
void on_cpu(Map attempt, Closure steps) {
  node('cpu') {
    docker.image('gcc:14').inside { inWorkspace(attempt, steps) }
  }
}

// Hardware: gpu
void on_gpu(Map attempt, Closure steps) {
  podTemplate(cloud: 'k8s-train', yaml: '''apiVersion: v1
kind: Pod
metadata:
  generateName: o11n-
spec:
  restartPolicy: Never
  containers:
  - name: work
    image: cuda:12
    resources:
      requests:
        cpu: "8"
        memory: 64Gi
      limits:
        memory: 64Gi
        nvidia.com/gpu: "2"
    command:
    - sleep
    - infinity
  hostNetwork: true
''') {
    node(POD_LABEL) {
      container('work') { inWorkspace(attempt, steps) }
    }
  }
}

// Hardware: gpu
void on_gpu_2(Map attempt, Closure steps) {
  podTemplate(cloud: 'k8s-train', yaml: '''apiVersion: v1
kind: Pod
metadata:
  generateName: o11n-
spec:
  restartPolicy: Never
  containers:
  - name: work
    image: cuda:13
    resources:
      requests:
        cpu: "8"
        memory: 64Gi
      limits:
        memory: 64Gi
        nvidia.com/gpu: "2"
    command:
    - sleep
    - infinity
  hostNetwork: true
''') {
    node(POD_LABEL) {
      container('work') { inWorkspace(attempt, steps) }
    }
  }
}

// Hardware: any agent
void on_agent(Map attempt, Closure steps) {
  node('small') {
    docker.image('it\'s:1').inside { inWorkspace(attempt, steps) }
  }
}

// Hardware: any agent
void on_agent_2(Map attempt, Closure steps) {
  node('small') {
    inWorkspace(attempt, steps)
  }
}

// What follows is the same in every file that o11n writes, less what this pipeline has no need of: it keeps the order of
// starts, retries, policies and the verdict. Times are in milliseconds unless said otherwise.

/** Runs a stage if its condition holds, and remembers how it ended. */
void runStage(Map theStage) {
  boolean runs = !o11n.stopped
  if (!runs || theStage.substages.isEmpty()) {
    o11n.stages[theStage.name] = 'skipped'
    echo("o11n: stage ${theStage.name} is skipped")
    return
  }
  theStage.running = 0
  stage(theStage.name) {
    try {
      startAll(theStage, ready(theStage))
    } catch (Exception e) {
      if (cutOf(theStage, [:]) == null) {
        // Nothing of ours has ended it. A build that somebody stops still runs the stages that ask for it, once.
        if (!(e instanceof FlowInterruptedException) || o11n.interruption) {
          throw e
        }
        o11n.interruption = e
        theStage.failed = true
        theStage.stops = true
      }
    }
    endStage(theStage)
  }
}

/** Sums up a stage and colours it. */
void endStage(Map theStage) {
  for (substage in theStage.substages) {
    boolean isCut = substage.outcome == null
    if (isCut) {
      substage.outcome = 'cancelled'
    }
    if (isCut || !substage.isStarted) {
      echo("o11n: ${theStage.name}/${substage.name} is ${substage.outcome}")
    }
  }
  String outcome = theStage.failed ? 'failed' : theStage.unstable ? 'unstable' : 'succeeded'
  o11n.stages[theStage.name] = outcome
  if (theStage.failed) {
    o11n.failing = true
    o11n.stopped = o11n.stopped || theStage.stops
    catchError(buildResult: 'SUCCESS', stageResult: 'FAILURE') { error("stage ${theStage.name} has failed") }
  } else if (theStage.unstable) {
    o11n.unstable = true
    catchError(buildResult: 'SUCCESS', stageResult: 'UNSTABLE') { error("stage ${theStage.name} is unstable") }
  }
}

/** The outcome so far. */
String verdict() {
  return o11n.failing ? 'failed' : o11n.unstable ? 'unstable' : 'succeeded'
}

/** The end of the build: its result is set here and nowhere else. */
void finish() {
  if (o11n.interruption) {
    throw o11n.interruption
  }
  echo("o11n: the pipeline is ${verdict()}")
  currentBuild.result = o11n.failing ? 'FAILURE' : o11n.unstable ? 'UNSTABLE' : 'SUCCESS'
}

/** Starts substages, and waits for them and for all that they let start. */
void startAll(Map theStage, List substages) {
  if (substages.size() == 1) {
    runInTurn(theStage, substages[0])
    return
  }
  Map branches = [failFast: true]
  for (substage in substages) {
    Map one = substage
    branches[one.name == 'failFast' ? 'failFast ' : one.name] = { runInTurn(theStage, one) }
  }
  // Nothing may be ready: all is cached or skipped.
  if (substages) {
    parallel(branches)
  }
}

/** Runs a substage, then whatever may start because it has ended: nothing ever waits by asking again and again. */
void runInTurn(Map theStage, Map first) {
  List next = [first]
  while (next.size() == 1) {
    runSubstage(theStage, next[0])
    next = ready(theStage)
  }
  if (next) {
    startAll(theStage, next)
  }
}

/** The substages that may start now, in their order; they count as running from here on. */
@NonCPS
List ready(Map theStage) {
  List found = []
  if (cutOf(theStage, [:]) != null) {
    return found
  }
  for (substage in theStage.substages) {
    if (substage.outcome != null || substage.isStarted) {
      continue
    }
    if (substage.lock?.any { o11n.held.contains(it) }) {
      continue
    }
    o11n.held.addAll(substage.lock ?: [])
    substage.isStarted = true
    theStage.running++
    found << substage
  }
  return found
}

/** What has ended a stage or a dispatch early, by our own doing: the outcome of what it interrupts; null: nothing has. */
@NonCPS
String cutOf(Map theStage, Map substage) {
  return theStage.cut == null ? null : 'cancelled'
}

/** Runs a substage and draws the conclusions. */
void runSubstage(Map theStage, Map substage) {
  String outcome
  if (substage.lock) {
    lock(extra: substage.lock.collect { [resource: it] }) { outcome = outcomeOf(theStage, substage) }
  } else {
    outcome = outcomeOf(theStage, substage)
  }
  conclude(theStage, substage, outcome)
  String code = substage.code == null || outcome == 'succeeded' ? '' : " (exit ${substage.code})"
  echo("o11n: ${theStage.name}/${substage.name} is ${outcome}${code}")
}

/** By the policy of a substage that has failed. */
@NonCPS
void conclude(Map theStage, Map substage, String outcome) {
  substage.outcome = outcome
  theStage.running--
  o11n.held.removeAll(substage.lock ?: [])
  boolean isFailure = !substage.isCut && outcome in ['failed', 'timed_out', 'lost']
  if (outcome == 'unstable') {
    theStage.unstable = true
  }
  if (isFailure && substage.onError != 'ignore') {
    theStage.failed = true
    if (substage.onError != 'continue') {
      theStage.stops = true
    }
  }
}

String outcomeOf(Map theStage, Map substage) {
  return attempts(theStage, substage, null)
}

/** The attempts of a substage, or of one copy of it; gives the outcome of the last. */
String attempts(Map theStage, Map substage, Integer copy) {
  Map attempt = [stage: theStage, substage: substage, number: 1]
  attempt.label = theStage.name + '/' + substage.name + (copy == null ? '' : '#' + copy)
  runAttempt(attempt)
  substage.code = attempt.code
  return attempt.outcome
}

/** One attempt: an agent, and on it what the substage does. Whatever ends it without an exit code is the agent's fault. */
void runAttempt(Map attempt) {
  try {
    // A second round only comes of an agent that was lost: Jenkins asks no condition that a script could ask.
    List conditions = [kubernetesAgent(handleNonKubernetes: true), nonresumable()]
    retry(count: 2, conditions: conditions) {
      if (attempt.isStarted) {
        attempt.outcome = 'lost'
        attempt.code = null
        return
      }
      attempt.isStarted = true
      attempt.substage.run.call(attempt)
    }
  } catch (FlowInterruptedException e) {
    attempt.outcome = cutOr(attempt, e)
  } catch (Exception e) {
    echo("o11n: ${attempt.label} is lost: ${e}")
    attempt.outcome = 'lost'
    attempt.code = null
  }
}

/** The outcome of an attempt that we interrupted; what somebody else interrupted stays so. */
@NonCPS
String cutOr(Map attempt, FlowInterruptedException e) {
  String cut = cutOf(attempt.stage, attempt.substage)
  if (cut == null) {
    throw e
  }
  attempt.isCut = true
  attempt.substage.isCut = true
  return cut
}

/** What a substage does on its agent, in an empty workspace. */
void inWorkspace(Map attempt, Closure steps) {
  deleteDir()
  try {
    steps.call()
  } catch (Exception e) {
    if (attempt.interruption == null) {
      throw e
    }
  }
  // Somebody has stopped the build, or the agent is gone: `after` and the files had their chance.
  if (attempt.interruption != null) {
    throw attempt.interruption
  }
}

/** The body: its exit code, or what ended it, is the outcome. */
void body(Map attempt, String text) {
  decide(attempt) { sh(label: attempt.label, script: text, returnStatus: true) }
}

/** Runs what gives an exit code; that, or what ended it, is the outcome. */
void decide(Map attempt, Closure command) {
  Map substage = attempt.substage
  try {
    withEnv(variables(attempt)) {
      attempt.code = command.call()
    }
    attempt.outcome = classOf(substage, attempt.code)
    if (attempt.code < 0) {
      attempt.code = null
    }
  } catch (FlowInterruptedException e) {
    attempt.outcome = 'cancelled'
    if (cutOf(attempt.stage, substage) == null) {
      attempt.interruption = e
    } else {
      attempt.outcome = cutOr(attempt, e)
    }
  }
}

/** What an exit code means. Jenkins gives one below 0 where it has lost sight of the process. */
@NonCPS
String classOf(Map substage, int code) {
  return code == 0 ? 'succeeded' : code < 0 ? 'lost' : 'failed'
}

/** What bodies find in their environment. Jenkins expands `$` there. */
@NonCPS
List variables(Map attempt) {
  Map found = [
    O11N_PIPELINE: o11n.name,
    O11N_STAGE: attempt.stage.name,
    O11N_SUBSTAGE: attempt.substage.name,
    O11N_ATTEMPT: attempt.number,
    O11N_SHARD: attempt.substage.shard ?: 1,
    O11N_SHARDS: attempt.substage.shards ?: 1,
  ]
  return found.collect { it.key + '=' + it.value.toString().replace('$', '$$') }
}

