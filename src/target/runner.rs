//! What runs around a body in a container: the interpreter of a script, and the little that keeps `after` and its timeout there.

use ecow::EcoString;

use crate::plan::{ExitClass, RetryOn, Substage};

/// How long one `after` may take, in seconds.
pub(super) const AFTER: i64 = 300;

/// Three exit codes that mean nothing to the substage: for an attempt that took too long, as `timeout` has it where that is free;
/// for a body that exits with one of the others by itself; and for an attempt that was lost.
pub(super) fn own_codes(substage: &Substage) -> [u8; 3] {
    let is_free = |code: &u8| {
        substage.exit_codes.iter().all(|(known, _)| known != code) && !substage.retry.on.contains(&RetryOn::Exit(*code))
    };
    let mut free = (1..=124).rev().filter(is_free);
    [124, 1, 75].map(|otherwise| free.next().unwrap_or(otherwise))
}

/// Whether the runner, not Kubernetes, ends an attempt that takes too long: Kubernetes would count `after` in.
pub(super) fn has_own_timeout(substage: &Substage) -> bool {
    !substage.after.is_empty() && substage.timeout.is_some()
}

/// The interpreter of scripts, with its flags.
pub(super) fn interpreter(shell: &str) -> Vec<EcoString> {
    match shell {
        "bash" => vec!["bash".into(), "-euo".into(), "pipefail".into()],
        "sh" => vec!["sh".into(), "-eu".into()],
        other => other.split_whitespace().map(EcoString::from).collect(),
    }
}

/// A script that runs the body, ends it when its time is over or somebody stops it, tells `after` what became of it, and exits as the
/// body did. `run` and `after` are commands.
pub(super) fn attempt(substage: &Substage, run: &str, after: impl Iterator<Item = String>) -> String {
    let timer = match substage.timeout {
        Some(timeout) => format!("(sleep {}; kill -ALRM ${{$}}) >/dev/null 2>&1 & o11n_timer=$!\n", seconds(timeout)),
        None => "o11n_timer=\n".to_owned(),
    };
    let mut cases = String::new();
    for (class, word) in [(ExitClass::Unstable, "unstable"), (ExitClass::Lost, "lost")] {
        let codes: Vec<String> =
            substage.exit_codes.iter().filter(|(_, is)| *is == class).map(|(code, _)| code.to_string()).collect();
        if !codes.is_empty() {
            cases.push_str(&format!("    {}) O11N_OUTCOME={word} ;;\n", codes.join("|")));
        }
    }
    let mut script = format!(
        r#"O11N_OUTCOME='' o11n_code=0
o11n_stop() {{
  O11N_OUTCOME=$1
  trap '' TERM
  kill -TERM 0 || :
  (sleep 10; kill -KILL "$o11n_pid") >/dev/null 2>&1 &
}}
o11n_after() {{
  "$@" & o11n_pid=$!
  (sleep {AFTER}; kill -KILL "$o11n_pid") >/dev/null 2>&1 & o11n_timer=$!
  wait "$o11n_pid" || :
  kill "$o11n_timer" 2>/dev/null || :
}}
trap 'o11n_stop cancelled' TERM
trap 'o11n_stop timed_out' ALRM
{run} & o11n_pid=$!
{timer}while :; do
  o11n_code=0
  wait "$o11n_pid" || o11n_code=$?
  kill -0 "$o11n_pid" 2>/dev/null || break
done
trap '' TERM ALRM
[ -z "$o11n_timer" ] || kill "$o11n_timer" 2>/dev/null || :
if [ -z "$O11N_OUTCOME" ]; then
  case $o11n_code in
    0) O11N_OUTCOME=succeeded ;;
{cases}    *) O11N_OUTCOME=failed ;;
  esac
fi
export O11N_OUTCOME
"#
    );
    for after in after {
        script.push_str(&format!("o11n_after {after}\n"));
    }
    let [timed_out, other, _] = own_codes(substage);
    if substage.timeout.is_some() {
        script.push_str(&format!("[ \"$o11n_code\" -ne {timed_out} ] || o11n_code={other}\n"));
    }
    script.push_str(&format!(
        "case $O11N_OUTCOME in timed_out) exit {timed_out} ;; cancelled) exit 143 ;; esac\nexit \"$o11n_code\"\n"
    ));
    script
}

/// Whole seconds, at least one; a part of one counts as one.
pub(super) fn seconds(duration: crate::base::Duration) -> i64 {
    (duration.0.saturating_add(999) / 1_000).max(1)
}

/// Words of a shell, each quoted where it must be.
pub(super) fn words<T: AsRef<str>>(words: &[T]) -> String {
    let quoted = |word: &T| {
        let word = word.as_ref();
        let is_safe = |c: char| c.is_ascii_alphanumeric() || "_./:=@%+,-".contains(c);
        if !word.is_empty() && word.chars().all(is_safe) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// A word or a variable's value as Kubernetes gives it back unchanged.
pub(super) fn unexpanded(text: EcoString) -> EcoString {
    let is_expanded = text.contains('$') && (text.contains("$(") || text.contains("$$"));
    if is_expanded { text.replace("$", "$$") } else { text }
}
