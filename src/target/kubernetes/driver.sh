#!/bin/sh
# Walks the stages of one pipeline: one Job an attempt. What is to be done next rules.awk decides; this asks the cluster and tells it.
#
# Needs kubectl, sh and awk, and the rights that `o11n compile --rbac` prints. All it knows is in the cluster: Jobs whose names follow
# from what they are, and the ConfigMap RUN-state. So it may be killed and started again at any time.
#
# Exit status: 0 succeeded or unstable, 1 failed. Anything else is an accident, after which Kubernetes starts it again.
set -u
here=$O11N_HERE work=$O11N_WORK run=$O11N_RUN uid=$O11N_RUN_UID
export HOME="$work"
mkdir -p "$work" && cd "$work" || exit 70

# Between two looks at what has happened, in seconds.
tick=${O11N_TICK:-1}
# Between two looks at all there is, in case something was not seen to happen.
whole=60

labels="  labels: {o11n.dev/run: $run, app.kubernetes.io/managed-by: o11n}"
owner="  ownerReferences: [{apiVersion: batch/v1, kind: Job, name: $run, uid: $uid}]"

# A pod as rules.awk reads it.
pod='{{index .metadata.labels "batch.kubernetes.io/job-name"}} phase={{.status.phase}}
  {{- if .status.reason}} reason={{.status.reason}}{{end}}
  {{- if .metadata.deletionTimestamp}} deleted=1{{end}}
  {{- range .status.conditions}}{{if and (eq .type "DisruptionTarget") (eq .status "True")}} disrupted=1{{end}}{{end}}
  {{- range .status.containerStatuses}}{{if eq .name "main"}}{{with .state.terminated}} code={{.exitCode}} from={{.startedAt}} to={{.finishedAt}}
  {{- end}}{{with .state.waiting}} waiting={{.reason}}{{end}}{{end}}{{end}}{{"\n"}}'

# Writes down what happens to pods, line by line, as long as the driver lives.
watch_pods() {
  while kill -0 $$ 2> /dev/null; do
    kubectl get pods --selector "o11n.dev/run=$run" --watch --output-watch-events \
      --output go-template="pod {{.type}} {{with .object}}$pod{{end}}" >> events
    # Something may have happened meanwhile.
    echo gap >> events
    sleep 1
  done
}

# All Jobs and pods of the run, and how Jobs are over. $1: why it is asked.
list_all() {
  kubectl get jobs,pods --selector "o11n.dev/run=$run" --output go-template="{{range .items -}}
    {{if eq .kind \"Pod\"}}pod LISTED $pod{{else}}job {{.metadata.name}}{{if .metadata.deletionTimestamp}} Deleted{{end -}}
    {{range .status.conditions}}{{if and (eq .status \"True\") (ne .type \"Suspended\")}} {{.type}}{{end}}{{end}}{{\"\\n\"}}{{end}}{{end}}" \
    > list || return
  { echo "whole $1"; cat list; } >> news
}

# Who holds which lock. What is not known is asked for again: that a lock is ours must never be taken for granted.
list_locks() {
  kubectl get configmaps --selector o11n.dev/lock \
    --output go-template='{{range .items}}{{.metadata.name}} {{index .metadata.labels "o11n.dev/run"}}{{"\n"}}{{end}}' > locks ||
    { : > locks; return 1; }
}

# Does something until it is done. Fails where the cluster, though it answers, has refused it for long.
insist() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    if [ "$tries" -ge 5 ] && kubectl get configmaps "$run-state" --ignore-not-found > /dev/null; then return 1; fi
    sleep $((tries < 5 ? tries : 5))
  done
}

# The ConfigMap that keeps the state.
state() {
  printf '%s\n' 'apiVersion: v1' 'kind: ConfigMap' 'metadata:' "  name: $run-state" "$labels" "$owner" 'data:' \
    "  outcome: $(cat over 2> /dev/null || echo running)" '  state: |'
  sed 's/^/    /' state
}

# Keeps the state in the cluster.
remember() {
  kubectl apply --server-side --force-conflicts --validate=false --filename remember > /dev/null
}

# Makes Jobs; one that is there already was made before. They are not applied: by that way some characters cannot pass.
make_jobs() {
  kubectl create --validate=false --filename manifests > /dev/null 2> said && return
  [ -s said ] && ! grep -v '(AlreadyExists)' said >&2
}

# Makes objects for locks that are free. Another run may be faster: then the next look says so.
take_locks() {
  while read -r lock; do
    printf '%s\n' --- 'apiVersion: v1' 'kind: ConfigMap' 'metadata:' "  name: $lock" \
      "  labels: {o11n.dev/run: $run, o11n.dev/lock: $lock, app.kubernetes.io/managed-by: o11n}" "$owner"
  done < want > objects
  kubectl create --validate=false --filename objects > /dev/null || sleep "$tick"
  list_locks
}

# Gives back locks: those that are ours, for another run may have taken one as soon as it was free.
free_locks() {
  names=$(tr '\n' ',' < release)
  kubectl delete configmaps --wait=false --selector "o11n.dev/run=$run,o11n.dev/lock in (${names%,})" > /dev/null
}

# Keeps in the cache what has succeeded.
learn() {
  entries=$(sed "s/.*/\"&\":\"$now\"/" learned | tr '\n' ',')
  patch="{\"data\":{${entries%,}}}"
  kubectl patch configmap "$O11N_CACHE" --type merge --patch "$patch" > /dev/null 2>&1 ||
    { kubectl create configmap "$O11N_CACHE"; kubectl patch configmap "$O11N_CACHE" --type merge --patch "$patch"; } > /dev/null
}

end_jobs() {
  # shellcheck disable=SC2046 # names have no blanks
  kubectl delete jobs --wait=false --ignore-not-found $(cat delete) > /dev/null
}

# One look at what has happened, and what follows from it. The state is in the cluster before what it speaks of happens there.
step() {
  now=$(date +%s)
  : > manifests
  rm -f delete release waits learned next wanted
  [ ! -e want ] || mv want wanted
  cp state before
  awk -v now="$now" -v stamp="$(date -u +%H:%M:%S)" -v run="$run" -v uid="$uid" -v here="$here" -v work="$work" \
    -f "$here/rules.awk" || exit 70
  : > news
  if ! cmp -s state before; then
    state > remember
    insist remember || echo "the cluster refuses to keep the state of this run: it cannot be taken up again"
  fi
  [ ! -s manifests ] || insist make_jobs || list_all refused
  [ ! -s delete ] || insist end_jobs || echo "the cluster refuses to end $(cat delete)"
  [ ! -s learned ] || insist learn || echo "what has succeeded could not be remembered in $O11N_CACHE"
  [ ! -s release ] || { insist free_locks || echo "the cluster refuses to free $(cat release)"; list_locks; }
  if [ -s want ]; then take_locks; fi
}

: > events; : > news; : > locks; : > remembered; : > state
until kubectl get configmap "$run-state" --ignore-not-found --output go-template='{{.data.state}}' > state; do sleep 1; done
if [ -n "${O11N_CACHE:-}" ]; then
  until kubectl get configmap "$O11N_CACHE" --ignore-not-found \
    --output go-template="{{range \$key, \$value := .data}}{{\$key}} {{\$value}}{{\"\\n\"}}{{end}}" > remembered; do sleep 1; done
fi
[ -z "${O11N_LOCKS:-}" ] || until list_locks; do sleep 1; done
if [ -s state ]; then
  echo 'taken up again'
  until list_all restart; do sleep 1; done
fi

watch_pods & watcher=$!
# The children of the run belong to its Job: whoever deletes that ends them. Without it, this is a restart.
trap 'kill "$watcher" 2> /dev/null; exit 143' TERM INT
seen=0 looked=$(date +%s)
step
while [ ! -s over ]; do
  # Again at once where a lock was taken.
  [ -s want ] || { sleep "$tick" & wait $!; }
  [ ! -e waits ] || list_locks
  count=$(wc -l < events)
  if [ "$count" -gt "$seen" ]; then
    sed -n "$((seen + 1)),${count}p" events >> news
    seen=$count
  fi
  now=$(date +%s)
  ! grep -q '^gap' news || looked=0
  if [ $((now - looked)) -ge "$whole" ] && list_all again; then looked=$now; fi
  read -r due < next
  if [ -s news ] || [ -e want ] || [ -e waits ] || { [ "$due" != - ] && [ "$now" -ge "${due%.*}" ]; }; then step; fi
done
kill "$watcher" 2> /dev/null
[ "$(cat over)" != failed ]
