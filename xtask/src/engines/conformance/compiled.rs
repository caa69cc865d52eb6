//! Cases with what a target made of them.

use super::super::mutation::Mutation;
use super::super::tally::Tally;
use super::case::{Case, messages};
use super::judge::{Known, Seen, Verdict, judge};
use anyhow::{Context, Result, ensure};
use o11n::diag::{Code, Diagnostic};
use o11n::target::{self, Artifact, Emitted, Options};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A case and its compiled files.
#[derive(Clone)]
pub struct Compiled {
    pub case: Case,
    pub files: Vec<Artifact>,
    /// What the compiler says is kept only nearly here.
    pub approximated: Vec<String>,
}

impl Compiled {
    /// The same with something wrong in its files.
    fn broken(mut self, mutation: &Mutation) -> Result<Self> {
        let is_there = self.files.iter().any(|file| file.text.contains(mutation.from));
        ensure!(is_there, "{:?} does not stand in {:?}", mutation.from, self.case.name);
        for file in &mut self.files {
            file.text = file.text.replace(mutation.from, mutation.to);
        }
        self.case.name = format!("{}, with {}", self.case.name, mutation.name);
        Ok(self)
    }

    /// Writes source and compiled files into a folder.
    pub fn write(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("case.o11n"), &self.case.source)?;
        self.files.iter().try_for_each(|file| Ok(fs::write(folder.join(&file.path), &file.text)?))
    }
}

/// What a target writes for a plan, and what it says; of several targets, joined by `+`, all of it.
pub fn emit(targets: &str, plan: &o11n::plan::Plan, options: &Options) -> Result<Emitted> {
    let mut all = Emitted::default();
    for target in targets.split('+') {
        let known = target::by_name(target).ok().with_context(|| format!("there is no target {target}"))?;
        let emitted = target::emit(known, plan, options);
        all.artifacts.extend(emitted.artifacts);
        all.diagnostics.extend(emitted.diagnostics);
    }
    if all.diagnostics.iter().any(Diagnostic::is_error) {
        all.artifacts.clear();
    }
    Ok(all)
}

/// What one engine is given to run.
pub struct Cases {
    pub good: Vec<Compiled>,
    /// Their compiled files have something wrong.
    pub broken: Vec<Compiled>,
    /// How many cases the target refuses, by what it says.
    pub refused: BTreeMap<String, usize>,
}

impl Cases {
    /// Compiles all cases for a target, and some of them with something wrong afterwards, by their names. With texts: of the good
    /// ones only those whose name holds one of them.
    pub fn new(
        target: &str,
        options: &Options,
        cases: Vec<Case>,
        broken: &[(&str, Mutation)],
        wanted: &[String],
    ) -> Result<Self> {
        let mut refused = BTreeMap::new();
        let mut good = Vec::new();
        for case in cases {
            let Emitted { artifacts: files, diagnostics } = emit(target, &case.plan, options)?;
            if files.is_empty() {
                let errors: Vec<Diagnostic> = diagnostics.into_iter().filter(Diagnostic::is_error).collect();
                let is_refused = errors.iter().all(|error| error.code == Code::Refused) && !errors.is_empty();
                ensure!(is_refused, "nothing was emitted for {}: {}", case.name, messages(&errors));
                *refused.entry(errors[0].message.to_string()).or_default() += 1;
                continue;
            }
            let said = diagnostics.iter().filter(|said| said.code == Code::Approximated);
            let approximated = said.map(|said| said.message.to_string()).collect();
            good.push(Compiled { case, files, approximated });
        }
        let broken = broken.iter().map(|(name, mutation)| {
            let one = good.iter().find(|one| one.case.name == *name).with_context(|| format!("no case is called {name:?}"))?;
            one.clone().broken(mutation)
        });
        let broken = broken.collect::<Result<_>>()?;
        good.retain(|one| wanted.is_empty() || wanted.iter().any(|wanted| one.case.name.contains(wanted)));
        Ok(Self { good, broken, refused })
    }

    /// All that shall run, numbered.
    pub fn all(&self) -> impl Iterator<Item = (usize, &Compiled)> {
        self.good.iter().chain(&self.broken).enumerate()
    }

    /// Judges what was seen of each, by its number, and tells the sum. What failed is written into the folder.
    pub fn judge(
        &self,
        engine: &str,
        known: &Known,
        mut seen: impl FnMut(usize, &Compiled) -> Seen,
        folder: &Path,
        tally: &mut Tally,
    ) -> Result<()> {
        let (mut same, mut as_warned) = (0, 0);
        for (number, one) in self.all() {
            let judged = judge(one, seen(number, one), known);
            let name = format!("case-{number}, {}", one.case.name);
            if number >= self.good.len() {
                tally.refuses(&name, judged.map(drop));
                continue;
            }
            match &judged {
                Ok(Verdict::Same) => same += 1,
                Ok(Verdict::AsWarned) => as_warned += 1,
                Err(_) => one.write(&folder.join(format!("case-{number}")))?,
            }
            tally.accepts(&name, judged.map(drop));
        }
        let otherwise = self.good.len() - same - as_warned;
        println!(
            "{engine}: {} pipelines ran; {same} as the machine says, {as_warned} differ as the compiler warns, {otherwise} otherwise",
            self.good.len()
        );
        for (message, count) in &self.refused {
            println!("{engine}: {count} not compiled: {message}");
        }
        Ok(())
    }
}
