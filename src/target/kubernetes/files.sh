# Brings in what other substages have saved, runs the body, and saves what is asked for, whatever became of it. What follows below
# calls these; the working directory is the workspace.

# All that was saved there, if anything was.
o11n_load() {
  [ ! -d "$1/save" ] || cp -a "$1/save/." .
}

# Runs the words, and hands on the signal that ends the pod.
o11n_run() {
  trap 'kill -TERM "$o11n_pid" 2>/dev/null || :' TERM
  "$@" & o11n_pid=$!
  while :; do
    o11n_code=0
    wait "$o11n_pid" || o11n_code=$?
    kill -0 "$o11n_pid" 2>/dev/null || break
  done
  trap '' TERM
}

# $1: of which kind; then paths, in which `*`, `?` and `[…]` stand for what is there. What is not there is no mistake.
o11n_save() {
  o11n_kind=$1
  shift
  IFS=
  for o11n_path; do
    # shellcheck disable=SC2086 # names are to be filled in, and nothing is split at nothing
    for o11n_file in $o11n_path; do
      [ -e "$o11n_file" ] || continue
      o11n_to=$o11n_own.$O11N_POD/$o11n_kind/$(dirname -- "$o11n_file")
      mkdir -p -- "$o11n_to" && cp -a -- "$o11n_file" "$o11n_to/"
    done
  done
}

# Puts what was saved where others look for it, all at once.
o11n_publish() {
  rm -rf -- "$o11n_own"
  [ ! -e "$o11n_own.$O11N_POD" ] || mv -- "$o11n_own.$O11N_POD" "$o11n_own"
}

