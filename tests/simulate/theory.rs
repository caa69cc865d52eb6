//! Queues whose waits are known in closed form: the run's own 95 % interval has to cover the value.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::LazyLock;

use crate::stream::{Job, LATER, agents, job, run, with_cloud};
use crate::table::Row;
use o11n::simulate::{Change, Class, Cluster, Kind, Policy, Record, Tally, Ticket, Work, mean, simulate};

/// How a service is drawn, as a part of its mean.
type Service = fn(&mut fastrand::Rng) -> f64;

/// The mean service, in milliseconds.
const SERVICE: f64 = 600_000.0;

/// Jobs of a Poisson process with a mean service of ten minutes; `service` draws it as a part of its mean.
fn poisson(seed: u64, count: usize, per_service: f64, service: impl Fn(&mut fastrand::Rng) -> f64) -> Vec<Job> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut at = 0.0;
    let mut draw = || {
        at += exponential(&mut rng) * SERVICE / per_service;
        job(at as i64, (service(&mut rng) * SERVICE).round() as i64)
    };
    (0..count).map(|_| draw()).collect()
}

fn exponential(rng: &mut fastrand::Rng) -> f64 {
    -(1.0 - rng.f64()).ln()
}

/// Two exponential phases, with four times the variance of one.
fn hyperexponential(rng: &mut fastrand::Rng) -> f64 {
    let share = (1.0 + (3.0_f64 / 5.0).sqrt()) / 2.0;
    let share = if rng.f64() < share { share } else { 1.0 - share };
    exponential(rng) / (2.0 * share)
}

fn waits(tally: &Tally, keep: impl Fn(&Record) -> bool) -> Vec<f64> {
    times(tally, keep, |record| record.started - record.submitted)
}

/// In seconds, in order of arrival.
fn times(tally: &Tally, keep: impl Fn(&Record) -> bool, time: impl Fn(&Record) -> i64) -> Vec<f64> {
    let mut records: Vec<&Record> = tally.records.iter().filter(|record| keep(record)).collect();
    records.sort_by_key(|record| record.submitted);
    // The first tenth finds an empty system.
    records.drain(..records.len() / 10);
    records.iter().map(|record| time(record) as f64 / 1_000.0).collect()
}

/// The mean wait in seconds, whose interval has to cover the value, and to be narrow enough to say anything.
fn covers(what: &str, waits: &[f64], value: f64) -> Row {
    covered(format!("{what}: mean wait, s"), waits, (value, value / 4.0), 1)
}

/// The same of how many wait for longer than the quantile, in percent.
fn exceed(what: &str, waits: &[f64], share: f64, quantile: f64) -> Row {
    let longer: Vec<f64> = waits.iter().map(|wait| if *wait > quantile { 100.0 } else { 0.0 }).collect();
    covered(format!("{what}: longer than {quantile} s, %"), &longer, (share, share / 2.0), 2)
}

fn covered(what: String, values: &[f64], (value, widest): (f64, f64), digits: usize) -> Row {
    let found = mean(values);
    let half_width = found.half_width.unwrap();
    let holds = (found.mean - value).abs() <= half_width && half_width < widest;
    let (expected, found) = (format!("{value:.digits$}"), format!("{:.digits$} ± {half_width:.digits$}", found.mean));
    Row { what, expected, found, holds }
}

/// What is simulated once for a test of its own and for the table.
pub(crate) static ERLANG: LazyLock<Vec<Row>> = LazyLock::new(|| {
    // With the quantiles that half, a twentieth and a hundredth exceed.
    let cases = [
        (1, 0.5, 100_000, 600.0, vec![(50.0, 0.0), (5.0, 2763.10), (1.0, 4694.43)]),
        (4, 0.8, 100_000, 447.3244, vec![(50.0, 132.27), (5.0, 1859.21)]),
        (10, 0.9, 400_000, 401.2389, vec![(50.0, 174.46), (5.0, 1556.02), (1.0, 2521.68)]),
    ];
    let rows = |(executors, load, count, value, quantiles): (u32, f64, usize, f64, Vec<(f64, f64)>)| {
        let jobs = poisson(1, count, f64::from(executors) * load, exponential);
        let waits = waits(&run(&agents(executors, 1), "fifo", &jobs), |_| true);
        let what = format!("M/M/{executors}, load {load}");
        let exceeding = quantiles.into_iter().map(|(share, quantile)| exceed(&what, &waits, share, quantile));
        [covers(&what, &waits, value)].into_iter().chain(exceeding).collect::<Vec<Row>>()
    };
    cases.into_iter().flat_map(rows).collect()
});

#[test]
fn exponential_jobs_wait_as_erlang_has_it() {
    ERLANG.iter().for_each(Row::hold);
}

/// What is seldom, or changes slowly, takes more jobs than a test has time for that is not optimized.
#[test]
#[ignore = "takes millions of jobs: cargo test --release --test simulate -- --ignored --nocapture"]
fn long_runs_are_as_theory_has_it() {
    let wait = |executors: u32, load: f64, count| {
        let jobs = poisson(6, count, f64::from(executors) * load, exponential);
        waits(&run(&agents(executors, 1), "fifo", &jobs), |_| true)
    };
    let rows = [
        exceed("V1: M/M/4, load 0.8", &wait(4, 0.8, 2_000_000), 1.0, 3066.29),
        // A queue as long as this one forgets slowly, so even these many say it only roughly.
        covered("V1: M/M/10000, load 0.99: mean wait, s".to_owned(), &wait(10_000, 0.99, 10_000_000), (1.3367, 1.3367), 2),
        covered("V6: M/G/∞: nothing runs, % of the time".to_owned(), &empty(5_000_000), (0.00454, 0.00227), 5),
    ];
    for row in rows {
        println!("{}: {}, found {}", row.what, row.expected, row.found);
        row.hold();
    }
}

/// In a thousand parts of the time, for how much of it nothing runs in an endless cloud, in percent.
fn empty(count: usize) -> Vec<f64> {
    const PARTS: i64 = 1_000;
    let tally = run(&endless(), "fifo", &poisson(7, count, 10.0, exponential));
    let mut builds: Vec<(i64, i64)> = tally.records.iter().map(|record| (record.started, record.ended)).collect();
    builds.sort_unstable();
    let length = builds.last().map_or(1, |(start, _)| start + 1);
    let mut parts = vec![0; PARTS as usize];
    let mut free_from = 0;
    for (start, end) in builds {
        parts[(start * PARTS / length) as usize] += (start - free_from).max(0);
        free_from = free_from.max(end);
    }
    parts.iter().map(|free| (free * PARTS) as f64 * 100.0 / length as f64).collect()
}

pub(crate) static VARIANCE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let case = |what, count, service: fn(&mut fastrand::Rng) -> f64, value| {
        let tally = run(&agents(1, 1), "fifo", &poisson(2, count, 0.8, service));
        covers(what, &waits(&tally, |_| true), value)
    };
    vec![
        case("M/D/1, load 0.8", 50_000, |_| 1.0, 1200.0),
        case("M/M/1, load 0.8", 100_000, exponential, 2400.0),
        case("M/G/1, load 0.8, four times the variance", 200_000, hyperexponential, 6000.0),
    ]
});

#[test]
fn one_executor_waits_by_the_variance_of_jobs() {
    VARIANCE.iter().for_each(Row::hold);
}

pub(crate) static PRIORITIES: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let case = |executors: u32, load: f64, urgent: f64, values: [f64; 3]| {
        let mut jobs = poisson(3, 100_000, f64::from(executors) * load, exponential);
        let mut rng = fastrand::Rng::with_seed(33);
        for job in &mut jobs {
            job.item.priority = if rng.f64() < urgent { 1 } else { 2 };
            job.item.group = job.item.priority.into();
        }
        let tally = run(&agents(executors, 1), "priority", &jobs);
        let row = |who, keep: fn(&Record) -> bool, value| {
            covers(&format!("M/M/{executors}, load {load}, {who}"), &waits(&tally, keep), value)
        };
        [
            row("the urgent", |record| record.group == 1, values[0]),
            row("the others", |record| record.group == 2, values[1]),
            row("all", |_| true, values[2]),
        ]
    };
    let cases = [case(1, 0.8, 0.375, [685.714, 3428.571, 2400.0]), case(10, 0.9, 1.0 / 3.0, [57.320, 573.198, 401.239])];
    cases.into_iter().flatten().collect()
});

#[test]
fn two_priorities_wait_as_cobham_has_it() {
    PRIORITIES.iter().for_each(Row::hold);
}

/// A cloud whose machines are there at once, however many.
fn endless() -> Cluster {
    let mut cluster = with_cloud(agents(1, 1), 0, None);
    cluster.classes[0].kinds.remove(0);
    cluster
}

pub(crate) static ENDLESS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let cluster = endless();
    let services: [(&str, Service); 2] = [("exponential", exponential), ("constant", |_| 1.0)];
    let case = |(service, draw): (&str, fn(&mut fastrand::Rng) -> f64)| {
        let tally = run(&cluster, "fifo", &poisson(4, 100_000, 10.0, draw));
        assert!(tally.records.iter().all(|record| record.started == record.submitted));
        let mut steps: Vec<(i64, i64)> =
            tally.records.iter().flat_map(|record| [(record.started, 1), (record.ended, -1)]).collect();
        steps.sort_unstable();
        let (mut busy, mut last, mut sum, mut above) = (0, 0, 0, 0);
        for (at, step) in &steps {
            sum += busy * (at - last);
            above += if busy > 15 { at - last } else { 0 };
            (busy, last) = (busy + step, *at);
        }
        let (average, above) = (sum as f64 / last as f64, above as f64 / last as f64);
        Row {
            what: format!("M/G/∞, {service} service: busy, part of the time above 15"),
            expected: "10.00, 0.049".to_owned(),
            found: format!("{average:.2}, {above:.3}"),
            holds: (average - 10.0).abs() < 0.1 && (above - 0.048740).abs() < 0.005,
        }
    };
    services.map(case).into()
});

#[test]
fn an_endless_cloud_is_as_busy_as_poisson_has_it() {
    ENDLESS.iter().for_each(Row::hold);
}

/// Whatever the policy, nobody waits while an executor is free; and the mean number in the queue is the rate times the mean wait.
pub(crate) static CONSERVED: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let (mut idle, mut apart, mut policies) = (0, 0, 0);
    for (seed, (policy, _)) in (10..).zip(Policy::words()) {
        let mut jobs = poisson(seed, 1_500, 3.0 * 0.95, exponential);
        let mut rng = fastrand::Rng::with_seed(seed);
        for job in &mut jobs {
            job.item.priority = rng.u8(1..=5);
            job.item.user = rng.u32(0..4);
            job.item.estimate = rng.i64(0..1_000_000);
        }
        let tally = run(&agents(3, 1), policy, &jobs);
        assert_eq!(tally.records.len(), jobs.len());
        let mut steps: Vec<(i64, i64, i64)> = Vec::new();
        for record in &tally.records {
            steps.extend([(record.submitted, 0, 1), (record.started, 1, -1), (record.ended, -1, 0)]);
        }
        steps.sort_unstable();
        let (mut busy, mut queue, mut last, mut area) = (0, 0, 0, 0);
        for (at, more_busy, more_queued) in steps {
            idle += if queue > 0 && busy < 3 { at - last } else { 0 };
            area += queue * (at - last);
            (busy, queue, last) = (busy + more_busy, queue + more_queued, at);
        }
        let waits: i64 = tally.records.iter().map(|record| record.started - record.submitted).sum();
        apart += (area - waits).abs();
        policies += 1;
    }
    let row = |what: &str, found: i64| {
        let what = format!("M/M/3, load 0.95, under each of {policies} policies: {what}, ms");
        Row { what, expected: "0".to_owned(), found: found.to_string(), holds: found == 0 }
    };
    vec![
        row("an executor is idle while a job waits", idle),
        row("the number that wait, added up over time, less all waits (Little's law)", apart),
    ]
});

#[test]
fn no_executor_is_idle_while_a_job_waits() {
    CONSERVED.iter().for_each(Row::hold);
}

/// Jobs of two stages, of which the second asks as the first ends.
struct Tandem {
    /// Arrivals, and what both stages take.
    jobs: Vec<(i64, [i64; 2])>,
    arrived: usize,
    running: BinaryHeap<Reverse<(i64, Ticket)>>,
}

impl Work for Tandem {
    fn next(&self) -> Option<i64> {
        let end = self.running.peek().map(|Reverse((at, _))| *at);
        end.into_iter().chain(self.jobs.get(self.arrived).map(|job| job.0)).min()
    }

    fn advance(&mut self, now: i64, changes: &mut Vec<Change>) {
        let asks = |ticket: Ticket| {
            let mut job = job(now, 0);
            (job.item.class, job.item.group) = (Some(ticket % 2), (ticket % 2) as u16);
            Change::Asks(ticket, job.item)
        };
        while let Some(Reverse((at, ticket))) = self.running.peek().copied()
            && at <= now
        {
            self.running.pop();
            changes.push(Change::Ends(ticket));
            if ticket % 2 == 0 {
                changes.push(asks(ticket + 1));
            }
        }
        while self.jobs.get(self.arrived).is_some_and(|job| job.0 <= now) {
            changes.push(asks(2 * self.arrived as Ticket));
            self.arrived += 1;
        }
    }

    fn stop(&mut self, _: Ticket, _: i64) {}

    fn begin(&mut self, ticket: Ticket, now: i64) {
        let takes = self.jobs[ticket as usize / 2].1[ticket as usize % 2];
        self.running.push(Reverse((now + takes, ticket)));
    }
}

/// Each station of a network waits as if it were alone: M/M/4 with a quarter of an hour, then M/M/2 with half of that.
pub(crate) static TANDEM: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let mut rng = fastrand::Rng::with_seed(5);
    let mut at = 0.0;
    let mut draw = || {
        at += exponential(&mut rng) * 300_000.0;
        let takes = [900_000.0, 450_000.0].map(|mean| (exponential(&mut rng) * mean).round() as i64);
        (at as i64, takes)
    };
    let mut work = Tandem { jobs: (0..100_000).map(|_| draw()).collect(), arrived: 0, running: BinaryHeap::new() };
    let station = |executors, at: usize| {
        let kind = Kind { name: format!("station {at}"), executors, count: 1, ..Kind::default() };
        (kind, Class { name: format!("stage {at}"), kinds: vec![at], ..Class::default() })
    };
    let (kinds, classes) = [station(4, 0), station(2, 1)].into_iter().unzip();
    let cluster = Cluster { kinds, classes, labels: vec![String::new()], ..Cluster::default() };
    let tally = simulate(&cluster, &Policy::parse("fifo").unwrap(), &mut work, LATER);
    let of = |stage: u16, part: &str| format!("tandem of M/M/4 and M/M/2, stage {}: mean {part}, s", stage + 1);
    let row = |(stage, wait, response): (u16, f64, f64)| {
        let is_of = move |record: &Record| record.group == stage;
        let responses = times(&tally, is_of, |record| record.ended - record.submitted);
        [
            covered(of(stage, "wait"), &waits(&tally, is_of), (wait, wait / 4.0), 1),
            covered(of(stage, "response"), &responses, (response, response / 4.0), 1),
        ]
    };
    [(0, 458.491, 1358.491), (1, 578.571, 1028.571)].into_iter().flat_map(row).collect()
});

#[test]
fn stages_in_a_row_wait_as_jackson_has_it() {
    TANDEM.iter().for_each(Row::hold);
}
