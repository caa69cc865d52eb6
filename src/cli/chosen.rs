//! Which pipeline, with which parameters: the flags of all commands that plan one.

use std::io::Read;
use std::path::{Path, PathBuf};

use ecow::EcoString;

use super::defect::guarded;
use super::disk::{DiskWorld, reason};
use super::driver::{self, Planned};
use super::output::{Exit, MessageFormat, Stream, print, unreadable};
use super::workspace::{Root, sources};
use crate::base::{RootPath, SourceMap, World};
use crate::diag::render::arranged;
use crate::diag::{Code, Diagnostic, nearest};
use crate::plan::{Inputs, ParamsFile};

/// Selects the pipeline where no flag does.
pub(super) const PIPELINE_VARIABLE: &str = "O11N_PIPELINE";
/// Bytes that a file beside the sources may have.
const TEXT_LIMIT: u64 = 64 << 20;

#[derive(Debug, Default, clap::Args)]
pub(super) struct Chosen {
    /// The pipeline, where there are several [env: O11N_PIPELINE]
    #[arg(long, value_name = "NAME")]
    pipeline: Option<String>,
    /// Only this trigger of the pipeline, with the parameters that it sets
    #[arg(long, value_name = "NAME")]
    pub(super) trigger: Option<EcoString>,
    /// The value of a parameter; repeatable
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = assignment)]
    param: Vec<(EcoString, EcoString)>,
    /// Values of parameters, in YAML or JSON
    #[arg(long, value_name = "FILE")]
    params: Option<PathBuf>,
    /// Evaluation steps that are allowed [default: 1000000]
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

/// Where a plan comes from.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) world: DiskWorld,
    file: RootPath,
    name: Option<String>,
    inputs: Inputs,
}

impl Origin {
    /// The same pipeline of a world in which some files are otherwise, or of its own.
    pub(super) fn plan(&self, world: &dyn World) -> Planned {
        driver::plan(world, &self.file, self.name.as_deref(), &self.inputs)
    }
}

/// A name and its value, as a flag takes them.
pub(super) fn assignment(text: &str) -> Result<(EcoString, EcoString), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.trim().into(), value.into()))
}

impl Chosen {
    /// The pipeline's name, by flag or environment.
    pub(super) fn pipeline(&self, world: &dyn World) -> Option<String> {
        self.pipeline.clone().or_else(|| variable(world, PIPELINE_VARIABLE))
    }

    /// What the plan is given, but for the trigger.
    pub(super) fn inputs(&self) -> Result<Inputs, Box<Diagnostic>> {
        let file = self.params.as_deref().map(params_file).transpose()?;
        Ok(Inputs { flags: self.param.clone(), file, limit: self.limit, ..Inputs::default() })
    }

    /// Plans the pipeline, shows what is said, and prints the answer; there is none where something is wrong.
    pub(super) fn answer(
        &self,
        file: Option<&Path>,
        root: &Root,
        messages: MessageFormat,
        answer: impl FnOnce(&mut Planned) -> Option<String>,
    ) -> Exit {
        self.answer_from(file, root, messages, |_, planned| answer(planned))
    }

    /// The same, for an answer that plans it again.
    pub(super) fn answer_from(
        &self,
        file: Option<&Path>,
        root: &Root,
        messages: MessageFormat,
        answer: impl FnOnce(&Origin, &mut Planned) -> Option<String>,
    ) -> Exit {
        let opened = self.open(file, root).and_then(|(world, file)| {
            let origin = Origin { name: self.pipeline(&world), inputs: self.of_trigger()?, world, file };
            guarded(|| {
                let mut planned = origin.plan(&origin.world);
                let text = answer(&origin, &mut planned);
                (planned, text)
            })
        });
        let (Planned { analysis, diagnostics, .. }, text) = match opened {
            Ok(done) => done,
            Err(diagnostic) => {
                messages.show(std::slice::from_ref(&*diagnostic), &SourceMap::default(), Stream::Stderr);
                return Exit::of(&[*diagnostic]);
            }
        };
        let diagnostics: Vec<Diagnostic> = arranged(&diagnostics, &analysis.sources).into_iter().cloned().collect();
        messages.show(&diagnostics, &analysis.sources, Stream::Stderr);
        text.map_or(Exit::Success, |text| print(&text)).max(Exit::of_run(&diagnostics))
    }

    /// What the plan of the trigger, if there is one, is given.
    pub(super) fn of_trigger(&self) -> Result<Inputs, Box<Diagnostic>> {
        Ok(Inputs { trigger: self.trigger.clone(), ..self.inputs()? })
    }

    /// The workspace and the file, found by the pipeline's name where none is given.
    pub(super) fn open(&self, file: Option<&Path>, root: &Root) -> Result<(DiskWorld, RootPath), Box<Diagnostic>> {
        if let Some(file) = file {
            return root.open_file(file);
        }
        let world = root.open(Path::new("."))?;
        let files = sources(&world, None).map_err(|why| unreadable(world.root(), &why))?;
        let name = self.pipeline(&world);
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
}

/// A variable of the environment that is not empty.
pub(super) fn variable(world: &dyn World, name: &str) -> Option<String> {
    world.env(name).filter(|value| !value.is_empty()).map(String::from)
}

fn params_file(path: &Path) -> Result<ParamsFile, Box<Diagnostic>> {
    Ok(ParamsFile { path: path.to_string_lossy().into(), text: text_of(path)? })
}

/// The text of a file that stands beside the sources, and may be anywhere.
pub(super) fn text_of(path: &Path) -> Result<String, Box<Diagnostic>> {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(TEXT_LIMIT + 1).read_to_end(&mut bytes));
    read.map_err(|error| unreadable(path, &reason(&error)))?;
    if bytes.len() as u64 > TEXT_LIMIT {
        return Err(unreadable(path, &format!("it has more than {TEXT_LIMIT} bytes")));
    }
    String::from_utf8(bytes).map_err(|_| unreadable(path, "it is not UTF-8 text"))
}
