//! Small pipelines, each with every combination of outcomes out of a few.

use std::time::Duration;

use o11n_sketch::{
    Attempt, Class, Dispatch, End, Need, OnError, Outcomes, Retry, RetryOn, Settings, Sketch, Stage, Substage, SubstageOutcomes,
    When,
};

const POLICIES: [OnError; 4] = [OnError::Ignore, OnError::Continue, OnError::Finish, OnError::Abort];
const ENDS: [End; 5] = [End::Exit(0), End::Exit(80), End::Exit(1), End::TimedOut, End::Lost];

/// For each attempt of each replica of each substage, what may become of it.
pub(crate) struct Choices {
    /// `stage/substage`, its replicas, the attempts of each.
    substages: Vec<(String, usize, usize)>,
    attempts: Vec<Attempt>,
}

impl Choices {
    fn new(sketch: &Sketch, seconds: &[u64], ends: &[End]) -> Self {
        let of =
            |end: &End| seconds.iter().map(|takes| Attempt { end: *end, takes: Duration::from_secs(*takes) }).collect::<Vec<_>>();
        let substages = sketch.planned().map(|planned| (planned.path(), planned.copies as usize, planned.attempts as usize));
        Self { substages: substages.collect(), attempts: ends.iter().flat_map(of).collect() }
    }

    /// How many combinations there are.
    pub(crate) fn count(&self) -> usize {
        let attempts: usize = self.substages.iter().map(|(_, replicas, attempts)| replicas * attempts).sum();
        self.attempts.len().pow(attempts as u32)
    }

    /// One of them.
    pub(crate) fn outcomes(&self, index: usize) -> Outcomes {
        let mut rest = index;
        let mut choose = || {
            let chosen = self.attempts[rest % self.attempts.len()];
            rest /= self.attempts.len();
            chosen
        };
        let substages = self.substages.iter().map(|(path, replicas, attempts)| {
            let replicas = (0..*replicas).map(|_| (0..*attempts).map(|_| choose()).collect()).collect();
            (path.clone(), SubstageOutcomes { cached: false, replicas })
        });
        Outcomes { substages: substages.collect() }
    }
}

pub(crate) fn pipelines() -> Vec<(Sketch, Choices)> {
    let within = one_stage().into_iter().map(|sketch| {
        let choices = Choices::new(&sketch, &[0, 1, 2], &ENDS);
        (sketch, choices)
    });
    let between = two_stages().into_iter().map(|sketch| {
        let choices = Choices::new(&sketch, &[1], &ENDS);
        (sketch, choices)
    });
    let dispatched = dispatches().into_iter().map(|sketch| {
        // Three copies of two attempts each make too many: there all ends are at one instant.
        let attempts: u32 = sketch.planned().map(|planned| planned.copies * planned.attempts).sum();
        let seconds: &[u64] = if attempts < 6 { &[0, 1] } else { &[0] };
        let choices = Choices::new(&sketch, seconds, &[End::Exit(0), End::Exit(80), End::Exit(1)]);
        (sketch, choices)
    });
    within.chain(between).chain(dispatched).collect()
}

/// Two substages side by side: all pairs of policies, with each thing that may come between them.
fn one_stage() -> Vec<Sketch> {
    let second = Some(Duration::from_secs(1));
    let two = Some(Duration::from_secs(2));
    let between: [fn(&mut Sketch, Option<Duration>); 10] = [
        |_, _| {},
        |sketch, _| sketch.stages[0].parallel = Some(1),
        |sketch, _| sketch.stages[0].substages.iter_mut().for_each(|substage| substage.locks = vec!["board".to_owned()]),
        |sketch, time| sketch.stages[0].deadline = time,
        |sketch, time| sketch.deadline = time,
        |sketch, time| sketch.stages[0].settings.timeout = time,
        |sketch, _| sketch.stages[0].substages[1].needs = vec![need("build", "a", false)],
        |sketch, _| sketch.stages[0].substages[0].needs = vec![need("build", "b", true)],
        |sketch, time| sketch.stages[0].substages[0].settings.retry = Some(retry(time)),
        |sketch, time| {
            sketch.stages[0].parallel = Some(1);
            sketch.stages[0].deadline = time;
        },
    ];
    let mut found = Vec::new();
    for a in POLICIES {
        for b in POLICIES {
            for between in between {
                for time in [second, two] {
                    let mut sketch = Sketch { stages: vec![stage("build", &[a, b])], ..coded() };
                    between(&mut sketch, time);
                    found.push(sketch);
                }
            }
        }
    }
    found
}

/// Two stages of two substages: all pairs of policies in the first, all conditions on the second.
fn two_stages() -> Vec<Sketch> {
    let build = || "build".to_owned();
    let conditions = [
        None,
        Some(When::Always),
        Some(When::Succeeded),
        Some(When::Failed),
        Some(When::StageSucceeded(build())),
        Some(When::StageFailed(build())),
        Some(When::Not(Box::new(When::StageFailed(build())))),
        Some(When::And(Box::new(When::Failed), Box::new(When::StageSucceeded(build())))),
    ];
    let mut found = Vec::new();
    for a in POLICIES {
        for b in POLICIES {
            for when in &conditions {
                let mut second = stage("test", &[OnError::Continue, OnError::Abort]);
                second.when.clone_from(when);
                second.substages[0].needs = vec![need("build", "a", false)];
                found.push(Sketch { stages: vec![stage("build", &[a, b]), second], ..coded() });
            }
        }
    }
    found
}

/// Every `need` of a few copies, tried again or not, beside nothing.
fn dispatches() -> Vec<Sketch> {
    let mut found = Vec::new();
    for (copies, retried) in [(2, false), (3, false), (4, false), (2, true), (3, true)] {
        for need in 1..=copies {
            let mut sketch = Sketch { stages: vec![stage("build", &[OnError::Finish])], ..coded() };
            let substage = &mut sketch.stages[0].substages[0];
            substage.dispatch = Some(Dispatch { copies, need });
            substage.settings.retry = retried.then(|| retry(None));
            found.push(sketch);
        }
    }
    found
}

/// Without a stage yet; 80 is unstable.
fn coded() -> Sketch {
    Sketch { settings: Settings { exit_codes: vec![(80, Class::Unstable)], ..Settings::default() }, ..Sketch::default() }
}

fn stage(name: &str, policies: &[OnError]) -> Stage {
    let substage = |(name, policy): (&str, &OnError)| Substage {
        name: name.to_owned(),
        present: true,
        shards: 1,
        settings: Settings { on_error: Some(*policy), ..Settings::default() },
        ..Substage::default()
    };
    let substages = ["a", "b"].into_iter().zip(policies).map(substage).collect();
    Stage { name: name.to_owned(), present: true, substages, ..Stage::default() }
}

fn need(stage: &str, substage: &str, loads: bool) -> Need {
    Need { stage: stage.to_owned(), substage: substage.to_owned(), loads }
}

/// Once more, after a while if there is one.
fn retry(delay: Option<Duration>) -> Retry {
    let on = vec![RetryOn::Failed, RetryOn::Lost, RetryOn::Exit(80)];
    Retry { limit: Some(1), on: Some(on), delay, ..Retry::default() }
}
