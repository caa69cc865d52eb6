//! `o11n simulate`: how long runs of a pipeline wait on a cluster, under one policy or another.

use std::path::PathBuf;

use super::chosen::{Chosen, text_of};
use super::driver::Planned;
use super::output::{Exit, MessageFormat};
use super::targets::Format;
use super::workspace::Root;
use crate::diag::{Code, Diagnostic, nearest};
use crate::plan::Cluster;
use crate::simulate::{Document, Policy, compare, read_load};
use crate::view;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The source file, or `-` for standard input; without one, the pipeline is looked for in the workspace
    file: Option<PathBuf>,
    #[command(flatten)]
    chosen: Chosen,
    /// What arrives when, in TOML
    #[arg(long, value_name = "FILE")]
    load: PathBuf,
    /// The cluster, where the pipeline sees several
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    /// Policies to compare, such as `jenkins,fifo,jenkins+priority+nodelay`, or names of the load's own
    #[arg(long = "policy", value_name = "POLICY", value_delimiter = ',', default_value = "jenkins,fifo")]
    policies: Vec<String>,
    /// Another seed than the load's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The form of what is said on standard error
    #[arg(long, value_enum, default_value_t)]
    message_format: MessageFormat,
    #[command(flatten)]
    root: Root,
}

pub(super) fn run(args: &Args) -> Exit {
    args.chosen.answer(args.file.as_deref(), &args.root, args.message_format, |planned| args.answer(planned))
}

impl Args {
    /// What is printed; none if there are errors.
    fn answer(&self, planned: &mut Planned) -> Option<String> {
        let document = self.document(planned)?;
        Some(match self.format {
            Format::Json => serde_json::to_string_pretty(&document).expect("numbers and strings have a JSON form") + "\n",
            Format::Human => view::simulation(&document),
        })
    }

    fn document(&self, planned: &mut Planned) -> Option<Document> {
        let plan = planned.plan.as_ref()?;
        let mut problems = Vec::new();
        let cluster = self.cluster(&planned.clusters).map_err(|problem| problems.push(*problem)).ok();
        let file = format!("in `{}`", self.load.display());
        let text = text_of(&self.load).map_err(|problem| problems.push(*problem)).ok();
        let mut told = |found: Vec<Diagnostic>| problems.extend(found.into_iter().map(|one| one.note(&*file)));
        let load = text.and_then(|text| read_load(&text, plan).map_err(&mut told).ok());
        let mut document = None;
        if let (Some(cluster), Some(mut load)) = (cluster, load) {
            load.seed = self.seed.unwrap_or(load.seed);
            let policies: Result<Vec<Policy>, String> = self.policies.iter().map(|name| load.policy(name)).collect();
            let found = policies.map_err(|why| Diagnostic::new(Code::OutOfRange, why)).and_then(|policies| {
                compare(plan, cluster, &load, &policies).map_err(|why| Diagnostic::new(Code::DataShape, why))
            });
            document = found.map_err(|problem| problems.push(problem)).ok();
        }
        planned.diagnostics.extend(problems);
        document
    }

    fn cluster<'c>(&self, clusters: &'c [Cluster]) -> Result<&'c Cluster, Box<Diagnostic>> {
        let names = || clusters.iter().map(|cluster| cluster.name.as_str());
        let all = names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let (message, help) = match (&self.cluster, clusters) {
            (None, [only]) => return Ok(only),
            (_, []) => {
                let help = "write a `cluster name { agent … cloud … }` in the file, or import one".to_owned();
                ("the pipeline sees no cluster".to_owned(), help)
            }
            (None, _) => (format!("the pipeline sees several clusters: {all}"), "choose one: `--cluster NAME`".to_owned()),
            (Some(name), _) => match clusters.iter().find(|cluster| cluster.name == *name) {
                Some(found) => return Ok(found),
                None => {
                    let near = nearest(name, names());
                    let help = near.map_or(format!("it sees {all}"), |near| format!("did you mean `{near}`?"));
                    (format!("the pipeline sees no cluster `{name}`"), help)
                }
            },
        };
        Err(Box::new(Diagnostic::new(Code::UnknownName, message).help(help)))
    }
}
