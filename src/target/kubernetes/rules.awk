# The ten rules, one step at a time: from the state of a run and what has happened since follow the next state, the Jobs to create
# and the Jobs to delete. Nothing in here knows a cluster or a clock; driver.sh does.
#
#   awk -v now=SECONDS -v run=NAME -v uid=UID -v here=FOLDER -v work=FOLDER -f rules.awk
#
# reads   here/pipeline    the pipeline, as the compiler wrote it
#         here/JOB.yaml    the manifest of a substage's Jobs
#         work/state       what this wrote last; nothing at the start of a run
#         work/news       what has happened, a line each
#         work/locks       the locks of the namespace: name and run; only asked for where there are any
#         work/wanted      what stood in work/want the last time
#         work/remembered  the cache: fingerprint and seconds
# writes  work/state, work/manifests (Jobs to create), work/delete (names of Jobs), work/want and work/release (names of locks),
#         work/learned (fingerprints), work/next (when to look again though nothing happens), work/over (the outcome, at the end)
# and says on standard output what it has decided.

BEGIN {
  DONE["succeeded"] = DONE["unstable"] = DONE["failed"] = DONE["timed_out"] = DONE["lost"] = DONE["cancelled"] = 1
  STUCK["ErrImagePull"] = STUCK["ImagePullBackOff"] = STUCK["InvalidImageName"] = 1
  STUCK["CreateContainerConfigError"] = STUCK["CreateContainerError"] = 1
  # How long an attempt may be stuck before it is lost, in seconds.
  patience = 300
  FAILS["failed"] = FAILS["timed_out"] = FAILS["lost"] = 1
  read_pipeline()
  read_state()
  read_locks()
  take_events()
  lose_stuck()
  decide_settled()
  expire()
  apply_policies()
  proceed()
  write_state()
}

# ---- The pipeline ------------------------------------------------------------------------------------------------------------

function read_pipeline(    line, f, n, i) {
  while ((getline line < (here "/pipeline")) > 0) {
    n = split(line, f, " ")
    if (f[1] == "pipeline") {
      deadline = f[2]
    } else if (f[1] == "stage") {
      stages++
      stage[stages] = f[2]; parallel[stages] = f[3]; stage_deadline[stages] = f[4]
      for (i = 5; i <= n; i++) condition[stages] = condition[stages] " " f[i]
      stage_number[f[2]] = stages
      first[stages] = count + 1; last[stages] = count
    } else if (f[1] == "substage") {
      last[stages] = ++count
      path[count] = f[2]; job[count] = f[3]; policy[count] = f[4]
      dispatched[count] = f[5] != "-"; copies[count] = dispatched[count] ? f[5] : 1; needed[count] = dispatched[count] ? f[6] : 1
      limit[count] = f[7]; delay[count] = f[8]; factor[count] = f[9]; longest[count] = f[10]
      retry_on[count] = "," f[11] ","; codes[count] = "," f[12] ","
      locks[count] = f[13] == "-" ? "" : f[13]; fingerprint[count] = f[14]; ttl[count] = f[15]; gates[count] = f[16]
      number[f[2]] = count
    } else if (f[1] == "gate") {
      sub(/^gate [0-9]+ /, "", line)
      gate[f[2]] = line
    }
  }
  close(here "/pipeline")
}

# What an attempt that exited with a code is.
function class_of(s, code,    at, rest) {
  if (code == 0) return "succeeded"
  at = index(codes[s], "," code "=")
  if (!at) return "failed"
  rest = substr(codes[s], at + length(code) + 2)
  return substr(rest, 1, index(rest, ",") - 1)
}

function is_retried(s, n, what, code) {
  if (n > limit[s]) return 0
  return index(retry_on[s], "," what ",") || (code != "-" && index(retry_on[s], "," code ","))
}

function back_off(s, n,    wait, i) {
  wait = delay[s]
  for (i = 1; i < n; i++) {
    wait *= factor[s]
    if (longest[s] != "-" && wait > longest[s]) break
  }
  if (longest[s] != "-" && wait > longest[s]) wait = longest[s]
  return int(wait) < wait ? int(wait) + 1 : int(wait)
}

# ---- The state ---------------------------------------------------------------------------------------------------------------

# Of a run:       at, began, stopped, failing, late
# of a stage:     stage_outcome, stage_began, stage_ended; of the one that runs also has_failed and is_unstable
# of a substage:  outcome, ignored, started
# of a replica:   phase (running, back_off or an outcome), attempts (how many), due (when its back-off is over; of one that is
#                 stuck, when it is lost)
# of an attempt:  attempt ("outcome code began ended"; the times are the pod's; "deleted" for the last where the driver ends it)

function read_state(    line, f, n, s) {
  while ((getline line < (work "/state")) > 0) {
    n = split(line, f, " ")
    if (f[1] == "run") {
      at = f[2]; began = f[3]; stopped = f[4]; failing = f[5]; late = f[6]; has_failed = f[7]; is_unstable = f[8]
    } else if (f[1] == "stage") {
      s = stage_number[f[2]]
      stage_outcome[s] = f[3] == "running" ? "" : f[3]; stage_began[s] = f[4]; stage_ended[s] = f[5]
    } else if (f[1] == "substage") {
      s = number[f[2]]
      if (f[3] != "running") outcome[s] = f[3]
      started[s] = f[4]; ignored[s] = f[5]
    } else if (f[1] == "replica") {
      s = number[f[2]]
      phase[s, f[3]] = f[4]; attempts[s, f[3]] = f[5]; due[s, f[3]] = f[6]
    } else if (f[1] == "attempt") {
      s = number[f[2]]
      attempt[s, f[3], f[4]] = f[5] " " f[6] " " f[7] " " f[8]
    }
  }
  close(work "/state")
  if (at == "") {
    at = 0; began = now; stopped = failing = late = has_failed = is_unstable = 0
  }
  for (s = first[at]; at >= 1 && at <= stages && s <= last[at]; s++) if (outcome[s] == "") left++
}

function write_state(    file, i, s, r, n) {
  file = work "/state"
  printf "" > file
  print "run", at, began, stopped, failing, late, has_failed, is_unstable > file
  for (i = 1; i <= stages && i <= at; i++) {
    print "stage", stage[i], (i == at && stage_outcome[i] == "" ? "running" : stage_outcome[i]), stage_began[i] + 0, stage_ended[i] + 0 > file
    for (s = first[i]; s <= last[i]; s++) {
      if (outcome[s] == "" && !started[s]) continue
      print "substage", path[s], (outcome[s] == "" ? "running" : outcome[s]), started[s] + 0, ignored[s] + 0 > file
      for (r = 1; r <= copies[s] && started[s]; r++) {
        print "replica", path[s], r, phase[s, r], attempts[s, r], due[s, r] + 0 > file
        for (n = 1; n <= attempts[s, r]; n++) print "attempt", path[s], r, n, attempt[s, r, n] > file
      }
    }
  }
  close(file)
  print next_look() > (work "/next")
}

# When something happens by the clock alone.
function next_look(    soonest, s, r) {
  soonest = "-"
  if (at > stages) return soonest
  if (deadline != "-" && !late) soonest = began + deadline
  if (stage_deadline[at] != "-") soonest = sooner(soonest, stage_began[at] + stage_deadline[at])
  for (s = first[at]; s <= last[at]; s++)
    for (r = 1; started[s] && outcome[s] == "" && r <= copies[s]; r++)
      if (phase[s, r] == "back_off" || phase[s, r] == "running" && due[s, r]) soonest = sooner(soonest, due[s, r])
  return soonest
}

function sooner(one, other) { return one == "-" || other < one ? other : one }

# ---- What has happened -------------------------------------------------------------------------------------------------------

function take_events(    line, f, n, i, running, key, s, r, whole, listed, has_pod) {
  for (s = first[at]; at >= 1 && at <= stages && s <= last[at]; s++)
    for (r = 1; started[s] && outcome[s] == "" && r <= copies[s]; r++)
      if (phase[s, r] == "running") running[job_name(s, r, attempts[s, r])] = s " " r
  while ((getline line < (work "/news")) > 0) {
    n = split(line, f, " ")
    if (f[1] == "whole") { whole = f[2]; continue }
    if (f[1] == "job") listed[f[2]] = n < 3 ? "active" : line ~ / Complete/ ? "passed" : "over"
    if (f[2] == "LISTED") has_pod[f[3]] = 1
    if (f[1] != "pod" || !(f[3] in running)) continue
    split(running[f[3]], key, " ")
    take_pod(key[1], key[2], f[2], line)
  }
  close(work "/news")
  if (!whole) return
  # All Jobs there are were listed, so one that is not among them is gone; after a restart it may never have been made. One that is
  # over and has no pod any more lost it while nobody looked.
  for (i in running) {
    split(running[i], key, " ")
    if (phase[key[1], key[2]] != "running" || i in has_pod) continue
    if (!(i in listed)) {
      if (whole == "restart") make(key[1], key[2])
      else ends(key[1], key[2], "lost", "-", "-", "-")
    } else if (listed[i] == "passed") {
      ends(key[1], key[2], "succeeded", 0, "-", "-")
    } else if (listed[i] == "over") {
      ends(key[1], key[2], "lost", "-", "-", "-")
    }
  }
  end_again(listed)
}

# What should have ended, but was not told so: the driver itself may have ended before it could.
function end_again(listed,    key, part, f, name) {
  for (key in attempt) {
    split(attempt[key], f, " ")
    if (f[4] != "deleted") continue
    split(key, part, SUBSEP)
    name = job_name(part[1], part[2], part[3])
    if (listed[name] == "active") print name > (work "/delete")
  }
}

# What a pod tells of the attempt that runs in it. A kill that the platform sent is a loss, whatever code the process exits with.
function take_pod(s, r, type, line,    pod, word, f, n, i, code) {
  if (phase[s, r] != "running") return
  n = split(line, f, " ")
  for (i = 4; i <= n; i++) {
    word = index(f[i], "=")
    pod[substr(f[i], 1, word - 1)] = substr(f[i], word + 1)
  }
  if (pod["from"] == "") pod["from"] = "-"
  if (pod["to"] == "") pod["to"] = "-"
  code = pod["code"] == "" ? "-" : pod["code"]
  # An image that is not there may come yet, but not for ever.
  if (!(pod["waiting"] in STUCK)) due[s, r] = 0
  else if (!due[s, r]) { due[s, r] = now + patience; say(shown(s, r) ": " pod["waiting"]) }
  if (pod["phase"] == "Succeeded") ends(s, r, "succeeded", 0, pod["from"], pod["to"])
  else if (pod["phase"] != "Failed" && type != "DELETED") return
  else if (pod["reason"] == "DeadlineExceeded") ends(s, r, "timed_out", "-", pod["from"], pod["to"])
  else if (pod["phase"] != "Failed" || code == "-" || pod["reason"] != "" || pod["disrupted"] || pod["deleted"])
    ends(s, r, "lost", "-", pod["from"], pod["to"])
  else if (class_of(s, code) == "timed_out") ends(s, r, "timed_out", "-", pod["from"], pod["to"])
  else ends(s, r, class_of(s, code), code, pod["from"], pod["to"])
}

# An attempt ends: the replica goes into back-off, or has its outcome.
function ends(s, r, what, code, from, to,    n) {
  n = attempts[s, r]
  attempt[s, r, n] = what " " code " " from " " to
  if (is_retried(s, n, what, code)) {
    phase[s, r] = "back_off"
    due[s, r] = now + back_off(s, n)
  } else {
    phase[s, r] = what
  }
  say(shown(s, r) ", attempt " n ": " what (code == "-" ? "" : " (" code ")"))
  touched[s] = 1
}

# ---- The rules ---------------------------------------------------------------------------------------------------------------

function decide_settled(    s, r, passed, failed) {
  for (s = first[at]; at >= 1 && at <= stages && s <= last[at]; s++) {
    if (!touched[s] || outcome[s] != "") continue
    passed = failed = 0
    for (r = 1; r <= copies[s]; r++) {
      if (phase[s, r] == "succeeded" || phase[s, r] == "unstable") passed++
      else if (phase[s, r] in FAILS) failed++
    }
    if (passed >= needed[s]) {
      end(s, first_unstable(s) ? "unstable" : "succeeded")
    } else if (failed > copies[s] - needed[s]) {
      failures[s] = 1
      ignored[s] = policy[s] == "ignore"
      end(s, dispatched[s] ? "failed" : phase[s, 1])
    }
  }
}

# Whether one is unstable of the first replicas that make the substage pass: by time, then by number.
function first_unstable(s,    i, r, best, taken, f, g) {
  for (i = 1; i <= needed[s]; i++) {
    best = 0
    for (r = 1; r <= copies[s]; r++) {
      if (taken[r] || phase[s, r] != "succeeded" && phase[s, r] != "unstable") continue
      split(attempt[s, r, attempts[s, r]], f, " ")
      if (!best || f[4] "" < g[4] "") { best = r; split(attempt[s, r, attempts[s, r]], g, " ") }
    }
    if (phase[s, best] == "unstable") return 1
    taken[best] = 1
  }
  return 0
}

# A substage is in an outcome; what still runs of it is stopped.
function end(s, what,    r, stops_as) {
  outcome[s] = what
  left--
  if (what == "unstable") is_unstable = 1
  if (what == "succeeded" && fingerprint[s] != "-") print fingerprint[s] > (work "/learned")
  stops_as = what == "timed_out" && !failures[s] ? "timed_out" : "cancelled"
  for (r = 1; started[s] && r <= copies[s]; r++) {
    if (phase[s, r] in DONE) continue
    if (phase[s, r] == "running") {
      print job_name(s, r, attempts[s, r]) > (work "/delete")
      attempt[s, r, attempts[s, r]] = stops_as " - - deleted"
    }
    phase[s, r] = stops_as
  }
  say(path[s] " " what (ignored[s] ? ", ignored" : ""))
}

# Ends all that has no outcome yet: what runs so, what waits as cancelled.
function cut(running,    s) {
  for (s = first[at]; s <= last[at]; s++) if (outcome[s] == "") end(s, started[s] ? running : "cancelled")
}

# What has been stuck for too long is lost.
function lose_stuck(    s, r) {
  for (s = first[at]; at >= 1 && at <= stages && s <= last[at]; s++)
    for (r = 1; started[s] && outcome[s] == "" && r <= copies[s]; r++)
      if (phase[s, r] == "running" && due[s, r] && due[s, r] <= now) {
        print job_name(s, r, attempts[s, r]) > (work "/delete")
        ends(s, r, "lost", "-", "-", "deleted")
      }
}

# The stage's deadline, and the pipeline's, which are kept where nothing is left.
function expire() {
  if (at < 1 || at > stages) return
  if (stage_deadline[at] != "-" && left > 0 && now >= stage_began[at] + stage_deadline[at]) {
    say("stage " stage[at] ": its deadline has passed")
    stopped = failing = has_failed = 1
    cut("timed_out")
  }
  if (deadline != "-" && !late && now >= began + deadline && (left > 0 || at < stages)) {
    say("the pipeline's deadline has passed")
    late = stopped = failing = 1
    if (left > 0) { has_failed = 1; cut("timed_out") }
  }
}

function apply_policies(    s, aborts) {
  for (s in failures) {
    if (policy[s] == "ignore") continue
    if (policy[s] != "continue") stopped = 1
    if (policy[s] == "abort") aborts = 1
    failing = has_failed = 1
  }
  if (aborts) cut("cancelled")
}

# Ends a stage with nothing left, decides the next, tries again what is due, skips and starts, until nothing changes.
function proceed(    s, r) {
  for (;;) {
    while (left == 0) {
      if (at >= 1 && at <= stages) end_stage()
      if (++at > stages) { finish(); return }
      decide()
    }
    for (s = first[at]; s <= last[at]; s++)
      for (r = 1; started[s] && outcome[s] == "" && r <= copies[s]; r++)
        if (phase[s, r] == "back_off" && due[s, r] <= now) start_attempt(s, r)
    skip_blocked()
    if (left > 0) { start_ready(); return }
  }
}

function end_stage() {
  if (stage_outcome[at] != "") return
  stage_outcome[at] = has_failed ? "failed" : is_unstable ? "unstable" : "succeeded"
  stage_ended[at] = now
  say("stage " stage[at] " " stage_outcome[at])
}

# Starts the stage, or skips it.
function decide(    s) {
  left = last[at] - first[at] + 1
  has_failed = is_unstable = 0
  if (left == 0 || !(condition[at] == " -" ? !stopped : holds(condition[at]))) {
    for (s = first[at]; s <= last[at]; s++) outcome[s] = "skipped"
    left = 0
    stage_outcome[at] = "skipped"
    say("stage " stage[at] " skipped")
    return
  }
  say("stage " stage[at])
  stage_began[at] = now
  recall()
  for (s = first[at]; s <= last[at]; s++)
    if (fingerprint[s] in remembered && (ttl[s] == "-" || now - remembered[fingerprint[s]] < ttl[s])) end(s, "cached")
}

# What is remembered is read once a step, if at all.
function recall(    line, f) {
  if (has_recalled++) return
  while ((getline line < (work "/remembered")) > 0) {
    split(line, f, " ")
    remembered[f[1]] = f[2]
  }
  close(work "/remembered")
}

# A condition in reverse Polish notation.
function holds(text,    word, n, i, value, depth, arg) {
  n = split(text, word, " ")
  for (i = 1; i <= n; i++) {
    arg = substr(word[i], index(word[i], ":") + 1)
    if (word[i] == "not") value[depth] = !value[depth]
    else if (word[i] == "and") { depth--; value[depth] = value[depth] && value[depth + 1] }
    else if (word[i] == "or") { depth--; value[depth] = value[depth] || value[depth + 1] }
    else if (word[i] == "always") value[++depth] = 1
    else if (word[i] == "succeeded") value[++depth] = !failing
    else if (word[i] == "failed") value[++depth] = failing + 0
    else if (word[i] ~ /^failed:/) value[++depth] = of_stage(arg) == "failed"
    else value[++depth] = of_stage(arg) == "succeeded" || of_stage(arg) == "unstable"
  }
  return value[1]
}

function of_stage(name) { return name in stage_number ? stage_outcome[stage_number[name]] : "" }

# What a gate is: 0 where one of its members has no outcome, 1 where all passed, -1 where one did not.
function opens(g,    member, n, i, m, loads, result) {
  if (g in settled) return settled[g]
  n = split(gate[g], member, " ")
  loads = member[1]; result = 1
  for (i = 2; i <= n; i++) {
    m = member[i]
    if (outcome[m] == "") return 0
    if (outcome[m] != "succeeded" && outcome[m] != "unstable" && outcome[m] != "cached" && !(ignored[m] && !loads)) result = -1
  }
  settled[g] = result
  return result
}

# What all gates of a substage are together.
function is_open(s,    g, n, i, one, result) {
  result = 1
  n = gates[s] == "-" ? 0 : split(gates[s], g, ",")
  for (i = 1; i <= n; i++) {
    one = opens(g[i])
    if (one == 0) return 0
    if (one < 0) result = -1
  }
  return result
}

function skip_blocked(    s, changed) {
  do {
    changed = 0
    for (s = first[at]; s <= last[at]; s++)
      if (outcome[s] == "" && !started[s] && is_open(s) < 0) { end(s, "skipped"); changed = 1 }
  } while (changed)
}

# In the order of the table: the higher priority, then the earlier declared. One whose locks have to be taken first starts in the
# next step, in its slot; the others do not wait for it.
function start_ready(    s, r, slots, state) {
  slots = parallel[at] == "-" ? count : parallel[at]
  for (s = first[at]; s <= last[at]; s++) {
    if (started[s] && outcome[s] == "") { slots--; hold(s) }
  }
  for (s = first[at]; s <= last[at] && slots > 0; s++) {
    if (started[s] || outcome[s] != "" || is_open(s) < 1) continue
    state = ask_locks(s)
    if (state == "held") continue
    slots--
    hold(s)
    if (state == "free") continue
    started[s] = 1
    for (r = 1; r <= copies[s]; r++) start_attempt(s, r)
  }
  release()
}

function start_attempt(s, r) {
  attempts[s, r]++
  phase[s, r] = "running"; due[s, r] = 0
  attempt[s, r, attempts[s, r]] = "running - - -"
  say(shown(s, r) ", attempt " attempts[s, r])
  make(s, r)
}

function finish(    i, unstable) {
  for (i = 1; i <= stages; i++) if (stage_outcome[i] == "unstable") unstable = 1
  verdict = failing ? "failed" : unstable ? "unstable" : "succeeded"
  print verdict > (work "/over")
  release()
  say("the pipeline " verdict)
}

# ---- Locks -------------------------------------------------------------------------------------------------------------------

# A lock is ours alone where its object names our run; objects are made by driver.sh, and listed before the next step.
function read_locks(    line, f) {
  while ((getline line < (work "/locks")) > 0) {
    split(line, f, " ")
    holder[f[1]] = f[2]
  }
  close(work "/locks")
  while ((getline line < (work "/wanted")) > 0) was_wanted[line] = 1
  close(work "/wanted")
}

# Whether a substage's locks are ours (or it has none), free to be taken, or held by somebody else. One that nobody holds, though it
# was to be taken, the cluster does not give: it is asked for again, but takes no slot meanwhile.
function ask_locks(s,    lock, n, i, missing, is_refused) {
  n = split(locks[s], lock, ",")
  for (i = 1; i <= n; i++) {
    if (lock[i] in in_use || lock[i] in holder && holder[lock[i]] != run) { waits_for_lock = 1; return "held" }
    if (lock[i] in holder) continue
    missing = missing lock[i] "\n"
    if (lock[i] in was_wanted) is_refused = 1
  }
  if (missing == "") return "ours"
  printf "%s", missing > (work "/want")
  return is_refused ? "held" : "free"
}

function hold(s,    lock, n, i) {
  n = split(locks[s], lock, ",")
  for (i = 1; i <= n; i++) in_use[lock[i]] = 1
}

# Gives back what nobody uses.
function release(    lock) {
  for (lock in holder) if (holder[lock] == run && !(lock in in_use)) print lock > (work "/release")
  if (waits_for_lock) print "" > (work "/waits")
}

# ---- Objects -----------------------------------------------------------------------------------------------------------------

function job_name(s, r, n) { return run "-" job[s] (dispatched[s] ? "-r" r : "") "-a" n }

# The Job of an attempt: the compiler's manifest, which has words for what only a run knows above the pod's own spec.
function make(s, r,    line, file, is_above) {
  file = here "/" job[s] ".yaml"
  is_above = 1
  print "---" > (work "/manifests")
  while ((getline line < file) > 0) {
    if (is_above && line ~ /^    spec:/) is_above = 0
    if (is_above && index(line, "@")) {
      line = put(put(put(line, "@NAME@", job_name(s, r, attempts[s, r])), "@RUN@", run), "@UID@", uid)
      line = put(put(line, "@ATTEMPT@", attempts[s, r]), "@REPLICA@", r)
      line = put(line, "@VERDICT@", failing ? "failed" : so_far_unstable() ? "unstable" : "succeeded")
      if (line ~ /@ENV:[A-Za-z0-9_]+@/) line = put_variable(line)
    }
    print line > (work "/manifests")
  }
  close(file)
}

function put(line, word, value,    at) {
  at = index(line, word)
  return at ? substr(line, 1, at - 1) value substr(line, at + length(word)) : line
}

# A variable of the driver's own, as text in double quotes.
function put_variable(line,    name, value) {
  match(line, /@ENV:[A-Za-z0-9_]+@/)
  name = substr(line, RSTART + 5, RLENGTH - 6)
  value = ENVIRON[name]
  gsub(/\\/, "\\\\", value)
  gsub(/"/, "\\\"", value)
  return put(line, "@ENV:" name "@", value)
}

function so_far_unstable(    i) {
  for (i = 1; i < at; i++) if (stage_outcome[i] == "unstable") return 1
  return 0
}

function shown(s, r) { return path[s] (dispatched[s] ? "#" r : "") }

function say(text) { print stamp, text }
