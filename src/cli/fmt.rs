//! `o11n fmt`: the one layout.

use std::path::{Path, PathBuf};

use super::disk::{DiskWorld, STDIN, read_stdin, reason};
use super::output::{Exit, MessageFormat, Stream, print, unreadable, unwritable, usage, write_file};
use super::workspace::{Root, is_stdin};
use crate::base::{FileId, RootPath, SourceMap, Span, World};
use crate::diag::{Code, Diagnostic};
use crate::syntax::{self, fmt};
use crate::view;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and folders; without any, the workspace; `-` reads standard input and writes standard output
    paths: Vec<PathBuf>,
    /// Write nothing; name the files that would change, and end with status 1 if there are any
    #[arg(long)]
    check: bool,
    /// Write nothing; show what would change, and end with status 1 if anything would
    #[arg(long)]
    diff: bool,
    #[command(flatten)]
    root: Root,
}

/// What became of the files.
#[derive(Default)]
struct Report {
    sources: SourceMap,
    diagnostics: Vec<Diagnostic>,
    /// For standard output.
    shown: String,
    /// Whether a file is not laid out that should not be written.
    is_unkempt: bool,
}

pub(super) fn run(args: &Args) -> Exit {
    let mut report = Report::default();
    if args.paths.iter().any(|path| is_stdin(path)) {
        if args.paths.len() > 1 {
            return usage("`-` stands alone");
        }
        args.stdin(&mut report);
    } else {
        for selection in args.root.select(&args.paths, &mut report.diagnostics) {
            for file in &selection.files {
                args.file(&selection.world, file, &mut report);
            }
        }
    }
    MessageFormat::Human.show(&report.diagnostics, &report.sources, Stream::Stderr);
    let unkempt = if report.is_unkempt { Exit::Diagnostics } else { Exit::Success };
    print(&report.shown).max(unkempt).max(Exit::of(&report.diagnostics))
}

impl Args {
    fn stdin(&self, report: &mut Report) {
        let bytes = match read_stdin() {
            Ok(bytes) => bytes,
            Err(error) => {
                report.diagnostics.push(*unreadable(Path::new("-"), &reason(&error)));
                return;
            }
        };
        let Some((text, formatted)) = report.format(STDIN, bytes) else { return };
        if self.check || self.diff {
            self.show(STDIN, &text, &formatted, report);
        } else {
            report.shown = formatted;
        }
    }

    fn file(&self, world: &DiskWorld, file: &RootPath, report: &mut Report) {
        let path = world.disk_path(file);
        let bytes = match world.read(file, syntax::FILE_LIMIT as u64 + 1) {
            Ok(bytes) => bytes,
            Err(error) => {
                let why = super::workspace::why(&error, world);
                report.diagnostics.push(*unreadable(Path::new(file.as_str()), &why));
                return;
            }
        };
        let Some((text, formatted)) = report.format(file.as_str(), bytes) else { return };
        if self.check || self.diff {
            self.show(file.as_str(), &text, &formatted, report);
        } else if text != formatted {
            let written = write_file(&path, formatted.as_bytes());
            report.diagnostics.extend(written.err().map(|error| *unwritable(&path, &error)));
        }
    }

    /// Tells that a file would change.
    fn show(&self, name: &str, text: &str, formatted: &str, report: &mut Report) {
        if text == formatted {
            return;
        }
        report.is_unkempt = true;
        if self.diff {
            report.shown += &view::unified(name, text, formatted);
        } else {
            report.shown += &format!("{name}\n");
        }
    }
}

impl Report {
    /// The text of a file and its layout; or, where it cannot be read, a word on why.
    fn format(&mut self, name: &str, bytes: Vec<u8>) -> Option<(String, String)> {
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let id = self.sources.add(name, String::from_utf8_lossy(&error.into_bytes()).as_ref());
                let message = format!("`{name}` is not UTF-8 text");
                self.diagnostics.push(Diagnostic::at(Code::NotText, Span::new(id, at, at), message, "from here on"));
                return None;
            }
        };
        match fmt::format(&text) {
            Ok(formatted) => Some((text, formatted)),
            Err(found) => {
                let id = self.sources.add(name, text);
                self.diagnostics.extend(found.into_iter().map(|diagnostic| in_file(diagnostic, id)));
                None
            }
        }
    }
}

/// The formatter knows one file; here it has a number among others.
fn in_file(mut diagnostic: Diagnostic, file: FileId) -> Diagnostic {
    diagnostic.labels.iter_mut().for_each(|label| label.span.file = file);
    diagnostic.fix = None;
    diagnostic
}
