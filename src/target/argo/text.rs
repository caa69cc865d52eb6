//! How the user's text reaches the shell untouched.
//!
//! Argo replaces `{{…}}` in every text of a template, also in values on a second pass. A script without it stands as it is; any
//! other is carried in base64 inside a small script. Kubernetes expands `$(NAME)` and `$$` in words and in the values of variables.
//! A script reaches its pod in the value of a variable too, in which Argo hands the whole template to its executor, unless it is a
//! large one: so it must not hold what is expanded, as escaped text would be wrong in a large one.

use base64::prelude::{BASE64_STANDARD, Engine};
use ecow::EcoString;

use super::files;
use super::retry::own_codes;
use crate::plan::{Body, ExitClass, Script, ScriptPart, Substage};

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Piece {
    Text(EcoString),
    /// A value that may differ between substages that are otherwise the same; an index into the slots of its leaf.
    Slot(usize),
}

/// Text with values in it.
pub(super) type Pieces = Vec<Piece>;

/// A script in its parts: text that is the same wherever one piece of source is placed, and values.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts(pub(super) Vec<ScriptPart>);

/// What a container runs.
#[derive(Clone, Debug)]
pub(super) enum Program {
    /// The interpreter with its flags, and its script.
    Script { interpreter: Vec<EcoString>, source: Parts },
    /// Words, the program first.
    Words(Vec<EcoString>),
}

/// The files of cases and variables that only a shell can bring in untouched.
#[derive(Clone, Debug, Default)]
pub(super) struct Carried {
    pub(super) variables: Vec<(EcoString, EcoString)>,
    pub(super) cases: Option<String>,
}

impl Carried {
    fn is_empty(&self) -> bool {
        self.variables.is_empty() && self.cases.is_none()
    }
}

/// Where the file of cases is.
pub(super) const CASES: &str = "/o11n/cases";
/// Where [`Carried`] cases are.
pub(super) const CARRIED_CASES: &str = "/tmp/o11n-cases";
/// How long one `after` may take, in seconds.
pub(super) const AFTER: i64 = 300;

/// Whether Argo and Kubernetes leave the text alone wherever it stands in a template.
pub(super) fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    !bytes.windows(2).any(|pair| pair == b"{{") && !bytes.iter().any(|byte| matches!(byte, b'\r' | b'\0'))
}

/// Whether the text stands in a script, or in a file that Argo writes, as it is.
pub(super) fn is_plain_script(text: &str) -> bool {
    is_plain(text) && !text.contains("$$") && !text.contains("$(ARGO_") && !text.contains("$(KUBERNETES_")
}

/// A word or a variable's value as Kubernetes gives it back unchanged.
pub(super) fn unexpanded(text: EcoString) -> EcoString {
    let is_expanded = text.contains('$') && (text.contains("$(") || text.contains("$$"));
    if is_expanded { text.replace("$", "$$") } else { text }
}

/// What the substage's container runs. `copies`: first it copies what was loaded beside the workspace; words cannot.
pub(super) fn program(substage: &Substage, carried: &Carried, copies: bool) -> Program {
    let interpreter = interpreter(&substage.shell);
    let is_shell = matches!(substage.shell.as_str(), "bash" | "sh");
    if substage.after.is_empty() && carried.is_empty() {
        match &substage.body {
            Body::Command(words) if substage.before.is_empty() && words.iter().all(|word| is_plain(word)) => {
                return Program::Words(words.clone());
            }
            Body::Run(run) if is_shell || !copies => {
                let mut source = joined(substage.before.iter().chain([run]));
                if copies {
                    source.0.insert(0, ScriptPart::Text(files::COPY.into()));
                }
                if source.is_plain() {
                    return Program::Script { interpreter, source };
                }
            }
            Body::Run(_) | Body::Command(_) => {}
        }
    }
    Program::Script { interpreter: vec!["sh".into(), "-e".into()], source: runner(substage, &interpreter, carried, copies) }
}

/// Whether the runner, not Kubernetes, ends an attempt that takes too long: Kubernetes would count `after` in.
pub(super) fn has_own_timeout(substage: &Substage) -> bool {
    !substage.after.is_empty() && substage.timeout.is_some()
}

fn interpreter(shell: &str) -> Vec<EcoString> {
    match shell {
        "bash" => vec!["bash".into(), "-euo".into(), "pipefail".into()],
        "sh" => vec!["sh".into(), "-eu".into()],
        other => other.split_whitespace().map(EcoString::from).collect(),
    }
}

/// Scripts one after the other, each on lines of its own.
fn joined<'a>(scripts: impl Iterator<Item = &'a Script>) -> Parts {
    let mut parts = Parts::default();
    for script in scripts {
        parts.0.extend(script.parts.iter().cloned());
        parts.end_line();
    }
    parts
}

/// Texts, one after the other.
pub(super) fn concat<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> EcoString {
    let mut whole = EcoString::with_capacity(texts.clone().map(str::len).sum());
    texts.for_each(|text| whole.push_str(text));
    whole
}

impl Parts {
    pub(super) fn text(&self) -> EcoString {
        concat(self.0.iter().map(ScriptPart::as_str))
    }

    fn is_plain(&self) -> bool {
        match self.0.as_slice() {
            [part] => is_plain_script(part.as_str()),
            _ => is_plain_script(&self.text()),
        }
    }

    fn push(&mut self, text: impl Into<EcoString>) {
        self.0.push(ScriptPart::Text(text.into()));
    }

    fn end_line(&mut self) {
        if self.0.iter().rev().map(ScriptPart::as_str).find(|text| !text.is_empty()).is_some_and(|text| !text.ends_with('\n')) {
            self.push("\n");
        }
    }

    /// Adds a line that writes a file: as it stands where that is safe, else in base64.
    fn file(&mut self, path: &str, content: Parts) {
        let text = content.text();
        if is_plain_script(&text) && (text.is_empty() || text.ends_with('\n')) {
            let mut end = "O11N".to_owned();
            while text.lines().any(|line| line == end) {
                end.push('_');
            }
            self.push(format!("cat > {path} <<'{end}'\n"));
            self.0.extend(content.0);
            self.push(format!("{end}\n"));
        } else {
            self.push(format!("base64 -d > {path} <<'O11N'\n{}O11N\n", base64_lines(text.as_bytes())));
        }
    }
}

/// A POSIX shell script that brings in what cannot stand in the template, runs the body, and then `after`.
fn runner(substage: &Substage, interpreter: &[EcoString], carried: &Carried, copies: bool) -> Parts {
    let shell = words(interpreter);
    let mut out = Parts::default();
    if copies {
        out.push(files::COPY);
    }
    for (name, value) in &carried.variables {
        // The dot keeps `$(…)` from dropping line ends.
        let value = base64_lines(format!("{value}.").as_bytes());
        out.push(format!("{name}=$(base64 -d <<'O11N'\n{value}O11N\n)\nexport {name}=\"${{{name}%.}}\"\n"));
    }
    if let Some(cases) = &carried.cases {
        out.file(CARRIED_CASES, Parts(vec![ScriptPart::Text(cases.as_str().into())]));
    }
    let run = match &substage.body {
        Body::Run(run) => {
            out.file("/tmp/o11n-run", joined(substage.before.iter().chain([run])));
            format!("{shell} /tmp/o11n-run")
        }
        Body::Command(command) => {
            let command = format!("exec {}\n", words(command));
            if substage.before.is_empty() && substage.after.is_empty() && is_plain_script(&command) {
                out.push(command);
                return out;
            }
            let mut run = Parts::default();
            if !substage.before.is_empty() {
                out.file("/tmp/o11n-before", joined(substage.before.iter()));
                run.push(format!("{shell} /tmp/o11n-before\n"));
            }
            run.push(command);
            out.file("/tmp/o11n-run", run);
            "sh -e /tmp/o11n-run".to_owned()
        }
    };
    if substage.after.is_empty() {
        out.push(format!("exec {run}\n"));
        return out;
    }
    for (index, after) in substage.after.iter().enumerate() {
        out.file(&format!("/tmp/o11n-after-{}", index + 1), joined([after].into_iter()));
    }
    out.push(attempt(substage, &run));
    for index in 1..=substage.after.len() {
        out.push(format!("o11n_after {shell} /tmp/o11n-after-{index}\n"));
    }
    let (timed_out, other) = own_codes(substage);
    if substage.timeout.is_some() {
        out.push(format!("[ \"$o11n_code\" -ne {timed_out} ] || o11n_code={other}\n"));
    }
    out.push(format!("case $O11N_OUTCOME in timed_out) exit {timed_out} ;; cancelled) exit 143 ;; esac\nexit \"$o11n_code\"\n"));
    out
}

/// Runs the body, ends it when its time is over or somebody stops it, and tells `after` what became of it.
fn attempt(substage: &Substage, run: &str) -> String {
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
    format!(
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
    )
}

/// Whole seconds, at least one; a part of one counts as one.
pub(super) fn seconds(duration: crate::base::Duration) -> i64 {
    (duration.0.saturating_add(999) / 1_000).max(1)
}

/// Words of a shell, each quoted where it must be.
fn words<T: AsRef<str>>(words: &[T]) -> String {
    let quoted = |word: &T| {
        let word = word.as_ref();
        let is_safe = |c: char| c.is_ascii_alphanumeric() || "_./:=@%+,-".contains(c);
        if !word.is_empty() && word.chars().all(is_safe) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// Base64 in lines of 76 characters, each ended.
fn base64_lines(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() / 3 * 4 + bytes.len() / 57 + 8);
    for line in bytes.chunks(57) {
        BASE64_STANDARD.encode_string(line, &mut out);
        out.push('\n');
    }
    out
}
