//! The generated parts of a target's page: a small pipeline with what becomes of it, and what is not kept, from the capabilities and
//! from what the target's engine is known to do otherwise.

use super::{NOTICE, cell};
use crate::engines::{self, Declared};
use crate::project;
use anyhow::{Context, Result};
use o11n::diag::Code;
use o11n::target::capability::{Capability, Level};
use o11n::target::{Options, Target};
use std::fmt::Write;
use std::fs;

/// The pipeline of all pages.
const EXAMPLE: &str = "docs/targets/nightly.o11n";

/// So many lines of its output are shown: a runtime below the pipeline says little here.
const SHOWN: usize = 100;

/// Where the pipeline begins, if a runtime stands above it.
const BEGINS: &[(&str, &str)] = &[("airflow", "with DAG(")];

const TAKES_ALL: &str = "a string takes all that is written to it";

/// The page of a target as it must be, with its path.
pub fn page(target: &dyn Target) -> Result<(String, String)> {
    let path = format!("docs/targets/{}.md", target.name());
    let page = fs::read_to_string(project::root().join(&path)).with_context(|| format!("cannot read {path}"))?;
    let parts = [("an example", example(target)?), ("what is not kept", differences(target))];
    let page = parts.into_iter().try_fold(page, |page, (name, text)| {
        let (start, end) = (format!("<!-- {name}. {NOTICE} -->\n"), format!("<!-- end of {name} -->\n"));
        let (before, rest) = page.split_once(&start).with_context(|| format!("{path} has no line {start:?}"))?;
        let (_, after) = rest.split_once(&end).with_context(|| format!("{path} has no line {end:?}"))?;
        anyhow::Ok(format!("{before}{start}{text}{end}{after}"))
    })?;
    Ok((path, page))
}

fn options(target: &dyn Target) -> String {
    target.presupposes().iter().map(|(name, value)| format!(" --option {name}={value}")).collect()
}

fn example(target: &dyn Target) -> Result<String> {
    let source = fs::read_to_string(project::root().join(EXAMPLE)).with_context(|| format!("cannot read {EXAMPLE}"))?;
    let given = target.presupposes().iter().map(|(name, value)| ((*name).into(), (*value).into()));
    let emitted = engines::emitted(target.name(), &source, &Options { given: given.collect(), ..Options::default() })?;
    let file = emitted.artifacts.first().with_context(|| format!("{} writes nothing for {EXAMPLE}", target.name()))?;
    let language = match file.path.rsplit_once('.') {
        Some((_, "Jenkinsfile")) => "groovy",
        Some((_, "py")) => "python",
        Some((_, extension)) => extension,
        None => "",
    };
    let (name, options) = (target.name(), options(target));
    let mut text =
        format!("```o11n\n{source}```\n\n`o11n compile nightly.o11n --target {name}{options}` writes\n\n```{language}\n");
    let lines: Vec<&str> = file.text.lines().collect();
    let is_first = |line: &&str| BEGINS.iter().any(|(known, begin)| *known == name && line.starts_with(begin));
    let above = lines.iter().position(is_first).unwrap_or(0);
    if above > 0 {
        writeln!(text, "… {above} lines").expect(TAKES_ALL);
    }
    for line in lines.iter().skip(above).take(SHOWN) {
        writeln!(text, "{line}").expect(TAKES_ALL);
    }
    if lines.len() > above + SHOWN {
        writeln!(text, "… {} lines", lines.len() - above - SHOWN).expect(TAKES_ALL);
    }
    text.push_str("```\n");
    Ok(text)
}

fn differences(target: &dyn Target) -> String {
    let mut text = String::new();
    let rows = target.capabilities();
    let limits = |level| rows.iter().flat_map(move |row| of_level(row, level)).collect::<Vec<_>>();
    let (nearly, refused) = (limits(Level::Approximated), limits(Level::Refused));
    if nearly.is_empty() && refused.is_empty() {
        text.push_str("Nothing: every rule, attribute and field has its place.\n");
    } else {
        let options = options(target);
        let with = if options.is_empty() { options } else { format!(" with `{}`", options.trim_start()) };
        writeln!(text, "All else is kept{with}; `o11n targets {}` says how.", target.name()).expect(TAKES_ALL);
    }
    table(&mut text, "kept only nearly, with a warning", Code::Approximated, "what differs", &nearly);
    table(&mut text, "refused", Code::Refused, "what to write instead", &refused);
    if let Some(declared) = engines::declared(target.name()) {
        runs(&mut text, declared);
    }
    text
}

/// The limits of a row, each with the feature's name.
fn of_level(row: &Capability, level: Level) -> Vec<(String, &str)> {
    let limits = row.limits.iter().filter(|limit| limit.level == level);
    limits.map(|limit| (row.feature.to_string(), &*limit.remark)).collect()
}

fn table(text: &mut String, level: &str, code: Code, meaning: &str, rows: &[(String, &str)]) {
    if rows.is_empty() {
        return;
    }
    let id = code.id();
    write!(text, "\n| {level} ([{id}](../errors/{id}.md)) | {meaning} |\n| --- | --- |\n").expect(TAKES_ALL);
    for (feature, remark) in rows {
        writeln!(text, "| {} | {} |", cell(feature), cell(remark)).expect(TAKES_ALL);
    }
}

/// Which cases of the conformance table the engine runs otherwise.
fn runs(text: &mut String, declared: &[Declared]) {
    if declared.is_empty() {
        text.push_str("\nEvery case of the [conformance table](../engines.md) that is compiled runs as the dry run says.\n");
        return;
    }
    text.push_str(
        "\nThese cases of the [conformance table](../engines.md) run otherwise than the dry run says, as the compiler warns:\n\n",
    );
    for one in declared {
        let often = if one.by_chance { "may differ" } else { "differs" };
        writeln!(text, "- *{}* {often} by {}: {}.", one.case, one.feature, one.differs.join(", ")).expect(TAKES_ALL);
    }
}
