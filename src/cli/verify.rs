//! `o11n verify`: the properties of files or of the whole workspace, and what must hold of every pipeline.

use std::path::PathBuf;

use super::cases::{self, File, counted, is_wanted};
use super::defect::guarded;
use super::driver::{self, Answer, Outcome, Question};
use super::output::{Exit, MessageFormat, print, say, usage};
use super::parallel;
use super::workspace::Root;
use crate::diag::{Code, Diagnostic};

/// What the laws are called where properties have names.
const LAWS: &str = "laws";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and folders; without any, the workspace; `-` reads standard input
    paths: Vec<PathBuf>,
    /// Only properties whose `file::pipeline::property` holds this text, or matches it where it has a `*`; `::laws` are the laws
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Print the properties, and verify none
    #[arg(long)]
    list: bool,
    /// States that may be looked at for one property
    #[arg(long, value_name = "N", default_value_t = 500_000)]
    limit: u64,
    /// The form of what is said of properties that do not hold
    #[arg(long, value_enum, default_value_t)]
    message_format: MessageFormat,
    #[command(flatten)]
    root: Root,
}

/// A question with its answer.
struct Answered<'f> {
    file: &'f File<'f>,
    question: Question,
    answer: Answer,
}

pub(super) fn run(args: &Args) -> Exit {
    let mut unread = Vec::new();
    let selections = args.root.select(&args.paths, &mut unread);
    let files = cases::read(&selections);
    let mut questions: Vec<(&File<'_>, Question)> = Vec::new();
    for file in files.iter().filter(|file| !file.has_errors()) {
        questions.extend(driver::questions(&file.analysis.program).into_iter().map(|question| (file, question)));
    }
    if let Some(wanted) = &args.filter {
        questions.retain(|(file, question)| is_wanted(&id(file, *question), wanted));
        if questions.is_empty() {
            return usage(&format!("no property matches `--filter {wanted}`; `o11n verify --list` shows all"));
        }
    }
    if args.list {
        let list: String = questions.iter().map(|(file, question)| id(file, *question) + "\n").collect();
        return cases::tell(args.message_format, &files, std::iter::empty(), unread).max(print(&list));
    }
    let answered = parallel::map(&questions, |(file, question)| Answered {
        file,
        question: *question,
        answer: guarded(|| driver::answer(&file.selection.world, &file.analysis, *question, args.limit)).unwrap_or_else(
            |defect| Answer { outcome: Outcome { diagnostics: vec![*defect], ..Outcome::default() }, ..Answer::default() },
        ),
    });
    let outcomes = answered.iter().map(|answered| (answered.file.path, &answered.answer.outcome));
    let told = cases::tell(args.message_format, &files, outcomes, unread);
    if args.message_format == MessageFormat::Human {
        say(&summary(&files, &answered));
    }
    told
}

fn id(file: &File<'_>, question: Question) -> String {
    let (pipeline, property) = question.find(&file.analysis.program);
    file.id(&pipeline.name, property.map_or(LAWS, |property| &property.name))
}

/// A line for each pipeline.
fn summary(files: &[File<'_>], answered: &[Answered<'_>]) -> String {
    let mut text = String::new();
    for of_pipeline in answered.chunk_by(|a, b| a.file.path == b.file.path && a.question.pipeline == b.question.pipeline) {
        text += &pipeline_summary(of_pipeline);
    }
    let faulty = files.iter().filter(|file| file.has_errors()).count();
    if faulty > 0 {
        text += &format!("{} with mistakes, not verified\n", counted(faulty, "file"));
    }
    if text.is_empty() { "no pipelines\n".to_owned() } else { text }
}

fn pipeline_summary(answered: &[Answered<'_>]) -> String {
    let Some(Answered { file, question, .. }) = answered.first() else { return String::new() };
    let (pipeline, _) = question.find(&file.analysis.program);
    let (laws, properties): (Vec<&Answered<'_>>, Vec<_>) = answered.iter().partition(|one| one.question.property.is_none());
    let mut said = Vec::new();
    let (undecided, decided): (Vec<&Answered<'_>>, Vec<_>) = properties.iter().partition(|one| one.is_undecided());
    let broken = decided.iter().filter(|one| one.answer.outcome.has_errors()).count();
    let held = decided.len() - broken;
    for (count, one, many) in [
        (broken, "property does not hold", "properties do not hold"),
        (undecided.len(), "property is not decided", "properties are not decided"),
        (held, "property holds", "properties hold"),
    ] {
        if count > 0 {
            said.push(format!("{count} {}", if count == 1 { one } else { many }));
        }
    }
    for laws in laws {
        said.push(match laws.answer.outcome.has_errors() {
            true if laws.is_undecided() => "not all laws are decided".to_owned(),
            true => "not all laws hold".to_owned(),
            false => "the laws hold".to_owned(),
        });
    }
    let explored: u64 = answered.iter().map(|one| one.answer.explored).sum();
    // A property may fix some outcomes; the most is what the pipeline has.
    let combinations = answered.iter().filter_map(|one| one.answer.combinations).reduce(|most, other| most.max(other));
    let mut line = format!("{}: {}", pipeline.name, said.join(", "));
    if let Some(combinations) = combinations {
        let is_all = answered.iter().all(|one| one.answer.outcome.diagnostics.iter().all(|found| found.code != Code::Undecided));
        line += &match is_all {
            true => format!("; {explored} states stand for {combinations} combinations of outcomes"),
            false => format!("; {explored} states were looked at, for not all of {combinations} combinations of outcomes"),
        };
    }
    line += "\n";
    for untimed in answered.iter().filter_map(|one| one.answer.untimed.as_ref()) {
        line += &format!("  deadlines are not compared with the worst case: `{untimed}` has no timeout\n");
    }
    line
}

impl Answered<'_> {
    /// Whether all that is wrong is that the limit, or the method, did not suffice.
    fn is_undecided(&self) -> bool {
        let mut errors = self.answer.outcome.diagnostics.iter().filter(|found| found.is_error()).peekable();
        errors.peek().is_some() && errors.all(|found: &Diagnostic| found.code == Code::Undecided)
    }
}
