//! Pipelines as source, fakes as short texts, and traces as one line for each substage.

use std::collections::HashMap;

use o11n::base::{Duration, MemoryWorld, RootPath};
use o11n::cli::driver;
use o11n::machine::{Attempt, Behaviour, End, Machine, Trace};
use o11n::plan::{self, Inputs, Plan, SubstageRef};
use o11n::sema::hir::PipelineId;

/// The plan of the first pipeline of a source.
pub(crate) fn plan(source: &str) -> Plan {
    let mut world = MemoryWorld::default();
    world.files.insert("main.o11n".into(), source.as_bytes().to_vec());
    let mut analysis = driver::analyze(&world, &RootPath::resolve(None, "main.o11n").unwrap());
    let errors: Vec<_> = analysis.diagnostics.iter().filter(|found| found.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{source}");
    let built = plan::build(&analysis.program, PipelineId(0), &Inputs::default(), &world, &mut analysis.sources);
    built.plan.unwrap_or_else(|| panic!("{:#?}\n{source}", built.diagnostics))
}

/// How substages end. One line, or `;`, each: `stage/substage[#replica] = end[:duration], …`, attempt by attempt; the last
/// repeats. An end is an exit code, `timed_out`, `lost` or `cached`. What is not named ends with 0 after a minute.
pub(crate) struct Fakes {
    by_path: HashMap<String, Vec<Option<Attempt>>>,
    paths: Vec<Vec<String>>,
}

impl Fakes {
    pub(crate) fn new(plan: &Plan, text: &str) -> Self {
        let paths: Vec<Vec<String>> = plan
            .stages
            .iter()
            .map(|stage| stage.substages.iter().map(|substage| format!("{}/{}", stage.name, substage.name)).collect())
            .collect();
        let mut by_path = HashMap::new();
        for line in text.split([';', '\n']).filter(|line| !line.trim().is_empty()) {
            let (path, ends) = line.split_once('=').expect("a fake is `path = ends`");
            let path = path.trim();
            let plain = path.split('#').next().unwrap();
            assert!(paths.iter().flatten().any(|known| known == plain), "no substage `{plain}`");
            by_path.insert(path.to_owned(), ends.split(',').map(|end| attempt(end.trim())).collect());
        }
        Self { by_path, paths }
    }

    fn path(&self, at: SubstageRef) -> &str {
        &self.paths[at.stage as usize][at.substage as usize]
    }
}

/// None is `cached`.
fn attempt(text: &str) -> Option<Attempt> {
    let (end, takes) = text.split_once(':').unwrap_or((text, "1m"));
    let takes = if takes == "ever" { Duration(i64::MAX) } else { Duration::parse(takes).expect("a duration") };
    let end = match end {
        "cached" => return None,
        "timed_out" => End::TimedOut,
        "lost" => End::Lost,
        code => End::Exit(code.parse().expect("a code or a word")),
    };
    Some(Attempt { end, takes })
}

impl Behaviour for Fakes {
    fn is_cached(&self, at: SubstageRef) -> bool {
        self.by_path.get(self.path(at)).is_some_and(|ends| ends[0].is_none())
    }

    fn attempt(&self, at: SubstageRef, replica: u32, attempt: u32) -> Attempt {
        let path = self.path(at);
        let ends = self.by_path.get(&format!("{path}#{replica}")).or_else(|| self.by_path.get(path));
        let default = Attempt { end: End::Exit(0), takes: Duration(60_000) };
        ends.map_or(default, |ends| ends[(attempt as usize - 1).min(ends.len() - 1)].expect("a cached one does not run"))
    }
}

/// Runs it, on a machine that has run before too, which must be the same.
pub(crate) fn run(plan: &Plan, fakes: &str) -> Trace {
    let fakes = Fakes::new(plan, fakes);
    let trace = o11n::machine::run(plan, &fakes);
    let mut machine = Machine::new(plan);
    for before in [Ends(End::Exit(0)), Ends(End::Exit(1)), Ends(End::Exit(80))] {
        machine.run(&before);
        assert_eq!(*machine.run(&fakes), trace, "a machine that has run before");
    }
    trace
}

/// Everything ends so after half a minute.
struct Ends(End);

impl Behaviour for Ends {
    fn is_cached(&self, _: SubstageRef) -> bool {
        false
    }

    fn attempt(&self, _: SubstageRef, _: u32, _: u32) -> Attempt {
        Attempt { end: self.0, takes: Duration(30_000) }
    }
}

/// The verdict, then a line for each stage and each substage: outcome, reason, and each attempt as `start..end outcome(code)`.
pub(crate) fn show(plan: &Plan, trace: &Trace) -> String {
    let mut lines = vec![format!("{} {}", trace.outcome.word(), trace.duration)];
    for (stage, traced) in plan.stages.iter().zip(&trace.stages) {
        let time = traced.time.map_or(String::new(), |(start, end)| format!(" {start}..{end}"));
        lines.push(format!("{} {}{time}", stage.name, traced.outcome.word()));
        for (substage, traced) in stage.substages.iter().zip(&traced.substages) {
            let ignored = if traced.ignored { " ignored" } else { "" };
            let reason = traced.reason.map(|reason| format!(": {}", reason.text(plan, trace, stage, substage)));
            let reason = reason.unwrap_or_default();
            let mut line = format!("  {} {}{ignored}{reason}", substage.name, traced.outcome.word());
            for replica in &traced.replicas {
                line.push_str(" |");
                if substage.dispatch.is_some() {
                    line.push_str(&format!(" {}:", replica.outcome.word()));
                } else {
                    assert_eq!(replica.outcome, traced.outcome, "the one replica ends as the substage: {line}");
                }
                for attempt in &replica.attempts {
                    let code = attempt.code.map_or(String::new(), |code| format!("({code})"));
                    line.push_str(&format!(" {}..{} {}{code}", attempt.start, attempt.end, attempt.outcome.word()));
                }
            }
            lines.push(line);
        }
    }
    lines.join("\n") + "\n"
}
