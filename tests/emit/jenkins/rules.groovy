// Pipeline nightly, written by o11n: change its source and compile it again.
import groovy.transform.Field
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

// What has become of the run so far.
@Field Map o11n = [name: 'nightly', stages: [:], stopped: false, failing: false, unstable: false, passed: [:], ignored: [:], held: []]

o11n.endsAt = System.currentTimeMillis() + 14400000L
stage_build()
stage_test()
stage_report()
finish()

void stage_build() {
  runStage(
    name: 'build',
    parallel: 2,
    deadline: 3600,
    substages: [
      [name: 'fuzz', copies: 3, need: 2, run: { build_fuzz(it) }],
      [name: 'lib', onError: 'abort', retry: [limit: 2, on: ['lost', 75], delay: 10, factor: 1.5, maxDelay: 300], exitCodes: [80: 'unstable', 81: 'lost'], timeout: 90, run: { build_lib(it) }],
      [name: 'app', needs: [[all: ['build/lib']]], lock: ['licence'], run: { build_app(it) }],
      [name: 'unit-1of2', onError: 'continue', shard: 1, shards: 2, run: { build_unit_1of2(it) }],
      [name: 'unit-2of2', onError: 'continue', shard: 2, shards: 2, run: { build_unit_2of2(it) }],
    ],
  )
}

void stage_test() {
  runStage(
    name: 'test',
    when: { (o11n.stages['build'] in ['succeeded', 'unstable']) && (!(o11n.failing)) },
    substages: [
      [name: 'all', onError: 'ignore', needs: [[family: 'build/unit', shards: 2], [all: ['build/fuzz']]], run: { test_all(it) }],
    ],
  )
}

void stage_report() {
  runStage(
    name: 'report',
    when: { true },
    substages: [[name: 'mail', verdict: true, run: { report_mail(it) }]],
  )
}

// Substage build/fuzz
void build_fuzz(Map attempt) {
  on_agent(attempt) {
    body(attempt, '''#!/usr/bin/env bash
set -euo pipefail
make fuzz
''')
  }
}

// Substage build/lib
void build_lib(Map attempt) {
  on_agent(attempt) {
    body(attempt, '''#!/usr/bin/env bash
set -euo pipefail
make lib
''')
  }
}

// Substage build/app
void build_app(Map attempt) {
  on_agent(attempt) {
    body(attempt, '''#!/usr/bin/env bash
set -euo pipefail
make app
''')
    after(attempt, '''#!/usr/bin/env bash
set -euo pipefail
make clean
''')
  }
}

// Substage build/unit-1of2
void build_unit_1of2(Map attempt) {
  on_agent(attempt) {
    body(attempt, '''#!/usr/bin/env bash
set -euo pipefail
make test
''')
  }
}

// Substage build/unit-2of2
void build_unit_2of2(Map attempt) {
  on_agent(attempt) {
    body(attempt, '''#!/usr/bin/env bash
set -euo pipefail
make test
''')
  }
}

// Substage test/all
void test_all(Map attempt) {
  on_agent(attempt) {
    body(attempt, '''#!/usr/bin/env bash
set -euo pipefail
true
''')
  }
}

// Substage report/mail
void report_mail(Map attempt) {
  on_agent(attempt) {
    body(attempt, '''#!/usr/bin/env bash
set -euo pipefail
echo $O11N_VERDICT
''')
  }
}

// Hardware: any agent
void on_agent(Map attempt, Closure steps) {
  node {
    inWorkspace(attempt, steps)
  }
}

// What follows is the same in every file that o11n writes, less what this pipeline has no need of: it keeps the order of
// starts, retries, policies and the verdict. Times are in milliseconds unless said otherwise.

/** Runs a stage if its condition holds, and remembers how it ended. */
void runStage(Map theStage) {
  if (o11n.endsAt && System.currentTimeMillis() >= o11n.endsAt) {
    o11n.endsAt = null
    o11n.stopped = true
    o11n.failing = true
  }
  boolean runs = theStage.when == null ? !o11n.stopped : theStage.when.call()
  if (!runs || theStage.substages.isEmpty()) {
    o11n.stages[theStage.name] = 'skipped'
    skipAll(theStage)
    echo("o11n: stage ${theStage.name} is skipped")
    return
  }
  theStage.running = 0
  theStage.verdict = verdict()
  stage(theStage.name) {
    try {
      Long left = timeLeft(theStage)
      if (left == null) {
        startAll(theStage, ready(theStage))
      } else {
        timeout(time: left, unit: 'MILLISECONDS') { startAll(theStage, ready(theStage)) }
      }
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
  if (theStage.cut == 'deadline') {
    theStage.failed = true
    theStage.stops = true
  }
  for (substage in theStage.substages) {
    boolean isCut = substage.outcome == null
    if (isCut) {
      substage.outcome = 'cancelled'
      remember(theStage, substage, false)
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
  skipShut(theStage)
  for (substage in theStage.substages) {
    if (theStage.parallel != null && theStage.running >= theStage.parallel) {
      break
    }
    if (substage.outcome != null || substage.isStarted) {
      continue
    }
    if (substage.needs?.any { gate(it) != 'open' }) {
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

/** Skips what needs something that did not pass, and what needs that, and so on. */
@NonCPS
void skipShut(Map theStage) {
  boolean isChanged = true
  while (isChanged) {
    isChanged = false
    for (substage in theStage.substages) {
      if (substage.outcome == null && !substage.isStarted && substage.needs?.any { gate(it) == 'shut' }) {
        substage.outcome = 'skipped'
        remember(theStage, substage, false)
        isChanged = true
      }
    }
  }
}

/** Whether what a need names has passed: `open`, `shut` or, before its end, `unknown`. */
@NonCPS
String gate(Map need) {
  List members = need.all ?: []
  if (need.shards != null) {
    members = (1..need.shards).collect { need.family + '-' + it + 'of' + need.shards }
  }
  if (members.any { !o11n.passed.containsKey(it) }) {
    return 'unknown'
  }
  return members.every { o11n.passed[it] && !(need.loads && o11n.ignored[it]) } ? 'open' : 'shut'
}

@NonCPS
void remember(Map theStage, Map substage, boolean passed) {
  o11n.passed[theStage.name + '/' + substage.name] = passed
}

/** A stage that does not run passes nothing on. */
@NonCPS
void skipAll(Map theStage) {
  for (substage in theStage.substages) {
    remember(theStage, substage, false)
  }
}

/** What has ended a stage or a dispatch early, by our own doing: the outcome of what it interrupts; null: nothing has. */
@NonCPS
String cutOf(Map theStage, Map substage) {
  if (substage.decided != null) {
    return 'cancelled'
  }
  if (theStage.cut == null && theStage.endsAt != null && System.currentTimeMillis() >= theStage.endsAt) {
    theStage.cut = 'deadline'
  }
  if (theStage.cut == 'deadline') {
    return 'timed_out'
  }
  return theStage.cut == null ? null : 'cancelled'
}

/** Starts the clock of a stage; null: it has no deadline. */
@NonCPS
Long timeLeft(Map theStage) {
  long now = System.currentTimeMillis()
  List ends = [theStage.deadline == null ? null : now + (theStage.deadline * 1000L).longValue(), o11n.endsAt]
  theStage.endsAt = ends.findAll { it != null }.min()
  return theStage.endsAt == null ? null : theStage.endsAt - now
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
  if (theStage.cut == 'abort' && theStage.running > 0 && substage.onError == 'abort') {
    error("${theStage.name}/${substage.name} aborts its stage")
  }
}

/** By the policy of a substage that has failed. */
@NonCPS
void conclude(Map theStage, Map substage, String outcome) {
  substage.outcome = outcome
  theStage.running--
  o11n.held.removeAll(substage.lock ?: [])
  boolean isFailure = !substage.isCut && outcome in ['failed', 'timed_out', 'lost']
  boolean isIgnored = isFailure && substage.onError == 'ignore'
  remember(theStage, substage, isIgnored || outcome in ['succeeded', 'unstable'])
  o11n.ignored[theStage.name + '/' + substage.name] = isIgnored
  if (outcome == 'unstable') {
    theStage.unstable = true
  }
  if (isFailure && substage.onError != 'ignore') {
    theStage.failed = true
    if (substage.onError != 'continue') {
      theStage.stops = true
    }
    if (substage.onError == 'abort' && theStage.cut == null) {
      theStage.cut = 'abort'
    }
  }
}

String outcomeOf(Map theStage, Map substage) {
  return substage.copies ? dispatch(theStage, substage) : attempts(theStage, substage, null)
}

/** Starts all copies; as soon as it is decided, the others are ended. */
String dispatch(Map theStage, Map substage) {
  substage.passed = 0
  substage.missed = 0
  Map branches = [failFast: true]
  for (int i = 1; i <= substage.copies; i++) {
    int copy = i
    branches[substage.name + '#' + copy] = { runCopy(theStage, substage, copy) }
  }
  try {
    parallel(branches)
  } catch (Exception e) {
    if (cutOf(theStage, substage) == null) {
      throw e
    }
  }
  if (substage.decided != null) {
    substage.isCut = false
    return substage.decided
  }
  substage.isCut = true
  return cutOf(theStage, substage)
}

void runCopy(Map theStage, Map substage, int copy) {
  String outcome = attempts(theStage, substage, copy)
  if (cutOf(theStage, substage) != null) {
    return
  }
  if (outcome in ['succeeded', 'unstable']) {
    substage.passed++
    substage.isUnstable = substage.isUnstable || outcome == 'unstable'
  } else {
    substage.missed++
  }
  if (substage.passed >= substage.need) {
    substage.decided = substage.isUnstable ? 'unstable' : 'succeeded'
  } else if (substage.missed > substage.copies - substage.need) {
    substage.decided = 'failed'
  }
  if (substage.decided != null) {
    substage.code = null
    error("${theStage.name}/${substage.name} is decided")
  }
}

/** The attempts of a substage, or of one copy of it; gives the outcome of the last. */
String attempts(Map theStage, Map substage, Integer copy) {
  Map attempt = [stage: theStage, substage: substage, number: 1]
  attempt.label = theStage.name + '/' + substage.name + (copy == null ? '' : '#' + copy)
  runAttempt(attempt)
  while (isRetried(attempt)) {
    Long pause = pauseAfter(attempt)
    if (pause > 0) {
      try {
        sleep(time: pause, unit: 'MILLISECONDS')
      } catch (FlowInterruptedException e) {
        return cutOr(attempt, e)
      }
    }
    attempt = [stage: theStage, substage: substage, number: attempt.number + 1, label: attempt.label]
    runAttempt(attempt)
  }
  substage.code = attempt.code
  return attempt.outcome
}

/** One attempt: an agent, and on it what the substage does. Whatever ends it without an exit code is the agent's fault. */
void runAttempt(Map attempt) {
  try {
    // A second round only comes of an agent that was lost: Jenkins asks no condition that a script could ask.
    List conditions = [agent(), nonresumable()]
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

@NonCPS
boolean isRetried(Map attempt) {
  Map retry = attempt.substage.retry
  if (retry == null || attempt.isCut || attempt.number > retry.limit || cutOf(attempt.stage, attempt.substage) != null) {
    return false
  }
  return attempt.outcome in retry.on || attempt.code in retry.on
}

/** How long to wait for the next attempt. */
@NonCPS
Long pauseAfter(Map attempt) {
  Map retry = attempt.substage.retry
  double pause = (retry.delay ?: 0) * 1000L * Math.pow((retry.factor ?: 2) as double, (attempt.number - 1) as double)
  return Math.round(retry.maxDelay == null ? pause : Math.min(pause, (retry.maxDelay * 1000L) as double))
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
  long start = System.currentTimeMillis()
  try {
    withEnv(variables(attempt)) {
      if (substage.timeout == null) {
        attempt.code = command.call()
      } else {
        timeout(time: (substage.timeout * 1000L).longValue(), unit: 'MILLISECONDS') { attempt.code = command.call() }
      }
    }
    attempt.outcome = classOf(substage, attempt.code)
    if (attempt.code < 0) {
      attempt.code = null
    }
  } catch (FlowInterruptedException e) {
    if (substage.timeout != null && System.currentTimeMillis() - start >= substage.timeout * 1000L) {
      attempt.outcome = 'timed_out'
      return
    }
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
  if (substage.exitCodes != null && substage.exitCodes[code] != null) {
    return substage.exitCodes[code]
  }
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
  if (attempt.substage.verdict) {
    found.O11N_VERDICT = attempt.stage.verdict
  }
  return found.collect { it.key + '=' + it.value.toString().replace('$', '$$') }
}

/** Runs behind the body, however that ended, and changes nothing. */
void after(Map attempt, String text) {
  long start = System.currentTimeMillis()
  try {
    withEnv(variables(attempt) + ['O11N_OUTCOME=' + attempt.outcome]) {
      timeout(time: 5, unit: 'MINUTES') {
        sh(label: attempt.label + ' after', script: text, returnStatus: true)
      }
    }
  } catch (FlowInterruptedException e) {
    if (attempt.interruption == null && System.currentTimeMillis() - start < 300000) {
      if (cutOf(attempt.stage, attempt.substage) == null) {
        throw e
      }
      // It is over, whatever it was.
      attempt.isCut = true
      attempt.substage.isCut = true
    }
  }
}

