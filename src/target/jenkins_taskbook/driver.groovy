
List theStages = openTaskbook()
if (o11n.remembers) {
  openCache()
}
if (o11n.deadline != null) {
  o11n.endsAt = System.currentTimeMillis() + (o11n.deadline * 1000L).longValue()
}
for (theStage in theStages) {
  runStage(theStage)
}
finish()

/** Prints the taskbook into a file, and reads it; gives the stages as the methods at the end want them. */
List openTaskbook() {
  String text = ''
  int code = 0
  node(o11n.label) {
    if (settings.checkout) {
      checkout(scm)
    }
    withEnv(['O11N_PIPELINE=' + settings.pipeline, 'O11N_TARGET=taskbook', 'O11N_HANDED=' + handed()]) {
      code = sh(label: 'o11n taskbook', script: settings.command, returnStatus: true)
    }
    archiveArtifacts(artifacts: 'o11n-taskbook.json', allowEmptyArchive: true)
    stash(name: 'o11n-taskbook', includes: 'o11n-taskbook.json', allowEmpty: true)
    // What is read last is not part of the state that Jenkins writes down at the next step.
    if (fileExists('o11n-taskbook.json')) {
      text = readFile(file: 'o11n-taskbook.json', encoding: 'UTF-8')
    }
  }
  Map read = readTaskbook(text, code)
  if (read.problem == null) {
    read = stagesOf(read)
  }
  if (read.problem != null) {
    error('o11n: ' + read.problem)
  }
  return read.stages
}

/** The parameters of this build, for `docker run`. */
@NonCPS
String handed() {
  return params.keySet().findAll { it.matches('[A-Za-z_][A-Za-z0-9_]*') }.collect { '-e ' + it }.join(' ')
}

/** The document and the names of its stages in their order, or what is wrong. */
@NonCPS
Map readTaskbook(String text, int code) {
  String ended = ' (the command that prints it has ended with exit status ' + code + ')'
  if (text.trim().isEmpty()) {
    return [problem: 'the taskbook is empty' + ended]
  }
  Object document = null
  try {
    document = new JsonSlurper().parseText(text)
  } catch (Exception e) {
    return [problem: 'the taskbook is not JSON: ' + e.message.readLines()[0] + ended]
  }
  if (!(document instanceof Map) || !text.trim().endsWith('}')) {
    return [problem: 'the taskbook is not one JSON object' + ended]
  }
  if (!(document.err_no instanceof Number)) {
    return [problem: 'the taskbook has no `err_no`' + ended]
  }
  List stages = namesOf(document, text)
  if (document.err_no != 0) {
    List faulty = stages.findAll { document[it] instanceof Map && document[it].err_no }
    String where = faulty.isEmpty() ? '' : ', in stage ' + faulty.join(', ')
    return [problem: 'there is no taskbook: ' + document.msg + ' (err_no ' + document.err_no + where + ')']
  }
  if (code != 0) {
    return [problem: 'the taskbook cannot be trusted' + ended]
  }
  for (name in stages) {
    String problem = problemOf(document[name])
    if (problem != null) {
      return [problem: 'the taskbook\'s stage ' + name + ' ' + problem]
    }
  }
  return [document: document, names: stages]
}

/** The names of the stages in their order. */
@NonCPS
List namesOf(Map document, String text) {
  List names = document.keySet().findAll { it != 'err_no' && it != 'msg' }.collect { it }
  if (names.every { document[it] instanceof Map && document[it].o11n instanceof Map && document[it].o11n.order instanceof Number }) {
    return names.sort(false) { document[it].o11n.order }
  }
  return namesIn(text).findAll { it in names }
}

/** What is wrong with a stage; null: nothing is. */
@NonCPS
String problemOf(Object given) {
  if (!(given instanceof Map)) {
    return 'is no object'
  }
  if (!(given.o11n == null || given.o11n instanceof Map)) {
    return 'has an `o11n` that is no object'
  }
  if (given.err_no) {
    return null
  }
  String schema = given.o11n?.schema
  if (schema != null && schema != settings.schema) {
    return 'is of ' + schema + ', and this driver reads ' + settings.schema + ': compile the driver with the o11n that prints the taskbook'
  }
  if (given.o11n?.when != null && given.o11n.condition == null) {
    return 'has a `when` without a `condition`'
  }
  if (!(given.substages instanceof List)) {
    return 'has no list of `substages`'
  }
  Map names = [:]
  for (entry in given.substages) {
    if (!(entry instanceof Map) || !(entry.substage_name instanceof String) || entry.substage_name.isEmpty()) {
      return 'has a substage without a `substage_name`'
    }
    if (names.put(entry.substage_name, true)) {
      return 'has two substages called ' + entry.substage_name
    }
    if (!(entry.o11n == null || entry.o11n instanceof Map)) {
      return 'has a substage ' + entry.substage_name + ' with an `o11n` that is no object'
    }
    String problem = problemOfEntry(entry, entry.o11n ?: [:])
    if (problem != null) {
      return 'has a substage ' + entry.substage_name + ' ' + problem
    }
  }
  return null
}

@NonCPS
String problemOfEntry(Map entry, Map extras) {
  if (!hasBody(entry) && jobOf(entry) == null && !settings.script) {
    return 'that nothing says how to run: set `job` or `script` of `target jenkins_taskbook`'
  }
  if (entry.use_k8s && jobOf(entry) == null && !entry.yaml) {
    return 'in a pod, without the pod\'s `yaml`'
  }
  if (extras.hardware?.os != null && extras.hardware.os != 'linux') {
    return 'for ' + extras.hardware.os + ', and the scripts around a body are for Linux'
  }
  Map files = extras.artifacts ?: [:]
  String odd = ((files.save ?: []) + (files.keep ?: []) + (files.junit ?: [])).find { it.matches('(?s).*[, \t\n\\[].*') }
  return odd == null ? null : 'with the path "' + odd + '", and Jenkins takes commas, blanks and `[` for something else'
}

/** The keys of a JSON object as they stand in its text: who has read it has forgotten their order. */
@NonCPS
List namesIn(String text) {
  List found = []
  int depth = 0
  String name = null
  boolean isEscaped = false
  for (token in text.split('(?=["\\\\{}\\[\\]])')) {
    String first = token.isEmpty() ? '' : token.substring(0, 1)
    if (name != null && (isEscaped || first != '"')) {
      // A part of a name, or of a longer text that is none.
      isEscaped = !isEscaped && token == '\\'
      name = depth == 1 ? name + token : name
    } else if (name != null) {
      if (depth == 1 && token.substring(1).trim().startsWith(':')) {
        found << new JsonSlurper().parseText('["' + name + '"]')[0]
      }
      name = null
    } else if (first == '"') {
      name = token.substring(1)
    } else if (first == '{' || first == '[') {
      depth++
    } else if (first == '}' || first == ']') {
      depth--
    }
  }
  return found
}

/** The stages; what their substages do stays behind. */
@NonCPS
Map stagesOf(Map read) {
  try {
    entries = entriesOf(read.document)
    List stages = rowsOf(read.document, read.names)
    keep(stages, linked(stages))
    return [stages: stages]
  } catch (Exception e) {
    return [problem: 'the taskbook is not as its schema has it: ' + e]
  }
}

@NonCPS
List rowsOf(Map document, List names) {
  Map known = [:]
  List stages = []
  for (name in names) {
    Map given = document[name]
    Map extras = given.o11n ?: [:]
    o11n.name = extras.pipeline ?: o11n.name
    o11n.deadline = extras.pipeline_deadline_s ?: o11n.deadline
    Map theStage = [name: name, when: plain(extras.condition), parallel: extras.parallel, deadline: extras.deadline_s]
    theStage.substages = []
    if (given.err_no) {
      theStage.failed = true
      theStage.stops = true
      theStage.substages << [name: 'err_no ' + given.err_no + ': ' + given.msg, outcome: 'failed']
      stages << theStage
      continue
    }
    for (cached in (extras.cached ?: [])) {
      theStage.substages << [name: cached, outcome: 'cached']
      o11n.passed[name + '/' + cached] = true
    }
    for (priority in ['urgent', 'high', 'normal', 'low']) {
      for (entry in given.substages.findAll { (it.o11n?.priority ?: 'normal') == priority }) {
        Map copy = entry.o11n?.dispatch
        String called = copy == null ? entry.substage_name : copy.of
        if (!known.put(name + '/' + called, true)) {
          theStage.substages << rowOf(called, entry, entry.o11n ?: [:])
        }
      }
    }
    stages << theStage
  }
  return stages
}

/** Whose files somebody loads. Whatever is needed and not there has not passed. */
@NonCPS
Map linked(List stages) {
  Map loaded = [:]
  Map known = [:]
  Map needs = [:]
  for (theStage in stages) {
    theStage.substages.each { known[theStage.name + '/' + it.name] = true }
    theStage.substages.collectMany { it.needs ?: [] }.each { needs[it] = true }
  }
  for (need in needs.keySet()) {
    for (member in membersOf(need)) {
      if (need.loads) {
        loaded[member] = true
      }
      if (!known.containsKey(member)) {
        o11n.passed[member] = false
      }
    }
  }
  return loaded
}

/** What the entries are found by when they run. */
@NonCPS
Map entriesOf(Map document) {
  Map found = [:]
  for (stage in document.findAll { it.value instanceof Map }) {
    for (entry in (stage.value.substages ?: [])) {
      found[stage.key + '/' + entry.substage_name] = entry
    }
  }
  return found
}

/** A substage as its stage knows it. */
@NonCPS
Map rowOf(String name, Map entry, Map extras) {
  Map row = [name: name, onError: extras.on_error ?: 'finish', timeout: extras.timeout_s, verdict: extras.verdict]
  row.shard = extras.shard?.index
  row.shards = extras.shard?.count
  row.copies = extras.dispatch?.copies
  row.need = extras.dispatch?.need
  row.lock = extras.lock ? plain(extras.lock) : null
  row.exitCodes = [:]
  if (jobOf(entry) != null) {
    row.exitCodes[80] = 'unstable'
  }
  extras.exit_codes?.each { row.exitCodes[it.key.toInteger()] = it.value }
  if (extras.retry?.limit) {
    Map retry = extras.retry
    List on = (retry.on ?: ['failed', 'timed_out', 'lost']).collect { it instanceof Map ? it.exit : it }
    row.retry = [limit: retry.limit, on: on, delay: retry.delay, factor: retry.factor, maxDelay: retry.max_delay]
  }
  List needs = (extras.needs ?: []).findAll { it.members || it.shards }
  if (needs) {
    row.needs = needs.collect { it.shards ? [family: it.path, shards: it.shards, loads: it.loads] : [all: plain(it.members), loads: it.loads] }
  }
  if (extras.cache) {
    row.cache = extras.fingerprint
    row.ttl = extras.cache.ttl
    o11n.remembers = true
  }
  o11n.hasPods = o11n.hasPods || entry.use_k8s && jobOf(entry) == null
  return row.findAll { it.value != null }
}

/** Remembers under which names files are kept for those who load them. */
@NonCPS
void keep(List stages, Map loaded) {
  int number = 0
  for (theStage in stages) {
    for (substage in theStage.substages) {
      String path = theStage.name + '/' + substage.name
      number++
      if (loaded[path] && (entries[path] ?: entries[path + '#1'])?.o11n?.artifacts?.save) {
        o11n.stashes[path] = 'o11n-' + (substage.cache ?: number)
        substage.saves = true
      }
    }
  }
}

/** What a need names. */
@NonCPS
List membersOf(Map need) {
  return need.shards == null ? need.all : (1..need.shards).collect { need.family + '-' + it + 'of' + need.shards }
}

/** The names under which the files lie that a substage loads. */
@NonCPS
List loadsOf(Map substage) {
  List found = []
  for (need in (substage.needs ?: [])) {
    found.addAll(need.loads ? membersOf(need).collect { o11n.stashes[it] }.findAll { it != null } : [])
  }
  return found
}

/** The same in maps and lists that Jenkins can write down. */
@NonCPS
Object plain(Object value) {
  if (value instanceof Map) {
    Map copy = [:]
    value.each { copy[it.key] = plain(it.value) }
    return copy
  }
  return value instanceof List ? value.collect { plain(it) } : value
}

/** Whether a run condition holds. */
@NonCPS
boolean holds(Object condition) {
  if (!(condition instanceof Map)) {
    return condition == 'always' || (condition == 'failed' ? o11n.failing : condition == 'succeeded' && !o11n.failing)
  }
  if (condition.stage_succeeded != null) {
    return o11n.stages[condition.stage_succeeded] in ['succeeded', 'unstable']
  }
  if (condition.stage_failed != null) {
    return o11n.stages[condition.stage_failed] == 'failed'
  }
  if (condition.not != null) {
    return !holds(condition.not)
  }
  return condition.and != null ? condition.and.every { holds(it) } : condition.or.any { holds(it) }
}

/** What the taskbook says of one attempt. A Jenkins that began anew has forgotten it, and reads it again. */
Map entryOf(String path) {
  if (entries == null) {
    String text = ''
    node(o11n.label) {
      unstash('o11n-taskbook')
      text = readFile(file: 'o11n-taskbook.json', encoding: 'UTF-8')
    }
    readAgain(text)
  }
  return plainEntry(path)
}

@NonCPS
void readAgain(String text) {
  entries = entriesOf(new JsonSlurper().parseText(text))
}

@NonCPS
Map plainEntry(String path) {
  return plain(entries[path])
}

/** The job that runs an entry; null: the driver itself does. */
@NonCPS
String jobOf(Map entry) {
  return entry.job ?: (hasBody(entry) || !settings.job ? null : settings.job)
}

@NonCPS
boolean hasBody(Map entry) {
  return entry.o11n?.run != null || entry.o11n?.command != null
}

/** One attempt of a substage: in a pod, on an agent, or as a build of another job. */
void runEntry(Map attempt) {
  Map entry = entryOf(attempt.label)
  String job = jobOf(entry)
  if (job != null) {
    decide(attempt) { buildOf(job, parametersOf(attempt, entry)) }
  } else if (entry.use_k8s) {
    Map pod = [yaml: entry.yaml]
    if (entry.cloud) {
      pod.cloud = entry.cloud
    }
    podTemplate(pod) {
      node(POD_LABEL) {
        if (entry.container_name) {
          container(entry.container_name) { inWorkspace(attempt) { doEntry(attempt, entry) } }
        } else {
          inWorkspace(attempt) { doEntry(attempt, entry) }
        }
      }
    }
  } else {
    node(entry.label || entry.hardware_mode ? entry.label : o11n.label) {
      if (entry.o11n?.image) {
        docker.image(entry.o11n.image).inside { inWorkspace(attempt) { doEntry(attempt, entry) } }
      } else {
        inWorkspace(attempt) { doEntry(attempt, entry) }
      }
    }
  }
}

/** A build's result as an exit code. */
int buildOf(String job, List parameters) {
  List values = []
  for (parameter in parameters) {
    values << string(name: parameter[0], value: parameter[1])
  }
  String result = build(job: job, parameters: values, propagate: false).result
  Integer code = [SUCCESS: 0, UNSTABLE: 80, FAILURE: 1, ABORTED: 130][result]
  return code == null ? -1 : code
}

/** The classic fields: names and values, lists and objects as JSON. */
@NonCPS
List fieldsOf(Map entry) {
  Map fields = entry.findAll { it.key != 'o11n' && it.value != null && it.key.matches('[A-Za-z_][A-Za-z0-9_]*') }
  return fields.collect { [it.key, it.value instanceof Map || it.value instanceof List ? json(it.value) : it.value.toString()] }
}

@NonCPS
String json(Object value) {
  if (value instanceof Map) {
    return JsonOutput.toJson((Map) value)
  }
  return value instanceof List ? '[' + value.collect { json(it) }.join(',') + ']' : plainJson(value)
}

@NonCPS
String plainJson(Object value) {
  return value instanceof String ? JsonOutput.toJson((String) value) : String.valueOf(value)
}

@NonCPS
List parametersOf(Map attempt, Map entry) {
  return fieldsOf(entry) + [
    ['O11N_PIPELINE', o11n.name], ['O11N_STAGE', attempt.stage.name], ['O11N_SUBSTAGE', attempt.substage.name],
    ['O11N_ATTEMPT', attempt.number.toString()],
  ]
}

/** What an entry does on its agent. */
void doEntry(Map attempt, Map entry) {
  Map extras = entry.o11n ?: [:]
  for (name in loadsOf(attempt.substage)) {
    unstash(name)
  }
  List variables = variablesOf(entry, extras)
  String listed = casesOf(entry)
  if (listed) {
    variables << 'O11N_CASES=' + cases(listed)
  }
  List secrets = []
  for (secret in secretsOf(extras)) {
    secrets << string(credentialsId: secret[1], variable: secret[0])
  }
  withEnv(variables) {
    if (secrets) {
      withCredentials(secrets) { runScripts(attempt, extras) }
    } else {
      runScripts(attempt, extras)
    }
  }
  Map files = extras.artifacts ?: [:]
  String kept = o11n.stashes[attempt.stage.name + '/' + attempt.substage.name]
  if (kept != null && hasPassed(attempt)) {
    stash(name: kept, includes: patterns(files.save), allowEmpty: true, useDefaultExcludes: false)
  }
  if (files.keep) {
    archiveArtifacts(artifacts: patterns(files.keep), allowEmptyArchive: true)
  }
  if (files.junit) {
    junit(testResults: patterns(files.junit), allowEmptyResults: true, skipMarkingBuildUnstable: true)
  }
}

void runScripts(Map attempt, Map extras) {
  boolean isClassic = extras.run == null && extras.command == null
  List texts = (extras.before ?: []) + (isClassic ? [settings.script] : extras.run == null ? [] : [extras.run])
  body(attempt, scriptOf(extras, texts, extras.command, 'body'))
  for (text in (extras.after ?: [])) {
    after(attempt, scriptOf(extras, [text], null, 'after'))
  }
}

/** The names of the cases to test, a line each. */
@NonCPS
String casesOf(Map entry) {
  return (entry.case_list ?: []).collect { it.case_name + '\n' }.join('')
}

/** Variables for `withEnv`, which expands `$` and unsets what is empty. */
@NonCPS
List variablesOf(Map entry, Map extras) {
  List found = hasBody(entry) ? [] : fieldsOf(entry)
  extras.env?.each { if (it.value.text) { found << [it.key, it.value.text] } }
  return found.findAll { it[1] }.collect { it[0] + '=' + it[1].replace('$', '$$') }
}

/** Names of variables and of the credentials in them. */
@NonCPS
List secretsOf(Map extras) {
  return (extras.env ?: [:]).findAll { it.value.secret }.collect { [it.key, it.value.secret] }
}

/** A script for the step `sh`. What neither bash nor sh reads is a file beside the workspace. */
String scriptOf(Map extras, List texts, List command, String file) {
  String text = joined(texts)
  String shell = extras.shell ?: 'sh'
  if (command == null && shell == 'bash') {
    return '#!/usr/bin/env bash\nset -euo pipefail\n' + exportsOf(extras) + text
  }
  if (command == null && shell == 'sh') {
    return '#!/bin/sh -eu\n' + exportsOf(extras) + text
  }
  String script = '#!/bin/sh -e\n' + exportsOf(extras)
  if (text) {
    String path = pwd(tmp: true) + '/' + file
    writeFile(file: path, text: text, encoding: 'UTF-8')
    String flags = shell == 'bash' ? ' -euo pipefail' : shell == 'sh' ? ' -eu' : ''
    script += quoted(shell.tokenize()) + flags + ' ' + quoted([path]) + '\n'
  }
  return command == null ? script : script + 'exec ' + quoted(command) + '\n'
}

/** Texts one after the other, each with an end of its last line. */
@NonCPS
String joined(List texts) {
  String out = ''
  for (text in texts) {
    out += text
    out += out.isEmpty() || out.endsWith('\n') ? '' : '\n'
  }
  return out
}

/** Variables that `withEnv` would unset. */
@NonCPS
String exportsOf(Map extras) {
  return (extras.env ?: [:]).findAll { it.value.text == '' }.collect { 'export ' + it.key + "=''\n" }.join('')
}

/** Words as a shell reads them. */
@NonCPS
String quoted(List words) {
  return words.collect { "'" + it.replace("'", "'\\''") + "'" }.join(' ')
}

/** Paths as Ant takes them: a folder is all that is in it. */
@NonCPS
String patterns(List paths) {
  List found = []
  for (path in paths) {
    String shown = path.replaceAll('^(\\./)+', '').replaceAll('/+$', '')
    found << shown
    if (!shown.contains('*') && !shown.contains('?')) {
      found << shown + '/**'
    }
  }
  return found.join(',')
}

