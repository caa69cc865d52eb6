//! Why one build waited, moment by moment.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::cluster::Cluster;
use super::kernel::{Attempt, Fate, Life, Record};
use super::load::Load;
use super::reel::Reel;
use crate::base::Duration;
use crate::diag::nearest;
use crate::plan::Plan;

/// The schema's name and version, first in every serialised document.
pub(super) const SCHEMA: &str = "o11n/explanation/1";
/// Of others that start before an attempt, so many first and so many last ones are told by name.
const TOLD: usize = 10;
/// Most names that a message lists.
const LISTED: usize = 12;

/// Why one build waited, under each policy. Times are in seconds from the start, which is midnight.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Explanation {
    /// Always `o11n/explanation/1`.
    pub schema: &'static str,
    pub pipeline: String,
    pub cluster: String,
    /// The load's.
    pub seed: u64,
    /// The build as it was asked for.
    pub build: String,
    pub policies: Vec<Explained>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Explained {
    pub policy: String,
    /// In the order in which they asked; none where it never came to one.
    pub attempts: Vec<ExplainedAttempt>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ExplainedAttempt {
    pub hardware_mode: String,
    /// From the moment at which it was asked for to its start, or until it waited no longer.
    pub wait: f64,
    pub moments: Vec<Moment>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Moment {
    pub at: f64,
    #[serde(flatten)]
    pub event: Event,
}

/// What happens to a build that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// It is asked for.
    Asked,
    /// It has waited out its quiet period, and a look at the queue has noticed it.
    Noticed,
    /// It takes more executors at once than there can be.
    TooWide {
        needs: u32,
    },
    /// It does not start at once.
    Queued {
        /// Executors that it takes, all at once.
        needs: u32,
        /// Others that wait for machines that it could have.
        waiting: usize,
        /// Executors of those that are free.
        free: i64,
        /// Machines of those that are on their way.
        starting: usize,
        /// Whether the free ones are of no use at this look: it starts at most one build on each machine.
        had_their_start: bool,
    },
    /// Another starts where it could have.
    Passed {
        build: String,
        machine: String,
        /// Whether that one waited already as this one began to.
        came_before: bool,
    },
    /// Others that are not told one by one.
    More {
        builds: usize,
    },
    /// Machines that it could have are asked for.
    Requested {
        machines: usize,
    },
    /// Others of them that are not told one by one, from then on.
    MoreRequested {
        machines: usize,
    },
    /// The machine that it then gets is ready.
    Came {
        machine: String,
    },
    /// What had its place on that machine ends.
    Freed {
        machine: String,
        build: String,
        /// Whether it lost its place there, to begin anew.
        was_stopped: bool,
    },
    Started {
        machine: String,
        /// Other machines, where it has several executors.
        others: usize,
    },
    Ended,
    /// It loses its executors to another, and with them all that it had done; it waits again.
    Lost,
    /// It still runs when nothing is played any more.
    Unended,
    /// It waits no longer and never starts: its run is over, or nothing can go on.
    GaveUp,
}

/// One week on film.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) plan: &'a Plan,
    pub(super) cluster: &'a Cluster,
    pub(super) load: &'a Load,
    pub(super) reel: &'a Reel,
}

impl Scene<'_> {
    fn name(self, record: &Record) -> String {
        self.reel.name(self.plan, self.load, record.what)
    }

    fn machine(self, node: u32) -> String {
        let film = self.reel.tally.film.as_ref();
        film.and_then(|film| film.machines.get(node as usize)).map_or_else(String::new, |(name, _)| name.clone())
    }

    /// All attempts of a build.
    pub(super) fn explained(self, build: &str) -> Explained {
        let mut found: Vec<Attempt<'_>> =
            self.reel.tally.attempts().filter(|attempt| self.name(attempt.record) == build).collect();
        found.sort_by_key(|attempt| attempt.asked);
        Explained {
            policy: self.reel.policy.name.clone(),
            attempts: found.into_iter().map(|attempt| self.attempt(attempt)).collect(),
        }
    }

    fn attempt(self, own: Attempt<'_>) -> ExplainedAttempt {
        let Attempt { record, fate, asked, since } = own;
        let has_started = record.node != u32::MAX;
        let until = if has_started { record.started } else { record.ended };
        let mut moments = vec![(asked, Event::Asked)];
        if since > asked && (has_started || since < until) {
            moments.push((since, Event::Noticed));
        }
        if self.reel.tally.film.as_ref().is_some_and(|film| film.too_wide.contains(&record.what)) {
            moments.push((asked, Event::TooWide { needs: record.width }));
        }
        if since < until {
            moments.push((since, self.queued(own)));
            moments.extend(self.requested(own, until));
            moments.extend(self.passed(own, until));
        }
        if has_started {
            moments.extend(self.got(own));
        }
        let end = match fate {
            _ if !has_started => Event::GaveUp,
            Fate::Ended => Event::Ended,
            Fate::Stopped => Event::Lost,
            Fate::Left => Event::Unended,
        };
        moments.push((record.ended, end));
        // What happens at one instant stays in the order in which it was found.
        moments.sort_by_key(|(at, _)| *at);
        let class = self.cluster.classes.get(record.class as usize);
        ExplainedAttempt {
            hardware_mode: class.map_or_else(String::new, |class| class.name.clone()),
            wait: Duration(until - asked).as_seconds(),
            moments: moments.into_iter().map(|(at, event)| Moment { at: Duration(at).as_seconds(), event }).collect(),
        }
    }

    /// How it came by its machines: which was ready last, what ended there last, and its start.
    fn got(self, own: Attempt<'_>) -> impl Iterator<Item = (i64, Event)> {
        let (tally, since, started) = (&self.reel.tally, own.since, own.record.started);
        let nodes: BTreeSet<u32> = tally.parts(own.record).map(|(node, _)| node).collect();
        let is_its =
            |life: &Life| nodes.contains(&life.node) && since < life.came && life.came <= started && started <= life.ended;
        let came = self.lives().filter(is_its).max_by_key(|life| life.came);
        let came = came.map(|life| (life.came, Event::Came { machine: self.machine(life.node) }));
        let before = tally.attempts().filter(|Attempt { record, .. }| {
            let is_meanwhile = since < record.ended && record.ended <= started && record.started < record.ended;
            is_meanwhile && record.what != own.record.what
        });
        let there =
            before.filter_map(|before| Some((tally.parts(before.record).find(|(node, _)| nodes.contains(node))?, before)));
        let freed = there.max_by_key(|(_, before)| before.record.ended).map(|((node, _), Attempt { record, fate, .. })| {
            let (machine, build) = (self.machine(node), self.name(record));
            (record.ended, Event::Freed { machine, build, was_stopped: fate == Fate::Stopped })
        });
        let start = Event::Started { machine: self.machine(own.record.node), others: nodes.len() - 1 };
        came.into_iter().chain(freed).chain([(started, start)])
    }

    /// Whether it can run on a machine of this kind.
    fn runs_on(self, own: &Record, kind: usize) -> bool {
        self.cluster.classes.get(own.class as usize).is_some_and(|class| class.kinds.contains(&kind))
    }

    fn lives(self) -> impl Iterator<Item = Life> {
        self.reel.tally.film.iter().flat_map(|film| &film.lives).copied()
    }

    /// What it finds as it begins to wait.
    fn queued(self, own: Attempt<'_>) -> Event {
        let (now, own) = (own.since, own.record);
        let tally = &self.reel.tally;
        let competes = |other: &Record| {
            self.cluster
                .classes
                .get(other.class as usize)
                .is_some_and(|class| class.kinds.iter().any(|kind| self.runs_on(own, *kind)))
        };
        let waits = |other: &Attempt<'_>| other.since <= now && other.record.started > now && other.record.what != own.what;
        let is_there = |kind: usize| self.runs_on(own, kind);
        let standing = self.cluster.kinds.iter().enumerate().filter(|(kind, known)| is_there(*kind) && !known.is_startable());
        let standing: i64 = standing.map(|(_, kind)| i64::from(kind.count) * i64::from(kind.executors)).sum();
        let lives = || {
            let with_kind = self.lives().filter_map(|life| Some((life, tally.kind_of(life.node)?)));
            with_kind.filter(|(life, kind)| is_there(*kind) && self.cluster.kinds[*kind].is_startable() && life.ended > now)
        };
        let came = lives().filter(|(life, _)| life.came <= now);
        let started: i64 = came.map(|(_, kind)| i64::from(self.cluster.kinds[kind].executors)).sum();
        let runs = tally.attempts().filter(|Attempt { record, .. }| record.started <= now && now < record.ended);
        let parts = runs.flat_map(|attempt| tally.parts(attempt.record));
        let busy =
            parts.filter(|(node, _)| tally.kind_of(*node).is_some_and(is_there)).map(|(_, executors)| i64::from(executors));
        let free = (standing + started - busy.sum::<i64>()).max(0);
        Event::Queued {
            needs: own.width,
            waiting: tally.attempts().filter(waits).filter(|other| competes(other.record)).count(),
            free,
            had_their_start: free >= i64::from(own.width) && self.reel.policy.manners.one_start,
            starting: lives().filter(|(life, _)| life.requested <= now && now < life.came).count(),
        }
    }

    /// When machines were asked for meanwhile that it could have.
    fn requested(self, own: Attempt<'_>, until: i64) -> impl Iterator<Item = (i64, Event)> {
        let mut requests: BTreeMap<i64, usize> = BTreeMap::new();
        let meanwhile = self.lives().filter(|life| (own.since..until).contains(&life.requested));
        let of_use = |node| self.reel.tally.kind_of(node).is_some_and(|kind| self.runs_on(own.record, kind));
        for life in meanwhile.filter(|life| of_use(life.node)) {
            *requests.entry(life.requested).or_default() += 1;
        }
        let rest = requests.iter().nth(TOLD).map(|(at, _)| *at).map_or(BTreeMap::new(), |at| requests.split_off(&at));
        let more = rest.first_key_value().map(|(at, _)| (*at, Event::MoreRequested { machines: rest.values().sum() }));
        requests.into_iter().map(|(at, machines)| (at, Event::Requested { machines })).chain(more)
    }

    /// Others that started meanwhile where it could have.
    fn passed(self, own: Attempt<'_>, until: i64) -> Vec<(i64, Event)> {
        let tally = &self.reel.tally;
        let is_meanwhile = |other: &Attempt<'_>| {
            own.since < other.record.started && other.record.started < until && other.record.what != own.record.what
        };
        let of_use = |(node, _): &(u32, u32)| tally.kind_of(*node).is_some_and(|kind| self.runs_on(own.record, kind));
        let meanwhile = tally.attempts().filter(is_meanwhile);
        let there = meanwhile.filter_map(|other| Some((other, tally.parts(other.record).find(of_use)?.0)));
        let mut others: Vec<(Attempt<'_>, u32)> = there.collect();
        others.sort_by_key(|(other, _)| (other.record.started, other.since, other.record.what));
        let told = |(other, node): &(Attempt<'_>, u32)| {
            let (build, machine) = (self.name(other.record), self.machine(*node));
            (other.record.started, Event::Passed { build, machine, came_before: other.since <= own.since })
        };
        if others.len() <= 2 * TOLD {
            return others.iter().map(told).collect();
        }
        let (first, rest) = others.split_at(TOLD);
        let (middle, last) = rest.split_at(rest.len() - TOLD);
        let more = (middle[0].0.record.started, Event::More { builds: middle.len() });
        first.iter().map(told).chain([more]).chain(last.iter().map(told)).collect()
    }

    /// What is said where there is no such build.
    pub(super) fn unknown(self, build: &str) -> String {
        let run = build.split_once('/').map_or(build, |(run, _)| run);
        let names = || self.reel.tally.attempts().map(|attempt| self.name(attempt.record));
        let of_run: BTreeSet<String> = names().filter(|name| name.split('/').next() == Some(run)).collect();
        let wanted = build.escape_debug();
        if !of_run.is_empty() {
            let all = of_run.iter().map(String::as_str);
            let near = nearest(build, all.clone()).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            let more = if of_run.len() > LISTED { ", …" } else { "" };
            let listed: Vec<&str> = all.take(LISTED).collect();
            return format!("no build is called `{wanted}`{near} `{run}` has {}{more}", listed.join(", "));
        }
        match names().next() {
            None => "nothing was built in this week".to_owned(),
            Some(example) => {
                format!("no build is called `{wanted}`: write one such as `{example}`, of {}", self.sources())
            }
        }
    }

    /// What builds there are.
    fn sources(self) -> String {
        let names = self.load.sources.iter().map(|source| format!("`{}`", source.name));
        let runs = names.take(LISTED).collect::<Vec<_>>().join(", ");
        match (runs.as_str(), &self.load.trace) {
            ("", _) => "the jobs of the log".to_owned(),
            (runs, None) => format!("the runs of {runs}"),
            (runs, Some(_)) => format!("the runs of {runs} and the jobs of the log"),
        }
    }
}
