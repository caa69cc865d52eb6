//! A pipeline as data: what is written, not yet what follows from it. What is none or empty is not written.

use std::time::Duration;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sketch {
    pub settings: Settings,
    pub parallel: Option<u32>,
    pub deadline: Option<Duration>,
    pub stages: Vec<Stage>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stage {
    pub name: String,
    /// Otherwise it is left out at compile time.
    pub present: bool,
    pub settings: Settings,
    pub parallel: Option<u32>,
    pub deadline: Option<Duration>,
    pub when: Option<When>,
    pub substages: Vec<Substage>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Substage {
    pub name: String,
    /// Otherwise it is left out at compile time.
    pub present: bool,
    pub settings: Settings,
    pub needs: Vec<Need>,
    pub locks: Vec<String>,
    /// At least 1.
    pub shards: u32,
    pub dispatch: Option<Dispatch>,
    pub cache: bool,
}

/// What may stand at every level; the nearest counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    pub on_error: Option<OnError>,
    /// Exit codes with a meaning of their own, ascending.
    pub exit_codes: Vec<(u8, Class)>,
    pub retry: Option<Retry>,
    pub timeout: Option<Duration>,
    pub priority: Option<Priority>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnError {
    Ignore,
    Continue,
    Finish,
    Abort,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Unstable,
    Failed,
    Lost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    Low,
    Normal,
    High,
    Urgent,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Retry {
    pub limit: Option<u32>,
    pub on: Option<Vec<RetryOn>>,
    pub delay: Option<Duration>,
    pub factor: Option<f64>,
    pub max_delay: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryOn {
    Failed,
    TimedOut,
    Lost,
    Unstable,
    Exit(u8),
}

/// When a stage runs.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    Always,
    Succeeded,
    Failed,
    StageSucceeded(String),
    StageFailed(String),
    Not(Box<When>),
    And(Box<When>, Box<When>),
    Or(Box<When>, Box<When>),
}

/// A gate: a substage of an earlier stage or of the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    pub stage: String,
    /// A name as written, which for shards means them all, or that of one shard.
    pub substage: String,
    /// By `artifacts { load = … }` instead of `needs`.
    pub loads: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dispatch {
    pub copies: u32,
    pub need: u32,
}

/// A substage as it is in the plan: shards apart, what is absent gone.
#[derive(Clone, Debug)]
pub struct Planned<'s> {
    pub stage: &'s Stage,
    pub substage: &'s Substage,
    /// Of a shard, such as `a-1of2`.
    pub name: String,
    /// That of the nearest level that sets one.
    pub timeout: Option<Duration>,
    /// Most attempts: 1 and the nearest limit of retries.
    pub attempts: u32,
    /// 1 without `dispatch`.
    pub copies: u32,
}

impl Planned<'_> {
    /// `stage/substage`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.stage.name, self.name)
    }
}

impl Sketch {
    /// The substages of the plan, in its order.
    pub fn planned(&self) -> impl Iterator<Item = Planned<'_>> {
        let present = self.stages.iter().filter(|stage| stage.present);
        let written = present.flat_map(|stage| stage.substages.iter().map(move |substage| (stage, substage)));
        written.filter(|(_, substage)| substage.present).flat_map(|(stage, substage)| {
            let levels = [&substage.settings, &stage.settings, &self.settings];
            let timeout = levels.iter().find_map(|level| level.timeout);
            let limit = levels.iter().find_map(|level| level.retry.as_ref()?.limit);
            let copies = substage.dispatch.map_or(1, |dispatch| dispatch.copies);
            let attempts = limit.unwrap_or(0) + 1;
            substage.names().into_iter().map(move |name| Planned { stage, substage, name, timeout, attempts, copies })
        })
    }
}

impl Substage {
    /// Its name in the plan, or those of its shards.
    pub fn names(&self) -> Vec<String> {
        match self.shards {
            0 | 1 => vec![self.name.clone()],
            count => (1..=count).map(|index| format!("{}-{index}of{count}", self.name)).collect(),
        }
    }
}

impl When {
    /// The stages that it names.
    pub fn stages(&self) -> Vec<&str> {
        match self {
            Self::Always | Self::Succeeded | Self::Failed => Vec::new(),
            Self::StageSucceeded(stage) | Self::StageFailed(stage) => vec![stage],
            Self::Not(inner) => inner.stages(),
            Self::And(left, right) | Self::Or(left, right) => [left.stages(), right.stages()].concat(),
        }
    }
}
