//! All that the simulator is held to from outside, as one table: Jenkins' own values, closed forms, cases by hand.
//!
//! `docs/simulate.md` has it; `BLESS=1 cargo test --test simulate` writes it there.

use std::fmt::Debug;

use o11n::simulate::jenkins::{
    Decision, Demand, MultiStage, Planned, Series, Snapshot, TimeSeries, digest, margin, no_delay, standard,
};
use o11n::simulate::{Cluster, Settings, Weighted, erlang, jain, water_fill, water_fill_between};

use crate::backfill::{figures, rows_of};
use crate::cohorts::{left_in_teams, lent};
use crate::figures::apart;
use crate::hashing::{AGENTS, order as ring_order, ring};
use crate::packing::{machine, mode};
use crate::predictions::jenkins;
use crate::predictor::Timeline;
use crate::provisioning::{Endless, Label};
use crate::shares::{first, of, policy};
use crate::sharing::{ahead, order, shares};
use crate::stream::{HOUR, Job, agents, job, run, starts, with_cloud};
use crate::theory;

/// One line: what it is, what it should be, what it is here.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) expected: String,
    pub(crate) found: String,
    pub(crate) holds: bool,
}

impl Row {
    /// A value that has to be met exactly.
    fn exact<T: Debug + PartialEq>(what: &str, expected: T, found: T) -> Self {
        let [written, seen] = [&expected, &found].map(|value| format!("{value:?}"));
        Self { what: what.to_owned(), expected: written, found: seen, holds: expected == found }
    }

    pub(crate) fn hold(&self) {
        assert!(self.holds, "{}: {}, not {}", self.what, self.found, self.expected);
    }
}

fn averages() -> Vec<Row> {
    let after = |updates: usize| {
        let mut series = TimeSeries::new(0.0, 0.9, 100);
        (0..updates).for_each(|_| series.update(1.0));
        (series.latest(), series.history().len())
    };
    let expected: [(f32, usize); 7] =
        [(0.100000024, 2), (0.19000004, 3), (0.27100006, 4), (0.52170324, 8), (0.901523, 23), (0.9948463, 51), (0.9999735, 100)];
    let mut series = TimeSeries::new(10.0, 0.9, 3);
    let mut kept = |samples: &[f32]| {
        samples.iter().for_each(|sample| series.update(*sample));
        series.history().collect::<Vec<f32>>()
    };
    let kept = [kept(&[100.0]), kept(&[0.0, 0.0]), kept(&[5.0])];
    let mut stages = MultiStage::new(0.0);
    (0..3000).for_each(|_| stages.update(1.0));
    let lengths = [&stages.seconds, &stages.minutes, &stages.hours].map(|stage| stage.history().len());
    vec![
        Row::exact(
            "T1: average and values kept after 1, 2, 3, 7, 22, 50, 100 samples of 1",
            expected,
            [1, 2, 3, 7, 22, 50, 100].map(after),
        ),
        Row::exact(
            "T2: from 10, of three values: after 100, after 0 and 0, after 5",
            [vec![19.000002_f32, 10.0], vec![15.39, 17.1, 19.000002], vec![14.351, 15.39, 17.1]],
            kept,
        ),
        Row::exact(
            "T3: values kept of 3,000 samples in three stages, the last of them",
            ([2160, 501, 9], 0.56953293_f32),
            (lengths, stages.hours.latest()),
        ),
        Row::exact(
            "T5: margin with 0, 1, 2, 3, 4, 5, 10, 100 executors",
            [0.5_f32, 0.3, 0.2, 0.15, 0.125, 0.112500004, 0.10039063, 0.1],
            [0, 1, 2, 3, 4, 5, 10, 100].map(margin),
        ),
    ]
}

fn hashes() -> Vec<Row> {
    let (all, owners) = ring(&AGENTS);
    let mut counts = [0; 3];
    for job in 0..10_000 {
        let first = all.walk(digest(&format!("j{job}"))).next().unwrap();
        counts[owners[first as usize]] += 1;
    }
    let chosen = |free: [u32; 3]| {
        let (some, owners) = ring(&[("agent-a", free[0]), ("agent-b", free[1]), ("agent-c", free[2])]);
        owners[some.walk(digest("compile")).next().unwrap() as usize]
    };
    let keys = ["compile", "unit-test", "folder/job", "job1", "Research CI"];
    vec![
        Row::exact(
            "T6: places of nothing, `a`, `node1:0`, `job`",
            [685116738, -1802023976, 32591339, -1216866220],
            ["", "a", "node1:0", "job"].map(digest),
        ),
        Row::exact(
            "T7: orders of agents for five jobs",
            ["cba", "bac", "abc", "bac", "bca"].map(str::to_owned),
            keys.map(ring_order),
        ),
        Row::exact("T7: shares of 10,000 jobs", [2363, 5124, 2513], counts),
        Row::exact("T8: the agent of `compile` by what is free", [2, 1, 1], [[1, 1, 1], [1, 2, 0], [4, 1, 0]].map(chosen)),
        Row::exact("T10: peaks of the load predictor's timeline, as the tests have it", [1, 2, 1, 4], {
            let mut timeline = Timeline::default();
            [(0, 10, 1), (5, 15, 1), (15, 20, 1), (4, 16, 2)].map(|taken| timeline.insert(taken))
        }),
    ]
}

fn provisioning() -> Vec<Row> {
    let mut spike = Label::new(standard, 0, 0, 5, 3);
    let mut seen = Vec::new();
    for tick in 1..=60 {
        let asked = spike.tick();
        if asked > 0 {
            seen.push((tick, asked, spike.load.latest(Series::Queue), spike.planned_average.latest()));
        }
    }
    let expected = vec![
        (1, 1, 0.5000001_f32, 0.0_f32),
        (5, 2, 1.9475503, 0.15390003),
        (9, 1, 2.453388, 0.4087738),
        (10, 1, 2.408049, 0.46789643),
    ];
    let mut baseline = Label::new(standard, 2, 0, 5, 3);
    baseline.start_builds();
    let asked = baseline.requests(29);
    let averages = (baseline.load.latest(Series::Available), baseline.load.latest(Series::Queue));
    let first = |busy, queued| {
        let mut label = Label::new(standard, busy, busy, 0, 3);
        label.queue = queued;
        label.requests(100)[0].0
    };
    let gate = |idle: i32| {
        let mut label = Label::new(standard, idle, 0, 0, 3);
        (label.busy, label.queue) = (idle, 2 * idle + 10);
        label.requests(120)[0].0
    };
    let mut without = Label::new(no_delay, 2, 0, 5, 3);
    without.start_builds();
    let now = Snapshot { available: 2, connecting: 1, queue: 10, ..Snapshot::default() };
    let demand = Demand { now, queue: 0.0, available: 2.0, connecting: 0.0, planned: 3, planned_average: 0.0, added: 0 };
    vec![
        Row::exact("T11: one job, no agent: tick and executors", vec![(1, 1)], Label::new(standard, 0, 0, 1, 1).requests(60)),
        Row::exact("T12: five jobs, no agent: tick, executors, averages of queue and planned", expected, seen),
        Row::exact(
            "T13: five jobs, two agents: tick, executors; averages of available and queue",
            (vec![(29, 3)], (0.09420249_f32, 2.8586965_f32)),
            (asked, averages),
        ),
        Row::exact(
            "T17: one queued, 1, 2, 3, 4, 5, 10, 50 busy: first tick",
            [12, 16, 19, 20, 21, 22, 22],
            [1, 2, 3, 4, 5, 10, 50].map(|busy| first(busy, 1)),
        ),
        Row::exact("T17: two queued, 1, 2, 3, 10 busy", [5, 5, 6, 6], [1, 2, 3, 10].map(|busy| first(busy, 2))),
        Row::exact("T17: five and ten queued", [2, 1], [first(5, 5), first(5, 10)]),
        Row::exact(
            "Gate: samples after 1, 2, 5, 10, 20, 50, 100, 1000 idle executors fill up",
            [22, 29, 38, 44, 51, 59, 66, 88],
            [1, 2, 5, 10, 20, 50, 100, 1000].map(gate),
        ),
        Row::exact(
            "T18: without delay, T12 and T13",
            [vec![(1, 5)], vec![(1, 3)]],
            [Label::new(no_delay, 0, 0, 5, 3).requests(30), without.requests(30)],
        ),
        Row::exact(
            "T18: without delay, what is on its way counts",
            Planned { executors: 4, decision: Decision::Completed },
            no_delay(&demand, &mut Endless),
        ),
    ]
}

#[expect(clippy::excessive_precision, reason = "as the plugin prints them")]
fn sorters() -> Vec<Row> {
    let started = |sorter| order(sorter, &[3, 2, 2, 1, 1, 1]);
    let weights: Vec<(u8, f32)> =
        vec![(1, 1.00001001), (2, 1.00002003), (1, 1.00002003), (3, 1.00003004), (1, 1.00003004), (2, 1.00004005)];
    let priorities: Vec<u8> = started(Weighted::equal()).into_iter().map(|(priority, _)| priority).collect();
    let jobs = [job(0, HOUR); 3];
    vec![
        Row::exact("T19: WFQ, priorities and weights in order of start", weights, started(Weighted::by_priority())),
        Row::exact("T19: FQ, priorities in order of start", vec![3, 2, 1, 2, 1, 1], priorities),
        Row::exact(
            "T20: WFQ, 13,700 starts of five priorities",
            [6000, 3000, 1999, 1499, 1202],
            shares(Weighted::by_priority(), 13_700),
        ),
        Row::exact("T20: FQ, 1,000 starts", [200; 5], shares(Weighted::equal(), 1_000)),
        Row::exact(
            "P9: Jenkins' estimate of a build: of none, of three, of the newest three that passed, of an old one, of that and others, of what was cut short",
            [0, 53, 60, 40, 170, 100],
            jenkins(),
        ),
        Row::exact("T21: three builds on one machine, ms", vec![0, 5_000, 10_000], starts(&run(&agents(1, 3), "jenkins", &jobs))),
        Row::exact("T21: the same without that limit", vec![0, 0, 0], starts(&run(&agents(1, 3), "jenkins+burst", &jobs))),
    ]
}

fn by_hand() -> Vec<Row> {
    let four = rows_of(&[(0, 2, 10), (1, 3, 10), (2, 4, 5), (3, 1, 30)]);
    let played = |policy| figures(&run(&agents(1, 4), policy, &four));
    let case = |name: &str, word, expected: ([i64; 4], f64, f64, i64, f64)| {
        let (starts, wait, slowdown, makespan, busy) = expected;
        let what = format!("V8: {name}: starts, mean wait, mean slowdown, makespan, utilization");
        Row::exact(&what, (starts.to_vec(), wait, slowdown, makespan, busy), played(word))
    };
    let cluster = Cluster {
        kinds: vec![machine(1, 9, 18, 0)],
        classes: vec![mode(&[0], 1, 4, 0), mode(&[0], 3, 1, 0)],
        labels: vec![String::new()],
        ..Cluster::default()
    };
    let tasks: Vec<Job> = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1].map(|user| of(user, user)).into();
    vec![
        case("first come, first served", "fifo", ([0, 10, 20, 25], 12.25, 1.7333, 55, 0.4545)),
        case("EASY", "fifo+easy", ([0, 10, 33, 3], 10.0, 1.875, 38, 0.6579)),
        case("conservative", "fifo+conservative", ([0, 10, 20, 25], 12.25, 1.7333, 55, 0.4545)),
        case("shortest first", "fifo+shortest", ([0, 15, 10, 15], 8.5, 1.525, 45, 0.5556)),
        fair_queueing(),
        Row::exact(
            "V10: dominant shares: users in order",
            vec![0, 1, 0, 1, 0],
            first(&cluster, &policy("drf+pack", Settings::default()), &tasks),
        ),
        Row::exact(
            "V10: how far apart the dominant shares are of users that wait: by dominant shares, first come, first served",
            [0.0, 0.5556],
            ["drf+pack", "pack"].map(|words| round(apart(words).mean)),
        ),
        Row::exact(
            "Jain's index of 1, 2, 3 and 4; of 4 and four times 1; of one that has all of four",
            [0.8333, 0.64, 0.25],
            [&[1.0, 2.0, 3.0, 4.0][..], &[4.0, 1.0, 1.0, 1.0, 1.0], &[0.0, 7.0, 0.0, 0.0]].map(|of| round(jain(of))),
        ),
        Row::exact(
            "V11: water-filling of 100",
            vec![10.0, 36.0, 54.0],
            water_fill(100.0, &[1.0, 2.0, 3.0], &[10.0, 100.0, 100.0]),
        ),
        Row::exact(
            "P5: water-filling of 100 by weights 1, 2, 3: of which the first is guaranteed 30, and 40 where the last may have 20",
            [[30.0, 28.0, 42.0], [40.0, 40.0, 20.0]],
            [(30.0, 100.0), (40.0, 20.0)].map(|(least, most)| {
                water_fill_between(100.0, &[1.0, 2.0, 3.0], &[least, 0.0, 0.0], &[100.0, 100.0, most]).try_into().unwrap()
            }),
        ),
        Row::exact(
            "V12: a cohort of ten executors each, of which one queue uses 16: what each has borrowed, in thousandths",
            [300.0, 0.0],
            [0, 1].map(|queue| lent(16.0).share(queue, [0.0; 4])),
        ),
        Row::exact(
            "P6: three queues in two teams: executors left for each of nothing in use, of five of the first, of seven of the last as well",
            [[12.0, 12.0, 8.0], [7.0, 7.0, 7.0], [0.0, 0.0, 0.0]],
            left_in_teams(),
        ),
        idle_life(),
    ]
}

fn round(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

fn fair_queueing() -> Row {
    let far = [([1, 1], [600, 45]), ([1, 2], [600, 600])].map(|(weights, longest)| ahead(weights, longest) as f64 / 2.0);
    Row {
        what: "V9: start-time fair queueing: most that one user gets ahead of another, weights 1 and 1, 1 and 2, s".to_owned(),
        expected: "at most 645, 900".to_owned(),
        found: format!("{}, {}", far[0], far[1]),
        holds: far[0] <= 645.0 && far[1] <= 900.0,
    }
}

/// How long machines are idle before they end, whenever they become so.
fn idle_life() -> Row {
    let cluster = with_cloud(agents(1, 1), 0, Some(300_000));
    let idle = |takes| run(&cluster, "fifo", &[job(0, HOUR), job(0, takes)]).clouds[0].time - takes;
    let lives: Vec<i64> = (100_000..160_000).step_by(7_000).map(idle).collect();
    let (least, most) = (lives.iter().min().unwrap(), lives.iter().max().unwrap());
    Row {
        what: "V13: idle for five minutes and up to one more, s".to_owned(),
        expected: "(300, 360]".to_owned(),
        found: format!("{} to {}", least / 1_000, most / 1_000),
        holds: *least > 300_000 && *most <= 360_000,
    }
}

fn closed_forms() -> Vec<Row> {
    let odds = |(executors, load): (u32, f64)| (erlang(executors, load) * 1e6).round() / 1e6;
    let erlang = Row::exact(
        "V1: odds of waiting, Erlang's C",
        [0.5, 0.596432, 0.668732, 0.222777],
        [(1, 0.5), (4, 3.2), (10, 9.0), (10_000, 9_900.0)].map(odds),
    );
    let simulated = [
        ("V1", &theory::ERLANG),
        ("V2", &theory::VARIANCE),
        ("V3", &theory::PRIORITIES),
        ("V5", &theory::TANDEM),
        ("V6", &theory::ENDLESS),
        ("V7", &theory::CONSERVED),
    ];
    let named = |name: &str, row: &Row| Row { what: format!("{name}: {}", row.what), ..row.clone() };
    let rows = simulated.into_iter().flat_map(|(name, rows)| rows.iter().map(move |row| named(name, row)));
    [erlang].into_iter().chain(rows).collect()
}

#[test]
fn every_vector_and_closed_form_holds() {
    let parts = [
        ("Jenkins: averages and margins", averages()),
        ("Jenkins: the consistent hash", hashes()),
        ("Jenkins: provisioning", provisioning()),
        ("Jenkins: the priority sorter, starts at a look", sorters()),
        ("Cases by hand", by_hand()),
        ("Queues in closed form, of jobs of ten minutes in the mean", closed_forms()),
    ];
    let mut page = include_str!("table.md").to_owned();
    for (title, rows) in &parts {
        page += &format!("\n## {title}\n\n| | expected | found |\n| --- | --- | --- |\n");
        for Row { what, expected, found, .. } in rows {
            page += &format!("| {} | {expected} | {found} |\n", what.replace('|', "\\|"));
        }
    }
    println!("{page}");
    parts.iter().flat_map(|(_, rows)| rows).for_each(Row::hold);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/simulate.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let known = std::fs::read_to_string(path).unwrap_or_default();
    assert!(known == page, "docs/simulate.md is out of date: run `BLESS=1 cargo test --test simulate` and read the difference");
}
