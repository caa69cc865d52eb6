//! A load as a file says it, in TOML.

use indexmap::IndexMap;
use serde::Deserialize;

use super::cluster::{Controller, Timers};
use super::load::{DAY, Load, Source};
use super::policy::table::Table;
use super::trace::{self, TRACE};
use crate::base::Duration;
use crate::diag::{Code, Diagnostic, nearest};
use crate::machine::End;
use crate::machine::reliability::Odds;
use crate::plan::{Plan, Priority, exit_code};

/// Longest time for which runs may arrive.
const MOST_DAYS: i64 = 366;
/// Most runs in an hour.
const MOST_PER_HOUR: f64 = 1_000_000.0;
/// Most sources of runs, and most users of all of them.
const MOST_SOURCES: usize = 1_000;
const MOST_USERS: u32 = 1_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    seed: u64,
    length: Option<String>,
    #[serde(default)]
    spread: f64,
    big: Option<String>,
    #[serde(default)]
    takes: IndexMap<String, String>,
    #[serde(default)]
    flakes: IndexMap<String, IndexMap<String, f64>>,
    #[serde(default)]
    timers: TimersOf,
    #[serde(default)]
    restarts: Vec<String>,
    #[serde(default)]
    crashes: Vec<String>,
    #[serde(default)]
    runs: IndexMap<String, Runs>,
    trace: Option<trace::Table>,
    #[serde(default)]
    policy: IndexMap<String, Table>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TimersOf {
    queue: Option<String>,
    statistics: Option<String>,
    provisioning: Option<String>,
    retention: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Runs {
    #[serde(default)]
    per_hour: Rates,
    #[serde(default)]
    daily: Vec<String>,
    users: Option<u32>,
    priority: Option<String>,
    #[serde(default)]
    alone: bool,
    #[serde(default)]
    folds: bool,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a number, or one for each hour of a day or of a week")]
enum Rates {
    One(f64),
    Each(Vec<f64>),
}

impl Default for Rates {
    fn default() -> Self {
        Self::One(0.0)
    }
}

/// Reads a load for the runs of a plan. Diagnostics have no place; whoever knows the file's name adds it.
pub fn read(text: &str, plan: &Plan) -> Result<Load, Vec<Diagnostic>> {
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
        let place = line.map_or(String::new(), |line| format!(" in line {line}"));
        vec![Diagnostic::new(Code::MalformedData, format!("the load cannot be read{place}: {}", error.message()))]
    })?;
    let mut problems = Vec::new();
    let odds = odds(&file, plan, &mut problems);
    let mut sources = Vec::new();
    for (name, runs) in &file.runs {
        match source(name, runs) {
            Ok(source) => sources.push(source),
            Err(why) => problems.push(wrong(&format!("runs.{name}"), &why)),
        }
    }
    problems.extend(too_many(&sources));
    let trace = file.trace.as_ref().map(trace::Table::source).transpose();
    let trace = trace.map_err(|why| problems.push(wrong("trace", &why))).unwrap_or_default();
    problems.extend(nothing(&file.runs, trace.is_some()));
    let mut queues: Vec<&str> = file.runs.keys().map(String::as_str).collect();
    queues.extend(trace.is_some().then_some(TRACE));
    let mut policies = Vec::new();
    for (name, table) in &file.policy {
        match table.policy(name, &queues) {
            Ok(policy) => policies.push(policy),
            Err(why) => problems.push(wrong(&format!("policy.{name}"), &why)),
        }
    }
    let length = file
        .length
        .as_deref()
        .map(|length| duration(length).ok())
        .map(|length| length.filter(|length| (1..=MOST_DAYS * DAY).contains(&length.0)));
    if length == Some(None) || length.is_none() && !file.runs.is_empty() {
        problems.push(wrong("length", &format!("write for how long runs arrive, such as \"7d\", up to {MOST_DAYS} days")));
    }
    let big = file.big.as_deref().map_or(Ok(Duration(30 * 60_000)), duration);
    problems.extend(big.as_ref().err().map(|why| wrong("big", why)));
    if !(0.0..=10.0).contains(&file.spread) {
        problems.push(wrong("spread", "write a number from 0 to 10, such as 0.5"));
    }
    let controller = controller(&file, &mut problems);
    match big {
        Ok(big) if problems.is_empty() => {
            let (seed, length, spread) = (file.seed, length.flatten(), file.spread);
            Ok(Load { seed, length, sources, odds, spread, big, controller, trace, policies })
        }
        _ => Err(problems),
    }
}

/// Where there are more sources or users than can be counted.
fn too_many(sources: &[Source]) -> Option<Diagnostic> {
    let users: u64 = sources.iter().map(|source| u64::from(source.users)).sum();
    let count = sources.len();
    if count > MOST_SOURCES {
        return Some(wrong("runs", &format!("there are {count} tables `[runs.NAME]`; write at most {MOST_SOURCES}")));
    }
    let why = format!("all `users` together are {users}; write at most {MOST_USERS}");
    (users > u64::from(MOST_USERS)).then(|| wrong("runs", &why))
}

/// Where nothing arrives, or two sources have one name.
fn nothing(runs: &IndexMap<String, Runs>, has_trace: bool) -> Option<Diagnostic> {
    if runs.is_empty() && !has_trace {
        return Some(wrong("runs", "nothing arrives: write a table `[runs.NAME]`, or a `[trace]`"));
    }
    let has_two = has_trace && runs.contains_key(TRACE);
    has_two.then(|| wrong("runs.trace", "the jobs of the log are called `trace` already: choose another name"))
}

fn odds(file: &File, plan: &Plan, problems: &mut Vec<Diagnostic>) -> Odds {
    let mut odds = Odds::new(plan);
    for (path, takes) in &file.takes {
        match duration(takes) {
            Ok(takes) => problems.extend(odds.takes(plan, path, takes).err().map(|problem| *problem)),
            Err(why) => problems.push(wrong(&format!("takes.\"{path}\""), &why)),
        }
    }
    for (path, ends) in &file.flakes {
        for (word, probability) in ends {
            let end = match word.as_str() {
                "failed" => Some(End::Exit(1)),
                "timed_out" => Some(End::TimedOut),
                "lost" => Some(End::Lost),
                code => exit_code(code).filter(|code| *code != 0).map(End::Exit),
            };
            match end {
                Some(end) => problems.extend(odds.flake(plan, path, end, *probability).err().map(|problem| *problem)),
                None => {
                    let why = "write `failed`, `lost`, `timed_out` or an exit code, and how often: `{ lost = 0.05 }`";
                    problems.push(wrong(&format!("flakes.\"{path}\""), why));
                }
            }
        }
    }
    problems.extend(odds.check(plan));
    odds
}

/// What happens to Jenkins itself.
fn controller(file: &File, problems: &mut Vec<Diagnostic>) -> Controller {
    let mut offset = |name: &str, text: &Option<String>, period: i64| {
        let offset = text.as_deref().map_or(Ok(Duration(0)), duration);
        offset.map(|offset| offset.0).ok().filter(|offset| (0..period).contains(offset)).unwrap_or_else(|| {
            let why = format!("write when it first goes off, below its period of {}", Duration(period));
            problems.push(wrong(&format!("timers.{name}"), &why));
            0
        })
    };
    let TimersOf { queue, statistics, provisioning, retention } = &file.timers;
    let timers = Timers {
        queue: offset("queue", queue, 5_000),
        statistics: offset("statistics", statistics, 10_000),
        provisioning: offset("provisioning", provisioning, 10_000),
        retention: offset("retention", retention, 60_000),
    };
    let mut restarts = Vec::new();
    for (name, times, is_crash) in [("restarts", &file.restarts, false), ("crashes", &file.crashes, true)] {
        for time in times {
            match duration(time) {
                Ok(time) => restarts.push((time.0, is_crash)),
                Err(why) => problems.push(wrong(name, &why)),
            }
        }
    }
    restarts.sort_unstable();
    Controller { timers, restarts }
}

fn source(name: &str, runs: &Runs) -> Result<Source, String> {
    let per_hour = match &runs.per_hour {
        Rates::One(rate) => vec![*rate],
        Rates::Each(rates) if [24, 168].contains(&rates.len()) => rates.clone(),
        Rates::Each(rates) => {
            return Err(format!("`per_hour` has {} numbers: write one, 24 for a day, or 168 for a week", rates.len()));
        }
    };
    if per_hour.iter().any(|rate| !(0.0..=MOST_PER_HOUR).contains(rate)) {
        return Err(format!("`per_hour` has a rate outside 0 to {MOST_PER_HOUR}"));
    }
    let daily = runs.daily.iter().map(|time| time_of_day(time)).collect::<Option<Vec<Duration>>>();
    let daily = daily.ok_or("`daily` has something else than times of day such as \"02:00\"")?;
    if daily.is_empty() && per_hour.iter().all(|rate| *rate == 0.0) {
        return Err("no run ever arrives: say `per_hour` or `daily`".to_owned());
    }
    let users = runs.users.unwrap_or(1);
    if !(1..=MOST_USERS).contains(&users) {
        return Err(format!("`users` is a number from 1 to {MOST_USERS}"));
    }
    let all = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];
    let priority = runs.priority.as_deref().map(|word| {
        all.into_iter().find(|priority| priority.word() == word).ok_or_else(|| {
            let near = nearest(word, all.iter().map(|priority| priority.word()));
            let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            format!("`{word}` is no priority: there are `low`, `normal`, `high` and `urgent`{near}")
        })
    });
    let Runs { alone: is_alone, folds, .. } = *runs;
    Ok(Source { name: name.to_owned(), per_hour, daily, users, priority: priority.transpose()?, is_alone, folds })
}

fn duration(text: &str) -> Result<Duration, String> {
    Duration::parse(text)
        .ok_or_else(|| format!("`{}` is no duration: write one such as \"90s\" or \"1h30m\"", text.escape_debug()))
}

/// `hh:mm`, from midnight.
fn time_of_day(text: &str) -> Option<Duration> {
    let (hour, minute) = text.split_once(':')?;
    let part = |text: &str, most: i64| text.parse().ok().filter(|part: &i64| text.len() == 2 && (0..most).contains(part));
    Some(Duration((part(hour, 24)? * 60 + part(minute, 60)?) * 60_000))
}

fn wrong(what: &str, why: &str) -> Diagnostic {
    Diagnostic::new(Code::DataShape, format!("`{what}` of the load is wrong: {why}"))
}
