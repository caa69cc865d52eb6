//! Why one build waited, moment by moment.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::cluster::Cluster;
use super::kernel::{Life, Record};
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
    /// It does not start at once.
    Queued {
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
    /// The machine that it then gets is ready.
    Came {
        machine: String,
    },
    /// What had its place on that machine ends.
    Freed {
        machine: String,
        build: String,
    },
    Started {
        machine: String,
    },
    Ended,
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
        let mut found: Vec<&Record> = self.reel.tally.all().filter(|record| self.name(record) == build).collect();
        found.sort_by_key(|record| record.submitted);
        Explained {
            policy: self.reel.policy.name.clone(),
            attempts: found.into_iter().map(|record| self.attempt(record)).collect(),
        }
    }

    fn attempt(self, own: &Record) -> ExplainedAttempt {
        let has_started = own.node != u32::MAX;
        let until = if has_started { own.started } else { own.ended };
        let mut moments = vec![(own.submitted, Event::Asked)];
        if own.buildable > own.submitted && (has_started || own.buildable < until) {
            moments.push((own.buildable, Event::Noticed));
        }
        if own.buildable < until {
            moments.push((own.buildable, self.queued(own)));
            moments.extend(self.requested(own, until));
            moments.extend(self.passed(own, until));
        }
        if has_started {
            let machine = self.machine(own.node);
            let is_its = |life: &Life| life.node == own.node && own.buildable < life.came && life.came <= own.started;
            if let Some(life) = self.lives().find(|life| is_its(life) && own.started <= life.ended) {
                moments.push((life.came, Event::Came { machine: machine.clone() }));
            }
            let before = self.reel.tally.all().filter(|other| other.node == own.node && !std::ptr::eq(*other, own));
            let before =
                before.filter(|other| own.buildable < other.ended && other.ended <= own.started && other.started < other.ended);
            if let Some(before) = before.max_by_key(|other| other.ended) {
                moments.push((before.ended, Event::Freed { machine: machine.clone(), build: self.name(before) }));
            }
            moments.push((own.started, Event::Started { machine }));
        }
        moments.push((own.ended, if has_started { Event::Ended } else { Event::GaveUp }));
        // What happens at one instant stays in the order in which it was found.
        moments.sort_by_key(|(at, _)| *at);
        let class = self.cluster.classes.get(own.class as usize);
        ExplainedAttempt {
            hardware_mode: class.map_or_else(String::new, |class| class.name.clone()),
            wait: Duration(until - own.submitted).as_seconds(),
            moments: moments.into_iter().map(|(at, event)| Moment { at: Duration(at).as_seconds(), event }).collect(),
        }
    }

    /// Whether it can run on a machine of this kind.
    fn runs_on(self, own: &Record, kind: usize) -> bool {
        self.cluster.classes.get(own.class as usize).is_some_and(|class| class.kinds.contains(&kind))
    }

    fn lives(self) -> impl Iterator<Item = Life> {
        self.reel.tally.film.iter().flat_map(|film| &film.lives).copied()
    }

    /// What it finds as it begins to wait.
    fn queued(self, own: &Record) -> Event {
        let now = own.buildable;
        let tally = &self.reel.tally;
        let competes = |other: &Record| {
            self.cluster
                .classes
                .get(other.class as usize)
                .is_some_and(|class| class.kinds.iter().any(|kind| self.runs_on(own, *kind)))
        };
        let waits = |other: &&Record| other.buildable <= now && other.started > now && !std::ptr::eq(*other, own);
        let is_there = |kind: usize| self.runs_on(own, kind);
        let standing = self.cluster.kinds.iter().enumerate().filter(|(kind, known)| is_there(*kind) && !known.is_startable());
        let standing: i64 = standing.map(|(_, kind)| i64::from(kind.count) * i64::from(kind.executors)).sum();
        let lives = || {
            let with_kind = self.lives().filter_map(|life| Some((life, tally.kind_of(life.node)?)));
            with_kind.filter(|(life, kind)| is_there(*kind) && self.cluster.kinds[*kind].is_startable() && life.ended > now)
        };
        let came = lives().filter(|(life, _)| life.came <= now);
        let started: i64 = came.map(|(_, kind)| i64::from(self.cluster.kinds[kind].executors)).sum();
        let runs = |record: &&Record| record.started <= now && now < record.ended;
        let busy = tally.all().filter(runs).filter(|record| tally.kind_of(record.node).is_some_and(is_there));
        let busy: i64 = busy.map(|record| i64::from(record.width)).sum();
        let free = (standing + started - busy).max(0);
        Event::Queued {
            waiting: tally.all().filter(waits).filter(|other| competes(other)).count(),
            free,
            had_their_start: free > 0 && self.reel.policy.manners.one_start,
            starting: lives().filter(|(life, _)| life.requested <= now && now < life.came).count(),
        }
    }

    /// When machines were asked for meanwhile that it could have.
    fn requested(self, own: &Record, until: i64) -> impl Iterator<Item = (i64, Event)> {
        let mut requests: BTreeMap<i64, usize> = BTreeMap::new();
        let meanwhile = self.lives().filter(|life| (own.buildable..until).contains(&life.requested));
        for life in meanwhile.filter(|life| self.reel.tally.kind_of(life.node).is_some_and(|kind| self.runs_on(own, kind))) {
            *requests.entry(life.requested).or_default() += 1;
        }
        requests.into_iter().take(TOLD).map(|(at, machines)| (at, Event::Requested { machines }))
    }

    /// Others that started meanwhile where it could have.
    fn passed(self, own: &Record, until: i64) -> Vec<(i64, Event)> {
        let tally = &self.reel.tally;
        let meanwhile = |other: &&Record| own.buildable < other.started && other.started < until;
        let there = |other: &&Record| tally.kind_of(other.node).is_some_and(|kind| self.runs_on(own, kind));
        let mut others: Vec<&Record> = tally.all().filter(meanwhile).filter(there).collect();
        others.sort_by_key(|other| (other.started, other.buildable, other.what));
        let told = |other: &Record| {
            let came_before = other.buildable <= own.buildable;
            (other.started, Event::Passed { build: self.name(other), machine: self.machine(other.node), came_before })
        };
        if others.len() <= 2 * TOLD {
            return others.into_iter().map(told).collect();
        }
        let (first, rest) = others.split_at(TOLD);
        let (middle, last) = rest.split_at(rest.len() - TOLD);
        let more = (middle[0].started, Event::More { builds: middle.len() });
        first.iter().map(|other| told(other)).chain([more]).chain(last.iter().map(|other| told(other))).collect()
    }

    /// What is said where there is no such build.
    pub(super) fn unknown(self, build: &str) -> String {
        let run = build.split_once('/').map_or(build, |(run, _)| run);
        let names = || self.reel.tally.all().map(|record| self.name(record));
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
                format!("no build is called `{wanted}`: write one such as `{example}`, of the runs of {}", self.sources())
            }
        }
    }

    fn sources(self) -> String {
        let names = self.load.sources.iter().map(|source| format!("`{}`", source.name));
        names.take(LISTED).collect::<Vec<_>>().join(", ")
    }
}
