//! How the user's text reaches the shell untouched.
//!
//! Argo replaces `{{…}}` in every text of a template, also in values on a second pass. A script without it stands as it is; any
//! other is carried in base64 inside a small script. Kubernetes expands `$(NAME)` and `$$` in words and in the values of variables.
//! A script reaches its pod in the value of a variable too, in which Argo hands the whole template to its executor, unless it is a
//! large one: so it must not hold what is expanded, as escaped text would be wrong in a large one.

use base64::prelude::{BASE64_STANDARD, Engine};
use ecow::EcoString;

use super::files;
use crate::plan::{Body, Script, ScriptPart, Substage};
use crate::target::runner::{self, interpreter, words};

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
/// Whether Argo and Kubernetes leave the text alone wherever it stands in a template.
pub(super) fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    !bytes.windows(2).any(|pair| pair == b"{{") && !bytes.iter().any(|byte| matches!(byte, b'\r' | b'\0'))
}

/// Whether the text stands in a script, or in a file that Argo writes, as it is.
pub(super) fn is_plain_script(text: &str) -> bool {
    is_plain(text) && !text.contains("$$") && !text.contains("$(ARGO_") && !text.contains("$(KUBERNETES_")
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
    let after = (1..=substage.after.len()).map(|index| format!("{shell} /tmp/o11n-after-{index}"));
    out.push(runner::attempt(substage, &run, after));
    out
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
