//! `o11n compile`: one pipeline to the files of one target.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use ecow::EcoString;

use super::defect::guarded;
use super::disk::{DiskWorld, reason};
use super::driver::{self, Outcome, Request};
use super::output::{Exit, MessageFormat, Stream, print, unreadable, unwritable, usage, write_file};
use super::workspace::{Root, sources};
use crate::base::{RootPath, SourceMap, World};
use crate::diag::{Code, Diagnostic, nearest};
use crate::plan::{Inputs, ParamsFile};
use crate::target::{self, Artifact, Options};

/// Selects the pipeline where no flag does.
pub(super) const PIPELINE_VARIABLE: &str = "O11N_PIPELINE";
/// Selects the target where no flag does.
const TARGET_VARIABLE: &str = "O11N_TARGET";
/// Bytes that a file of parameters may have.
const PARAMS_LIMIT: u64 = 64 << 20;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The source file; without one, the pipeline is looked for in the workspace
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
    /// The pipeline, where there are several [env: O11N_PIPELINE]
    #[arg(long, value_name = "NAME")]
    pipeline: Option<String>,
    /// What to compile to: `o11n targets` lists them [env: O11N_TARGET] [default: taskbook]
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// What the engine shall keep
    #[arg(long, value_enum, default_value_t)]
    kind: Kind,
    /// Only this trigger of the pipeline, with the parameters that it sets
    #[arg(long, value_name = "NAME")]
    trigger: Option<EcoString>,
    /// Print what the engine must grant, instead of the pipeline
    #[arg(long)]
    rbac: bool,
    /// The value of a parameter; repeatable
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    param: Vec<(EcoString, EcoString)>,
    /// Values of parameters, in YAML or JSON
    #[arg(long, value_name = "FILE")]
    params: Option<PathBuf>,
    /// Evaluation steps that are allowed [default: 1000000]
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
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

fn parameter(text: &str) -> Result<(EcoString, EcoString), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.trim().into(), value.into()))
}

impl What {
    fn request(&self, world: &dyn World) -> Result<Request, Box<Diagnostic>> {
        let variable = |name| world.env(name).filter(|value| !value.is_empty()).map(String::from);
        let kind = match self.kind {
            Kind::Run => target::Kind::Run,
            Kind::Template => target::Kind::Template,
            Kind::Cron => target::Kind::Cron,
        };
        let file = self.params.as_deref().map(params_file).transpose()?;
        Ok(Request {
            pipeline: self.pipeline.clone().or_else(|| variable(PIPELINE_VARIABLE)),
            target: self.target.clone().or_else(|| variable(TARGET_VARIABLE)),
            options: Options { kind, trigger: self.trigger.clone(), rbac: self.rbac },
            inputs: Inputs { flags: self.param.clone(), file, limit: self.limit, ..Inputs::default() },
        })
    }
}

fn params_file(path: &Path) -> Result<ParamsFile, Box<Diagnostic>> {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(PARAMS_LIMIT + 1).read_to_end(&mut bytes));
    read.map_err(|error| unreadable(path, &reason(&error)))?;
    if bytes.len() as u64 > PARAMS_LIMIT {
        return Err(unreadable(path, &format!("it has more than {PARAMS_LIMIT} bytes")));
    }
    let text = String::from_utf8(bytes).map_err(|_| unreadable(path, "it is not UTF-8 text"))?;
    Ok(ParamsFile { path: path.to_string_lossy().into(), text })
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
    let opened = args.open().and_then(|(world, file)| {
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
    /// The workspace and the file, found by the pipeline's name where none is given.
    fn open(&self) -> Result<(DiskWorld, RootPath), Box<Diagnostic>> {
        if let Some(file) = &self.file {
            return self.root.open_file(file);
        }
        let world = self.root.open(Path::new("."))?;
        let files = sources(&world, None).map_err(|why| unreadable(world.root(), &why))?;
        let name = self.what.request(&world)?.pipeline;
        let mut found = driver::find_pipelines(&world, &files, name.as_deref());
        let (message, help) = match (found.len(), name) {
            (1, _) => return Ok((world, found.remove(0).0)),
            (0, Some(name)) => {
                let all = driver::find_pipelines(&world, &files, None);
                let near = nearest(&name, all.iter().map(|(_, name)| name.as_str()));
                let help = near.map_or("`o11n list` shows all".to_owned(), |near| format!("did you mean `{near}`?"));
                (format!("no pipeline `{name}` in this workspace"), help)
            }
            (0, None) => ("there is no pipeline in this workspace".to_owned(), "`o11n init` writes a first one".to_owned()),
            (count, Some(name)) => {
                let files: Vec<String> = found.iter().map(|(file, _)| format!("`{file}`")).collect();
                (format!("{count} files declare a pipeline `{name}`"), format!("name the file: {}", files.join(", ")))
            }
            (count, None) => {
                let help = format!("name a file, or set `{PIPELINE_VARIABLE}`; `o11n list` shows all");
                (format!("this workspace has {count} pipelines"), help)
            }
        };
        Err(Box::new(Diagnostic::new(Code::NoSuchPipeline, message).help(help)))
    }

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
        let files: Vec<(PathBuf, String)> = if is_folder {
            artifacts.iter().map(|artifact| (path.join(&artifact.path), artifact.text.clone())).collect()
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
fn one_document(artifacts: &[Artifact]) -> Result<String, Exit> {
    match artifacts {
        [only] => Ok(only.text.clone()),
        several if several.iter().all(|artifact| artifact.text.starts_with("---\n")) => {
            Ok(several.iter().map(|artifact| artifact.text.as_str()).collect())
        }
        several => {
            let names: Vec<&str> = several.iter().map(|artifact| artifact.path.as_str()).collect();
            Err(usage(&format!("this makes several files ({}): give a folder with `-o`", names.join(", "))))
        }
    }
}
