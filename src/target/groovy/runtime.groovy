//+ taskbook
// What follows is the same in every file that o11n writes: it keeps the order of starts, retries, policies and the verdict. Times
// are in milliseconds unless said otherwise.
//- else
//+ stages
// What follows is the same in every file that o11n writes, less what this pipeline has no need of: it keeps the order of
// starts, retries, policies and the verdict. Times are in milliseconds unless said otherwise.
//- else
// What follows is the same in every file that o11n writes for another engine: one attempt. Times are in milliseconds unless said otherwise.
//-
//-

//+ stages
/** Runs a stage if its condition holds, and remembers how it ended. */
void runStage(Map theStage) {
  //+ pipeline-deadline
  if (o11n.endsAt && System.currentTimeMillis() >= o11n.endsAt) {
    o11n.endsAt = null
    o11n.stopped = true
    o11n.failing = true
  }
  //-
  //+ taskbook
  boolean runs = theStage.when == null ? !o11n.stopped : holds(theStage.when)
  //- else
  //+ when
  boolean runs = theStage.when == null ? !o11n.stopped : theStage.when.call()
  //- else
  boolean runs = !o11n.stopped
  //-
  //-
  if (!runs || theStage.substages.isEmpty()) {
    o11n.stages[theStage.name] = 'skipped'
    //+ needs
    skipAll(theStage)
    //-
    echo("o11n: stage ${theStage.name} is skipped")
    return
  }
  theStage.running = 0
  //+ verdict
  theStage.verdict = verdict()
  //-
  //+ cache
  reuse(theStage)
  //-
  stage(theStage.name) {
    try {
      //+ deadline
      Long left = timeLeft(theStage)
      if (left == null) {
        startAll(theStage, ready(theStage))
      } else {
        timeout(time: left, unit: 'MILLISECONDS') { startAll(theStage, ready(theStage)) }
      }
      //- else
      startAll(theStage, ready(theStage))
      //-
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
  //+ deadline
  if (theStage.cut == 'deadline') {
    theStage.failed = true
    theStage.stops = true
  }
  //-
  for (substage in theStage.substages) {
    boolean isCut = substage.outcome == null
    if (isCut) {
      substage.outcome = 'cancelled'
      //+ needs
      remember(theStage, substage, false)
      //-
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
  //+ cache
  if (o11n.cached) {
    catchError(message: 'the cache is lost', buildResult: 'SUCCESS', catchInterruptions: false) { archiveCache() }
  }
  //-
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
  //+ needs
  skipShut(theStage)
  //-
  for (substage in theStage.substages) {
    //+ slots
    if (theStage.parallel != null && theStage.running >= theStage.parallel) {
      break
    }
    //-
    if (substage.outcome != null || substage.isStarted) {
      continue
    }
    //+ needs
    if (substage.needs?.any { gate(it) != 'open' }) {
      continue
    }
    //-
    //+ lock
    if (substage.lock?.any { o11n.held.contains(it) }) {
      continue
    }
    o11n.held.addAll(substage.lock ?: [])
    //-
    substage.isStarted = true
    theStage.running++
    found << substage
  }
  return found
}

//+ needs
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

//-
//-
/** What has ended a stage or a dispatch early, by our own doing: the outcome of what it interrupts; null: nothing has. */
@NonCPS
String cutOf(Map theStage, Map substage) {
  //+ dispatch
  if (substage.decided != null) {
    return 'cancelled'
  }
  //-
  //+ deadline
  if (theStage.cut == null && theStage.endsAt != null && System.currentTimeMillis() >= theStage.endsAt) {
    theStage.cut = 'deadline'
  }
  if (theStage.cut == 'deadline') {
    return 'timed_out'
  }
  //-
  return theStage.cut == null ? null : 'cancelled'
}

//+ deadline
/** Starts the clock of a stage; null: it has no deadline. */
@NonCPS
Long timeLeft(Map theStage) {
  long now = System.currentTimeMillis()
  List ends = [theStage.deadline == null ? null : now + (theStage.deadline * 1000L).longValue(), o11n.endsAt]
  theStage.endsAt = ends.findAll { it != null }.min()
  return theStage.endsAt == null ? null : theStage.endsAt - now
}

//-
//+ cache
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
      //+ needs
      remember(theStage, substage, true)
      //-
    }
  }
}

//-
//+ stages
/** Runs a substage and draws the conclusions. */
void runSubstage(Map theStage, Map substage) {
  //+ lock
  String outcome
  if (substage.lock) {
    lock(extra: substage.lock.collect { [resource: it] }) { outcome = outcomeOf(theStage, substage) }
  } else {
    outcome = outcomeOf(theStage, substage)
  }
  //- else
  String outcome = outcomeOf(theStage, substage)
  //-
  conclude(theStage, substage, outcome)
  String code = substage.code == null || outcome == 'succeeded' ? '' : " (exit ${substage.code})"
  echo("o11n: ${theStage.name}/${substage.name} is ${outcome}${code}")
  //+ abort
  if (theStage.cut == 'abort' && theStage.running > 0 && substage.onError == 'abort') {
    error("${theStage.name}/${substage.name} aborts its stage")
  }
  //-
}

/** By the policy of a substage that has failed. */
@NonCPS
void conclude(Map theStage, Map substage, String outcome) {
  substage.outcome = outcome
  theStage.running--
  //+ lock
  o11n.held.removeAll(substage.lock ?: [])
  //-
  boolean isFailure = !substage.isCut && outcome in ['failed', 'timed_out', 'lost']
  //+ needs
  boolean isIgnored = isFailure && substage.onError == 'ignore'
  remember(theStage, substage, isIgnored || outcome in ['succeeded', 'unstable'])
  o11n.ignored[theStage.name + '/' + substage.name] = isIgnored
  //-
  if (outcome == 'unstable') {
    theStage.unstable = true
  }
  if (isFailure && substage.onError != 'ignore') {
    theStage.failed = true
    if (substage.onError != 'continue') {
      theStage.stops = true
    }
    //+ abort
    if (substage.onError == 'abort' && theStage.cut == null) {
      theStage.cut = 'abort'
    }
    //-
  }
  //+ cache
  if (outcome == 'succeeded' && substage.cache != null) {
    o11n.cached[substage.cache] = System.currentTimeMillis()
    if (!substage.saves) {
      o11n.without << substage.cache
    }
  }
  //-
}

String outcomeOf(Map theStage, Map substage) {
  //+ dispatch
  return substage.copies ? dispatch(theStage, substage) : attempts(theStage, substage, null)
  //- else
  return attempts(theStage, substage, null)
  //-
}

//+ dispatch
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

//-
/** The attempts of a substage, or of one copy of it; gives the outcome of the last. */
String attempts(Map theStage, Map substage, Integer copy) {
  Map attempt = [stage: theStage, substage: substage, number: 1]
  attempt.label = theStage.name + '/' + substage.name + (copy == null ? '' : '#' + copy)
  runAttempt(attempt)
  //+ retry
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
  //-
  substage.code = attempt.code
  return attempt.outcome
}

//-
//+ step
/** Runs the step that the build was started for, and tells the bridge that waits for it how that ended. */
void runStep(String version, List steps) {
  if (!params.O11N_STEP) {
    echo('o11n: now the job knows its parameters')
    return
  }
  currentBuild.displayName = "#${currentBuild.number} ${params.O11N_STEP}"
  String first = firstOfKey()
  if (first != null) {
    // Jenkins was slow to answer, and was asked twice.
    currentBuild.description = 'o11n: duplicate of ' + first
    currentBuild.result = 'NOT_BUILT'
    return
  }
  Map substage = stepOf(steps)
  if (params.O11N_FILE != version || substage == null) {
    currentBuild.description = 'o11n: lost'
    error("the job has another version of the Jenkinsfile than the run that wants ${params.O11N_STEP}: give it the one that was compiled with it")
  }
  Map attempt = [stage: [name: substage.stage, verdict: params.O11N_VERDICT], substage: substage]
  attempt.number = params.O11N_ATTEMPT
  attempt.label = params.O11N_STEP
  withEnv(handedOn()) {
    //+ lock
    if (substage.lock) {
      lock(extra: substage.lock.collect { [resource: it] }) { runAttempt(attempt) }
    } else {
      runAttempt(attempt)
    }
    //- else
    runAttempt(attempt)
    //-
  }
  String said = attempt.outcome == 'timed_out' ? 'timed out' : attempt.code == null ? 'lost' : 'exit ' + attempt.code
  currentBuild.description = 'o11n: ' + said
  currentBuild.result = attempt.outcome == 'succeeded' ? 'SUCCESS' : attempt.outcome == 'unstable' ? 'UNSTABLE' : 'FAILURE'
}

/** The number of an earlier build with the key of this one, the first of several. */
String firstOfKey() {
  String first = null
  def build = currentBuild.previousBuild
  for (int i = 0; i < 100 && build != null; i++) {
    if (build.buildVariables.O11N_KEY == params.O11N_KEY) {
      first = build.number.toString()
    }
    build = build.previousBuild
  }
  return first
}

@NonCPS
Map stepOf(List steps) {
  return steps.find { it.path == params.O11N_STEP }
}

/** What the engine that leads knows of its run. Jenkins expands `$` there. */
@NonCPS
List handedOn() {
  return o11n.handedOn.collect { it + '=' + (params[it] ?: '').replace('$', '$$') }
}

//-
/** One attempt: an agent, and on it what the substage does. Whatever ends it without an exit code is the agent's fault. */
void runAttempt(Map attempt) {
  try {
    // A second round only comes of an agent that was lost: Jenkins asks no condition that a script could ask.
    //+ taskbook
    List conditions = [o11n.hasPods ? kubernetesAgent(handleNonKubernetes: true) : agent(), nonresumable()]
    //- else
    //+ pods
    List conditions = [kubernetesAgent(handleNonKubernetes: true), nonresumable()]
    //- else
    List conditions = [agent(), nonresumable()]
    //-
    //-
    retry(count: 2, conditions: conditions) {
      if (attempt.isStarted) {
        attempt.outcome = 'lost'
        attempt.code = null
        return
      }
      attempt.isStarted = true
      //+ taskbook
      runEntry(attempt)
      //- else
      attempt.substage.run.call(attempt)
      //-
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

//+ retry
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

//-
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
  //+ timeout
  long start = System.currentTimeMillis()
  //-
  try {
    withEnv(variables(attempt)) {
      //+ timeout
      if (substage.timeout == null) {
        attempt.code = command.call()
      } else {
        timeout(time: (substage.timeout * 1000L).longValue(), unit: 'MILLISECONDS') { attempt.code = command.call() }
      }
      //- else
      attempt.code = command.call()
      //-
    }
    attempt.outcome = classOf(substage, attempt.code)
    if (attempt.code < 0) {
      attempt.code = null
    }
  } catch (FlowInterruptedException e) {
    //+ timeout
    if (substage.timeout != null && System.currentTimeMillis() - start >= substage.timeout * 1000L) {
      attempt.outcome = 'timed_out'
      return
    }
    //-
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
  //+ exit-codes
  if (substage.exitCodes != null && substage.exitCodes[code] != null) {
    return substage.exitCodes[code]
  }
  //-
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
  //+ verdict
  if (attempt.substage.verdict) {
    found.O11N_VERDICT = attempt.stage.verdict
  }
  //-
  return found.collect { it.key + '=' + it.value.toString().replace('$', '$$') }
}

//+ after
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

//-
//+ save
@NonCPS
boolean hasPassed(Map attempt) {
  return attempt.outcome in ['succeeded', 'unstable']
}

//-
//+ cases
/** Writes the test cases where no body can wipe them; gives the file's name. */
String cases(String text) {
  String path = pwd(tmp: true) + '/cases'
  writeFile(file: path, text: text, encoding: 'UTF-8')
  return path
}

//-
