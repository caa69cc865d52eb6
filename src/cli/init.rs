//! `o11n init`: a first pipeline.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use super::output::{Exit, MessageFormat, Stream, print, unwritable};
use crate::base::SourceMap;
use crate::diag::{Code, Diagnostic};

/// The file that is written.
const NAME: &str = "ci.o11n";
/// A pipeline that compiles for every target.
const PIPELINE: &str = include_str!("init.o11n");

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder to write `ci.o11n` into; made where it is missing
    #[arg(default_value = ".")]
    folder: PathBuf,
}

pub(super) fn run(args: &Args) -> Exit {
    let path = args.folder.join(NAME);
    let written = std::fs::create_dir_all(&args.folder)
        .and_then(|()| OpenOptions::new().write(true).create_new(true).open(&path))
        .and_then(|mut file| file.write_all(PIPELINE.as_bytes()));
    let problem = match written {
        Ok(()) => {
            let shown = path.strip_prefix(".").unwrap_or(&path).display();
            return print(&format!("wrote {shown}\nnext: o11n compile {shown}\n"));
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Diagnostic::new(Code::Unwritable, format!("`{}` is there already", path.display()))
                .help("nothing was changed; give another folder, or move the file away")
        }
        Err(error) => *unwritable(&path, &error),
    };
    MessageFormat::Human.show(&[problem], &SourceMap::default(), Stream::Stderr);
    Exit::Io
}
