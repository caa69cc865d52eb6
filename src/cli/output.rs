//! How commands end and where they write: results on standard output, all else on standard error.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::ValueEnum;

use super::disk::reason;
use crate::base::SourceMap;
use crate::diag::render::{Format, render};
use crate::diag::{Code, Diagnostic};
use crate::view::Style;

/// How a command ended; the exit status of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    Success,
    /// Something is wrong with what was read.
    Diagnostics,
    /// Something is wrong with the command line.
    Usage,
    /// A file could not be read or written.
    Io,
    /// As something else ended that this stands for.
    Of(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Success => 0,
            Exit::Diagnostics => 1,
            Exit::Usage => 2,
            Exit::Io => 3,
            Exit::Of(code) => code,
        }
        .into()
    }
}

impl Exit {
    /// What diagnostics make of a run: warnings alone are a success.
    pub(super) fn of(diagnostics: &[Diagnostic]) -> Self {
        let mut errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).map(|diagnostic| diagnostic.code);
        if errors.clone().any(|code| matches!(code, Code::Unreadable | Code::Unwritable)) {
            Self::Io
        } else if errors.next().is_some() {
            Self::Diagnostics
        } else {
            Self::Success
        }
    }
}

impl Exit {
    /// What diagnostics make of a run that flags and variables shape. What these say of substages has no place in a source, and is a
    /// mistake of the command line: 1 would say that the run ended so.
    pub(super) fn of_run(diagnostics: &[Diagnostic]) -> Self {
        let is_given = |found: &Diagnostic| {
            let codes = [Code::UnknownPath, Code::BadFake, Code::AmbiguousFake, Code::OutOfRange];
            found.labels.is_empty() && codes.contains(&found.code)
        };
        let given = if diagnostics.iter().any(is_given) { Self::Usage } else { Self::Success };
        Self::of(diagnostics).max(given)
    }
}

/// The value of `--message-format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum MessageFormat {
    /// The source with what is wrong drawn under it
    #[default]
    Human,
    /// One line each
    Short,
    /// One JSON document
    Json,
    /// One SARIF 2.1.0 document
    Sarif,
    /// Workflow commands of GitHub
    Github,
}

/// Where findings go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    /// They are the result.
    Stdout,
    /// They stand beside the result.
    Stderr,
}

impl MessageFormat {
    /// Writes all findings.
    pub(super) fn show(self, diagnostics: &[Diagnostic], sources: &SourceMap, stream: Stream) -> Exit {
        let format = match self {
            Self::Human => Format::Human { colour: has_colour(stream) },
            Self::Short => Format::Short,
            Self::Json => Format::Json,
            Self::Sarif => Format::Sarif,
            Self::Github => Format::Github,
        };
        let text = render(format, diagnostics, sources);
        match stream {
            Stream::Stdout => print(&text),
            Stream::Stderr => {
                say(&text);
                Exit::Success
            }
        }
    }
}

/// `NO_COLOR` and `CLICOLOR_FORCE` are honoured as no-color.org and bixense.com/clicolors have them.
fn has_colour(stream: Stream) -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    let terminal = match stream {
        Stream::Stdout => io::stdout().is_terminal(),
        Stream::Stderr => io::stderr().is_terminal(),
    };
    !is_set("NO_COLOR") && (is_set("CLICOLOR_FORCE") || terminal && !is_dumb())
}

/// Columns below which no text can be read; a terminal with less breaks the lines itself.
const LEAST_COLUMNS: usize = 40;

/// What the terminal on standard output can show. Without one, 100 columns.
pub(super) fn terminal(ascii: bool) -> Style {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let columns = set("COLUMNS").and_then(|columns| columns.parse().ok());
    let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    // 0 is what a terminal says that does not know.
    let width = columns.filter(|columns| *columns > 0).or(width.filter(|width| *width > 0)).unwrap_or(100);
    // The first of these that is set decides, as POSIX has it.
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default().to_lowercase();
    let is_utf8 = locale.contains("utf-8") || locale.contains("utf8") || cfg!(windows);
    Style { width: width.max(LEAST_COLUMNS), colour: has_colour(Stream::Stdout), unicode: !ascii && is_utf8 && !is_dumb() }
}

/// Whether somebody looks at a terminal on standard error, on which a line can be drawn again.
pub(super) fn is_watched() -> bool {
    io::stderr().is_terminal() && !is_dumb()
}

fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Writes a result on standard output. A reader that went away has had enough: no error.
pub(super) fn print(text: &str) -> Exit {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            say(&format!("error: cannot write to standard output: {}\n", reason(&error)));
            Exit::Io
        }
        _ => Exit::Success,
    }
}

/// Hands something on to standard output as it comes. Fails where it cannot be read.
pub(super) fn copy(from: &mut dyn io::Read) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    io::copy(from, &mut stdout)?;
    stdout.flush()
}

/// Writes on standard error. There is nowhere to tell that this failed.
pub(super) fn say(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Ends a command with a word on how it was called.
pub(super) fn usage(message: &str) -> Exit {
    say(&format!("error: {message}\n"));
    Exit::Usage
}

/// What is said of a file or folder of the command line that cannot be read.
pub(super) fn unreadable(path: &Path, reason: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::Unreadable, format!("cannot read `{}`: {reason}", path.display())))
}

/// What is said of a file that cannot be written.
pub(super) fn unwritable(path: &Path, error: &io::Error) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::Unwritable, format!("cannot write `{}`: {}", path.display(), reason(error))))
}

/// Replaces a file whole or not at all, and keeps its permissions.
pub(super) fn write_file(path: &Path, text: &[u8]) -> io::Result<()> {
    // A link is kept, and what it leads to is written.
    let path = &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?.to_string_lossy();
    let draft = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let meta = std::fs::metadata(path).ok();
    if meta.as_ref().is_some_and(|meta| !meta.is_file() && !meta.is_dir()) {
        // A device or a pipe is written to, not replaced.
        return std::fs::OpenOptions::new().write(true).open(path)?.write_all(text);
    }
    let permissions = meta.map(|meta| meta.permissions());
    let written = std::fs::write(&draft, text)
        .and_then(|()| permissions.map_or(Ok(()), |permissions| std::fs::set_permissions(&draft, permissions)))
        .and_then(|()| std::fs::rename(&draft, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    written
}
