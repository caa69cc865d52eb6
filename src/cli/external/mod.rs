//! Targets that are programs of their own: `o11n-target-NAME` on the `PATH`.

mod process;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use process::{Failure, ask};

use crate::base::{World, one_line, printable};
use crate::diag::{Code, Diagnostic};
use crate::plan::Plan;
use crate::schema::TargetSettings;
use crate::target::capability::Capability;
use crate::target::{self, Emitted, Options, Target, protocol};

/// What the file name of such a program begins with.
const PREFIX: &str = "o11n-target-";
/// Seconds that one answer may take.
const LIMIT_VARIABLE: &str = "O11N_TARGET_TIMEOUT";
const LIMIT: u64 = 60;
const MOST_LIMIT: u64 = 86_400;
/// Characters of a name.
const MOST_NAME: usize = 64;

/// A target outside of this program. There is one for each name as long as the process lives.
#[derive(Debug)]
struct External {
    name: &'static str,
    doc: &'static str,
    has_kinds: bool,
    program: PathBuf,
    limit: Duration,
    /// Without a plan.
    rows: Vec<Capability>,
}

/// The program of the target of this name: the first on the path.
pub(super) fn program(world: &dyn World, name: &str) -> Option<PathBuf> {
    let file = file_name(name)?;
    folders(world).into_iter().map(|folder| folder.join(&file)).find(|path| is_program(path))
}

/// What the program of a target would be called, if it can have one.
pub(super) fn file_name(name: &str) -> Option<String> {
    let is_right = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    let is_name = !name.is_empty() && name.len() <= MOST_NAME && name.chars().all(is_right);
    is_name.then(|| format!("{PREFIX}{name}{}", std::env::consts::EXE_SUFFIX))
}

/// The names of all that are on the path and not built in, sorted, each with its program.
pub(super) fn all(world: &dyn World) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    for folder in folders(world) {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let file = entry.file_name();
            let name = file.to_str().and_then(|file| file.strip_prefix(PREFIX)?.strip_suffix(std::env::consts::EXE_SUFFIX));
            let Some(name) = name.filter(|name| file_name(name).is_some() && target::by_name(name).is_err()) else { continue };
            if is_program(&entry.path()) && !found.contains_key(name) {
                found.insert(name.to_owned(), entry.path());
            }
        }
    }
    found
}

/// Asks a program what it keeps, which makes it a target.
pub(super) fn open(world: &dyn World, name: &str, program: PathBuf) -> Result<&'static dyn Target, Box<Diagnostic>> {
    let limit = limit(world)?;
    let answer = ask(&program, protocol::ask_capabilities(None), limit).map_err(|failure| failed(&program, failure))?;
    let (manifest, rows) = protocol::read_capabilities(&answer, None).map_err(|why| garbled(&program, &why))?;
    // Targets live as long as the process: there is a handful of them, and each is opened once.
    let kept = |text: &str| -> &'static str { Box::leak(one_line(text).into_boxed_str()) };
    let external = External { name: kept(name), doc: kept(&manifest.doc), has_kinds: manifest.kinds, program, limit, rows };
    Ok(Box::leak(Box::new(external)))
}

impl External {
    fn ask(&self, question: Vec<u8>) -> Result<Vec<u8>, Box<Diagnostic>> {
        ask(&self.program, question, self.limit).map_err(|failure| failed(&self.program, failure))
    }
}

impl Target for External {
    fn name(&self) -> &'static str {
        self.name
    }

    fn doc(&self) -> &'static str {
        self.doc
    }

    fn capabilities(&self) -> Vec<Capability> {
        self.rows.clone()
    }

    fn capabilities_of(&self, plan: &Plan) -> Result<Vec<Capability>, Box<Diagnostic>> {
        let answer = self.ask(protocol::ask_capabilities(Some(plan)))?;
        let read = protocol::read_capabilities(&answer, Some(plan)).map_err(|why| garbled(&self.program, &why))?;
        Ok(read.1)
    }

    fn settings(&self) -> TargetSettings {
        TargetSettings { name: self.name, attributes: &[] }
    }

    fn has_kinds(&self) -> bool {
        self.has_kinds
    }

    fn encode(&self, plan: &Plan, options: &Options) -> Emitted {
        let emitted = self
            .ask(protocol::ask_compile(plan, options))
            .and_then(|answer| protocol::read_compiled(&answer, plan).map_err(|why| garbled(&self.program, &why)));
        emitted.unwrap_or_else(|diagnostic| Emitted { artifacts: Vec::new(), diagnostics: vec![*diagnostic] })
    }
}

/// The folders that programs are looked for in. Relative ones mean another folder each time, so they are left out.
fn folders(world: &dyn World) -> Vec<PathBuf> {
    let path = world.env("PATH").unwrap_or_default();
    std::env::split_paths(path.as_str()).filter(|folder| folder.is_absolute()).collect()
}

fn is_program(path: &Path) -> bool {
    let Ok(meta) = std::fs::metadata(path) else { return false };
    #[cfg(unix)]
    let may_run = std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let may_run = true;
    meta.is_file() && may_run
}

fn limit(world: &dyn World) -> Result<Duration, Box<Diagnostic>> {
    let Some(text) = world.env(LIMIT_VARIABLE).filter(|text| !text.is_empty()) else { return Ok(Duration::from_secs(LIMIT)) };
    let seconds = text.parse().ok().filter(|seconds| (1..=MOST_LIMIT).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| {
        let message = format!("`{LIMIT_VARIABLE}` is `{}`", text.escape_debug());
        Box::new(Diagnostic::new(Code::BrokenTarget, message).help(format!("write whole seconds, 1 to {MOST_LIMIT}")))
    })
}

fn failed(program: &Path, Failure { what, said }: Failure) -> Box<Diagnostic> {
    let diagnostic = Diagnostic::new(Code::BrokenTarget, format!("the target `{}` {what}", program.display()));
    let diagnostic = if said.is_empty() { diagnostic } else { diagnostic.note(format!("it says: {}", printable(&said))) };
    Box::new(diagnostic.help(format!("whoever wrote it can mend it; `{LIMIT_VARIABLE}` sets the seconds that it may take")))
}

fn garbled(program: &Path, why: &str) -> Box<Diagnostic> {
    let message = format!("the target `{}` gives no answer that can be read", program.display());
    Box::new(
        Diagnostic::new(Code::BrokenTarget, message)
            .note(why)
            .help("whoever wrote it can mend it: docs/reference/external-targets.md has the protocol"),
    )
}
