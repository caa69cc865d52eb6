O11N_OUTCOME=''
o11n_stop() {
  O11N_OUTCOME=cancelled
  kill -TERM "$o11n_pid" 2>/dev/null || :
  (sleep 10; kill -KILL "$o11n_pid") >/dev/null 2>&1 &
}
trap o11n_stop TERM
o11n_run & o11n_pid=$!
while :; do
  o11n_code=0
  wait "$o11n_pid" || o11n_code=$?
  kill -0 "$o11n_pid" 2>/dev/null || break
done
trap '' TERM
