//! `o11n compile`: one pipeline to the files of one target.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use ecow::EcoString;

use super::chosen::{Chosen, assignment, variable};
use super::defect::guarded;
use super::driver::{self, Outcome, Request};
use super::output::{Exit, MessageFormat, Stream, print, unwritable, usage, write_file};
use super::workspace::Root;
use crate::base::{SourceMap, World};
use crate::diag::Diagnostic;
use crate::plan;
use crate::target::{self, Artifact, Options};

/// Selects the target where no flag does.
const TARGET_VARIABLE: &str = "O11N_TARGET";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The source file, or `-` for standard input; without one, the pipeline is looked for in the workspace
    file: Option<PathBuf>,
    #[command(flatten)]
    what: What,
    /// A file, a folder, or `-` for standard output
    #[arg(short, long, value_name = "DIR|FILE|-")]
    output: Option<PathBuf>,
    /// The form of what is said on standard error
    #[arg(long, value_enum, default_value_t)]
    message_format: MessageFormat,
    #[command(flatten)]
    root: Root,
}

/// What to make of the file.
#[derive(Debug, Default, clap::Args)]
struct What {
    #[command(flatten)]
    chosen: Chosen,
    /// What to compile to: `o11n targets` lists them [env: O11N_TARGET] [default: taskbook]
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// What the engine shall keep
    #[arg(long, value_enum, default_value_t)]
    kind: Kind,
    /// Print what the engine must grant, instead of the pipeline
    #[arg(long)]
    rbac: bool,
    /// What else the target is told, such as `driver=job`; repeatable
    #[arg(long = "option", value_name = "NAME=VALUE", value_parser = assignment)]
    options: Vec<(EcoString, EcoString)>,
    /// Stubs for scripts: each ends with the code in FAKE_…_RETCODE, else 0
    #[arg(long, value_enum, value_name = "WHICH")]
    stub: Option<Stub>,
}

/// The value of `--stub`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Stub {
    /// No script is left
    Always,
    /// Scripts run in runs with O11N_REAL_RUN=1
    Guard,
}

/// The value of `--kind`.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Kind {
    /// One run
    #[default]
    Run,
    /// Something to start runs from
    Template,
    /// Something that starts runs by the pipeline's triggers
    Cron,
}

impl What {
    fn request(&self, world: &dyn World) -> Result<Request, Box<Diagnostic>> {
        let kind = match self.kind {
            Kind::Run => target::Kind::Run,
            Kind::Template => target::Kind::Template,
            Kind::Cron => target::Kind::Cron,
        };
        Ok(Request {
            pipeline: self.chosen.pipeline(world),
            target: self.target.clone().or_else(|| variable(world, TARGET_VARIABLE)),
            stub: self.stub.map(|stub| match stub {
                Stub::Always => plan::Stub::Always,
                Stub::Guard => plan::Stub::Guard,
            }),
            options: Options { kind, trigger: self.chosen.trigger.clone(), rbac: self.rbac, given: self.options.clone() },
            inputs: self.chosen.inputs()?,
        })
    }
}

/// The request that these words of a command line make, for tests that compile without a process.
pub fn request(words: &[&str], world: &dyn World) -> Result<Request, String> {
    #[derive(clap::Parser)]
    #[command(no_binary_name = true)]
    struct Line {
        #[command(flatten)]
        what: What,
    }
    let line = <Line as clap::Parser>::try_parse_from(words).map_err(|error| error.to_string())?;
    line.what.request(world).map_err(|diagnostic| diagnostic.message)
}

pub(super) fn run(args: &Args) -> Exit {
    let opened = args.what.chosen.open(args.file.as_deref(), &args.root).and_then(|(world, file)| {
        let request = args.what.request(&world)?;
        guarded(|| driver::compile(&world, &file, &request))
    });
    let outcome = opened.unwrap_or_else(|diagnostic| {
        let wanted = args.what.target.clone().or_else(|| std::env::var(TARGET_VARIABLE).ok());
        let artifacts = if wanted.is_none_or(|name| name == target::ALL[0].name()) {
            vec![driver::failure(std::slice::from_ref(&*diagnostic), &SourceMap::default())]
        } else {
            Vec::new()
        };
        Outcome { sources: SourceMap::default(), diagnostics: vec![*diagnostic], artifacts }
    });
    args.message_format.show(&outcome.diagnostics, &outcome.sources, Stream::Stderr);
    let written = args.write(&outcome);
    Exit::of(&outcome.diagnostics).max(written)
}

impl Args {
    /// Writes what there is to write. A folder is left alone by a compilation that failed.
    fn write(&self, outcome: &Outcome) -> Exit {
        let artifacts = &outcome.artifacts;
        let Some(path) = self.output.as_deref().filter(|path| *path != Path::new("-")) else {
            return match one_document(artifacts) {
                Ok(text) => print(&text),
                Err(exit) => exit,
            };
        };
        if path.extension().is_some_and(|extension| extension == "o11n") {
            return usage(&format!("`{}` is a source of o11n; what is compiled belongs elsewhere", path.display()));
        }
        let is_folder = path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/");
        if is_folder && outcome.has_errors() {
            return artifacts.first().map_or(Exit::Success, |artifact| print(&artifact.text));
        }
        let files: Vec<(PathBuf, Cow<str>)> = if is_folder {
            artifacts.iter().map(|artifact| (path.join(&artifact.path), Cow::Borrowed(artifact.text.as_str()))).collect()
        } else if artifacts.is_empty() {
            Vec::new()
        } else {
            match one_document(artifacts) {
                Ok(text) => vec![(path.to_owned(), text)],
                Err(exit) => return exit,
            }
        };
        let made = if is_folder { std::fs::create_dir_all(path).map_err(|error| unwritable(path, &error)) } else { Ok(()) };
        let written = made.and_then(|()| {
            files.iter().try_for_each(|(path, text)| write_file(path, text.as_bytes()).map_err(|error| unwritable(path, &error)))
        });
        match written {
            Ok(()) => Exit::Success,
            Err(diagnostic) => {
                self.message_format.show(&[*diagnostic], &SourceMap::default(), Stream::Stderr);
                Exit::Io
            }
        }
    }
}

/// All artifacts as one text: YAML documents one after the other, each with its own `---`.
fn one_document(artifacts: &[Artifact]) -> Result<Cow<'_, str>, Exit> {
    match artifacts {
        [only] => Ok(Cow::Borrowed(&only.text)),
        several if several.iter().all(|artifact| artifact.text.starts_with("---\n")) => {
            Ok(several.iter().map(|artifact| artifact.text.as_str()).collect())
        }
        several => {
            let names: Vec<&str> = several.iter().map(|artifact| artifact.path.as_str()).collect();
            Err(usage(&format!("this makes several files ({}): give a folder with `-o`", names.join(", "))))
        }
    }
}
