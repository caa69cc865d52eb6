//! What a cluster has to reach: `p95(wait, class=small) < 5m and cost < 100`.

use super::report::{Figures, GroupFigures, RunFigures};
use crate::base::Duration;
use crate::diag::nearest;

/// Conditions that hold all at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq)]
struct Condition {
    text: String,
    figure: Figure,
    is_least: bool,
    may_equal: bool,
    bound: f64,
}

/// A figure of a policy.
#[derive(Clone, Debug, PartialEq)]
enum Figure {
    /// Of builds: of a class, or of a hardware mode.
    Wait(Measure, Of),
    Slowdown(Of),
    /// Of runs of one source.
    Run(Measure, String),
    Cost,
    Busy,
    Wasted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Mean,
    P50,
    P95,
    P99,
    Longest,
}

#[derive(Clone, Debug, PartialEq)]
enum Of {
    Class(String),
    Mode(String),
}

/// Of a thousand builds, so many may give up waiting without being missed by more than the longest wait: of `p99`, they are a tenth of
/// what lies above.
const TOLERATED: usize = 1;

const MEASURES: &[(&str, Measure)] = &[
    ("mean", Measure::Mean),
    ("p50", Measure::P50),
    ("p95", Measure::P95),
    ("p99", Measure::P99),
    ("longest", Measure::Longest),
];
const CLASSES: &[&str] = &["all", "small", "big", "urgent"];
const PLAIN: &[(&str, Figure)] = &[("cost", Figure::Cost), ("busy", Figure::Busy), ("wasted", Figure::Wasted)];
const EXAMPLE: &str = "write a goal such as `p95(wait, class=small) < 5m`";

impl Goal {
    /// Reads a goal. The error says where it is none, and what to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let conditions: Result<Vec<Condition>, String> = text.split(" and ").map(condition).collect();
        Ok(Self { conditions: conditions? })
    }

    /// The text of each condition, and whether what it looks at is a time in seconds.
    pub(super) fn conditions(&self) -> impl Iterator<Item = (&str, bool)> {
        let is_time = |condition: &Condition| matches!(condition.figure, Figure::Wait(..) | Figure::Run(..));
        self.conditions.iter().map(move |condition| (condition.text.as_str(), is_time(condition)))
    }

    /// What each condition looks at under a policy; none where nothing like it happened. The error says what there is none of.
    pub(super) fn values(&self, figures: &Figures) -> Result<Vec<Option<f64>>, String> {
        self.conditions.iter().map(|condition| condition.figure.value(figures)).collect()
    }

    /// Builds of which nobody knows how long they would have waited, as their runs were out of time, where these are too many for the
    /// figures to say anything.
    pub(super) fn hidden(&self, figures: &Figures) -> u64 {
        self.conditions.iter().map(|condition| condition.figure.hidden(figures)).max().unwrap_or(0)
    }

    /// Whether all conditions hold of those values. What never happened is no trouble.
    pub(super) fn holds(&self, values: &[Option<f64>]) -> bool {
        self.conditions.iter().zip(values).all(|(condition, value)| value.is_none_or(|value| condition.holds(value)))
    }
}

impl Condition {
    fn holds(&self, value: f64) -> bool {
        let Self { is_least, may_equal, bound, .. } = *self;
        may_equal && value == bound || if is_least { value > bound } else { value < bound }
    }
}

fn condition(text: &str) -> Result<Condition, String> {
    let at = text.find(['<', '>']).ok_or_else(|| format!("`{}` compares nothing: {EXAMPLE}", text.trim().escape_debug()))?;
    let (left, right) = text.split_at(at);
    let is_least = right.starts_with('>');
    let right = &right[1..];
    let (may_equal, right) = right.strip_prefix('=').map_or((false, right), |right| (true, right));
    let figure = figure(left.trim())?;
    let right = right.trim();
    let bound = match figure {
        Figure::Wait(..) | Figure::Run(..) => Duration::parse(right).map(Duration::as_seconds),
        Figure::Busy | Figure::Wasted => right
            .strip_suffix('%')
            .map_or_else(|| right.parse().ok(), |part| part.trim().parse::<f64>().ok().map(|part| part / 100.0)),
        Figure::Slowdown(_) | Figure::Cost => right.parse().ok(),
    };
    let wanted = match figure {
        Figure::Wait(..) | Figure::Run(..) => "a duration such as `5m`",
        Figure::Busy | Figure::Wasted => "a part such as `60 %`",
        Figure::Slowdown(_) | Figure::Cost => "a number",
    };
    match bound.filter(|bound| bound.is_finite()) {
        Some(bound) => Ok(Condition { text: text.trim().to_owned(), figure, is_least, may_equal, bound }),
        None => Err(format!("`{}` of `{}` is not {wanted}", right.escape_debug(), text.trim().escape_debug())),
    }
}

fn figure(text: &str) -> Result<Figure, String> {
    let Some((measure, rest)) = text.split_once('(') else {
        let found = PLAIN.iter().find(|(name, _)| *name == text).map(|(_, figure)| figure.clone());
        let names = || PLAIN.iter().map(|(name, _)| *name);
        return found.ok_or_else(|| unknown("figure", text, names(), EXAMPLE));
    };
    let measure = measure.trim();
    let inside = rest.strip_suffix(')').ok_or_else(|| format!("`{}` lacks its `)`: {EXAMPLE}", text.escape_debug()))?;
    let names = || MEASURES.iter().map(|(name, _)| *name);
    let measured = MEASURES.iter().find(|(name, _)| *name == measure).map(|(_, measure)| *measure);
    let measured = measured.ok_or_else(|| unknown("measure", measure, names(), EXAMPLE))?;
    let mut parts = inside.split(',').map(str::trim);
    let what = parts.next().unwrap_or_default();
    let keys: Result<Vec<(&str, &str)>, String> = parts
        .map(|part| {
            let (key, value) =
                part.split_once('=').ok_or_else(|| format!("`{}` is no `KEY=VALUE`: {EXAMPLE}", part.escape_debug()))?;
            Ok((key.trim(), value.trim()))
        })
        .collect();
    let keys = keys?;
    match what {
        "wait" => Ok(Figure::Wait(measured, of(&keys)?)),
        "slowdown" if measured == Measure::Mean => Ok(Figure::Slowdown(of(&keys)?)),
        "slowdown" => Err("of slowdowns there is only the mean: write `mean(slowdown) < 2`".to_owned()),
        "run" if measured == Measure::Longest => Err("of runs there are mean, p50, p95 and p99".to_owned()),
        "run" => match keys[..] {
            [("source", source)] => Ok(Figure::Run(measured, source.to_owned())),
            _ => Err(format!("`{}` does not say whose runs: write `{measure}(run, source=NAME)`", text.escape_debug())),
        },
        other => Err(unknown("figure of many", other, ["wait", "slowdown", "run"].into_iter(), EXAMPLE)),
    }
}

fn of(keys: &[(&str, &str)]) -> Result<Of, String> {
    match keys {
        [] => Ok(Of::Class("all".to_owned())),
        [("class", class)] if CLASSES.contains(class) => Ok(Of::Class((*class).to_owned())),
        [("class", class)] => Err(unknown("class of builds", class, CLASSES.iter().copied(), "another split is `mode=NAME`")),
        [("mode", mode)] => Ok(Of::Mode((*mode).to_owned())),
        [(key, _)] => Err(unknown("key", key, ["class", "mode"].into_iter(), EXAMPLE)),
        _ => Err("builds are those of one `class` or of one `mode`, not of both".to_owned()),
    }
}

impl Figure {
    fn hidden(&self, figures: &Figures) -> u64 {
        let of = match self {
            Self::Wait(_, of) | Self::Slowdown(of) => of.group(figures).ok(),
            _ => figures.groups.first(),
        };
        let tolerated = if matches!(self, Self::Wait(Measure::Longest, _)) { 0 } else { TOLERATED };
        let Some(group) = of.filter(|group| group.out_of_time > group.builds / 1_000 * tolerated) else { return 0 };
        group.out_of_time as u64
    }

    fn value(&self, figures: &Figures) -> Result<Option<f64>, String> {
        Ok(match self {
            Self::Cost => Some(figures.cost),
            Self::Busy => Some(figures.utilization),
            Self::Wasted => figures.wasted,
            Self::Wait(measure, of) => of.builds(figures)?.map(|group| match measure {
                Measure::Mean => group.wait.mean,
                Measure::P50 => group.wait_p50,
                Measure::P95 => group.wait_p95,
                Measure::P99 => group.wait_p99,
                Measure::Longest => group.wait_longest,
            }),
            Self::Slowdown(of) => of.builds(figures)?.map(|group| group.slowdown.mean),
            Self::Run(measure, source) => {
                let names = figures.runs.iter().map(|runs| runs.source.as_str());
                let found = figures.runs.iter().find(|runs| runs.source == *source);
                let found = found.ok_or_else(|| unknown("source of runs", source, names, "sources are those of the load"))?;
                (found.ended > 0).then(|| run(*measure, found))
            }
        })
    }
}

fn run(measure: Measure, runs: &RunFigures) -> f64 {
    match measure {
        Measure::Mean => runs.duration.mean,
        Measure::P50 => runs.duration_p50,
        Measure::P95 => runs.duration_p95,
        Measure::P99 | Measure::Longest => runs.duration_p99,
    }
}

impl Of {
    /// None where it has no builds.
    fn builds<'f>(&self, figures: &'f Figures) -> Result<Option<&'f GroupFigures>, String> {
        self.group(figures).map(|group| Some(group).filter(|group| group.builds > 0))
    }

    fn group<'f>(&self, figures: &'f Figures) -> Result<&'f GroupFigures, String> {
        let (name, groups) = match self {
            Self::Class(name) => (name, &figures.groups),
            Self::Mode(name) => (name, &figures.modes),
        };
        let found = groups.iter().find(|group| group.group == *name);
        let names = groups.iter().map(|group| group.group.as_str());
        found.ok_or_else(|| unknown("hardware mode", name, names, "modes are those of the pipeline's substages"))
    }
}

fn unknown<'n>(what: &str, name: &str, known: impl Iterator<Item = &'n str> + Clone, help: &str) -> String {
    let near = nearest(name, known.clone()).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    let all: Vec<&str> = known.collect();
    format!("`{}` is no {what}: there are {}{near} ({help})", name.escape_debug(), all.join(", "))
}
