// Pipeline nightly, written by o11n: change its source and compile it again.
import groovy.transform.Field
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

// What has become of the run so far.
@Field Map o11n = [name: 'nightly', stages: [:], stopped: false, failing: false, unstable: false, passed: [:], ignored: [:], label: '', cached: [:], without: []]

openCache()
stage_build()
stage_test()
finish()

void stage_build() {
  runStage(
    name: 'build',
    substages: [
      [name: 'lib', run: { build_lib(it) }],
      [name: 'app', cache: '13f5f664caa49626053187642b0cef874c977aa7b071bc1a7294e7a59438c91f', ttl: 604800, run: { build_app(it) }],
      [name: 'doc', cache: '1fdc4d3212a86c2557e35adc1779dbdda562fe1fc138777accd78dccc0ab4184', saves: true, run: { build_doc(it) }],
    ],
  )
}

void stage_test() {
  runStage(
    name: 'test',
    substages: [
      [name: 'unit', needs: [[all: ['build/lib'], loads: true], [all: ['build/doc'], loads: true]], run: { test_unit(it) }],
    ],
  )
}

// Substage build/lib
void build_lib(Map attempt) {
  on_agent(attempt) {
    body(attempt, '''#!/usr/bin/env bash
set -euo pipefail
make
''')
    if (hasPassed(attempt)) {
      stash(name: 'o11n-1-1', includes: 'build,build/**,out/*.tar', allowEmpty: true, useDefaultExcludes: false)
    }
    archiveArtifacts(artifacts: 'log/**', allowEmptyArchive: true)
  }
}

// Substage build/app
void build_app(Map attempt) {
  on_agent(attempt) {
    body(attempt, '''#!/usr/bin/env bash
set -euo pipefail
make app
''')
  }
}

// Substage build/doc
void build_doc(Map attempt) {
  on_agent(attempt) {
    body(attempt, '''#!/usr/bin/env bash
set -euo pipefail
make doc
''')
    if (hasPassed(attempt)) {
      stash(name: 'o11n-1fdc4d3212a86c2557e35adc1779dbdda562fe1fc138777accd78dccc0ab4184', includes: 'doc,doc/**', allowEmpty: true, useDefaultExcludes: false)
    }
  }
}

// Substage test/unit
void test_unit(Map attempt) {
  on_agent(attempt) {
    unstash('o11n-1-1')
    unstash('o11n-1fdc4d3212a86c2557e35adc1779dbdda562fe1fc138777accd78dccc0ab4184')
    withEnv([
      'O11N_CASES=' + cases('''a.py
b's.py
'''),
      'MODE=$$HOME',
    ]) {
      withCredentials([string(credentialsId: 'token', variable: 'TOKEN')]) {
        body(attempt, '''#!/usr/bin/env bash
set -euo pipefail
export EMPTY=\''
pytest
''')
      }
    }
    junit(testResults: 'report.xml,report.xml/**', allowEmptyResults: true, skipMarkingBuildUnstable: true)
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
  boolean runs = !o11n.stopped
  if (!runs || theStage.substages.isEmpty()) {
    o11n.stages[theStage.name] = 'skipped'
    skipAll(theStage)
    echo("o11n: stage ${theStage.name} is skipped")
    return
  }
  theStage.running = 0
  reuse(theStage)
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
  if (o11n.cached) {
    catchError(message: 'the cache is lost', buildResult: 'SUCCESS', catchInterruptions: false) { archiveCache() }
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
    if (substage.outcome != null || substage.isStarted) {
      continue
    }
    if (substage.needs?.any { gate(it) != 'open' }) {
      continue
    }
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
  return theStage.cut == null ? null : 'cancelled'
}

/**
 * What earlier builds have achieved: a file of the last build, with a line for each fingerprint and when it succeeded. The
 * files that such a substage saved lie beside it.
 */
void openCache() {
  node(o11n.label) {
    deleteDir()
    copyArtifacts(projectName: env.JOB_NAME, selector: lastCompleted(), filter: 'o11n-cache/**', optional: true)
    if (!fileExists('o11n-cache/index')) {
      return
    }
    for (line in readFile(file: 'o11n-cache/index', encoding: 'UTF-8').readLines()) {
      List entry = line.tokenize(' ')
      dir('o11n-cache/' + entry[0]) {
        stash(name: 'o11n-' + entry[0], allowEmpty: true, useDefaultExcludes: false)
      }
      o11n.cached[entry[0]] = entry[1] as long
    }
  }
}

/** Hands on to the next build what is younger than 30 days. */
void archiveCache() {
  node(o11n.label) {
    deleteDir()
    String index = ''
    for (entry in o11n.cached) {
      if (System.currentTimeMillis() - entry.value < 30L * 24 * 3600 * 1000) {
        index += entry.key + ' ' + entry.value + '\n'
        if (!(entry.key in o11n.without)) {
          dir('o11n-cache/' + entry.key) { unstash('o11n-' + entry.key) }
        }
      }
    }
    writeFile(file: 'o11n-cache/index', text: index, encoding: 'UTF-8')
    archiveArtifacts(artifacts: 'o11n-cache/**', defaultExcludes: false)
  }
}

/** Substages that have succeeded with the same fingerprint need not run. */
@NonCPS
void reuse(Map theStage) {
  for (substage in theStage.substages) {
    Long recorded = substage.cache == null ? null : o11n.cached[substage.cache]
    if (recorded != null && (substage.ttl == null || System.currentTimeMillis() - recorded <= substage.ttl * 1000L)) {
      substage.outcome = 'cached'
      remember(theStage, substage, true)
    }
  }
}

/** Runs a substage and draws the conclusions. */
void runSubstage(Map theStage, Map substage) {
  String outcome = outcomeOf(theStage, substage)
  conclude(theStage, substage, outcome)
  String code = substage.code == null || outcome == 'succeeded' ? '' : " (exit ${substage.code})"
  echo("o11n: ${theStage.name}/${substage.name} is ${outcome}${code}")
}

/** By the policy of a substage that has failed. */
@NonCPS
void conclude(Map theStage, Map substage, String outcome) {
  substage.outcome = outcome
  theStage.running--
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
  }
  if (outcome == 'succeeded' && substage.cache != null) {
    o11n.cached[substage.cache] = System.currentTimeMillis()
    if (!substage.saves) {
      o11n.without << substage.cache
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

@NonCPS
boolean hasPassed(Map attempt) {
  return attempt.outcome in ['succeeded', 'unstable']
}

/** Writes the test cases where no body can wipe them; gives the file's name. */
String cases(String text) {
  String path = pwd(tmp: true) + '/cases'
  writeFile(file: path, text: text, encoding: 'UTF-8')
  return path
}

