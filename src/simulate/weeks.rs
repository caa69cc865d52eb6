//! The figures of several weeks as one: counts together, all else as the mean of the weeks.

use super::metrics::{Mean, mean_of_independent};
use super::report::{
    CloudFigures, Fairness, Figures, GroupFigures, LabelFigures, LockFigures, MachineFigures, ResourceFigures, RunFigures,
};

/// Of weeks under one policy; those of a single one are left as they are.
pub(super) fn together(mut weeks: Vec<Figures>) -> Figures {
    if weeks.len() == 1 {
        return weeks.swap_remove(0);
    }
    let Some(first) = weeks.first() else { return Figures::default() };
    let cost = mean_of(&weeks, |week| week.cost);
    Figures {
        policy: first.policy.clone(),
        weeks: weeks.len() as u64,
        groups: across(&weeks, |week| &week.groups, group),
        modes: across(&weeks, |week| &week.modes, group),
        runs: across(&weeks, |week| &week.runs, run),
        withdrawn: weeks.iter().map(|week| week.withdrawn).sum(),
        stopped: weeks.iter().map(|week| week.stopped).sum(),
        unstarted: weeks.iter().map(|week| week.unstarted).sum(),
        unended: weeks.iter().map(|week| week.unended).sum(),
        too_wide: weeks.iter().map(|week| week.too_wide).sum(),
        until: mean_of(&weeks, |week| week.until).mean,
        makespan: mean_of(&weeks, |week| week.makespan).mean,
        utilization: mean_of(&weeks, |week| week.utilization).mean,
        utilization_online: mean_of(&weeks, |week| week.utilization_online).mean,
        utilization_defined: mean_of(&weeks, |week| week.utilization_defined).mean,
        resources: ResourceFigures {
            cpu: mean_of_known(&weeks, |week| week.resources.cpu),
            memory: mean_of_known(&weeks, |week| week.resources.memory),
            gpu: mean_of_known(&weeks, |week| week.resources.gpu),
        },
        wasted: mean_of_known(&weeks, |week| week.wasted),
        cost: cost.mean,
        cost_half_width: cost.half_width,
        fairness: Fairness {
            users: weeks.iter().map(|week| week.fairness.users).max().unwrap_or(0),
            service: mean_of(&weeks, |week| week.fairness.service).mean,
            slowdown: mean_of(&weeks, |week| week.fairness.slowdown).mean,
            contended: mean_of(&weeks, |week| week.fairness.contended).mean,
            dominant_gap: mean_of_known(&weeks, |week| week.fairness.dominant_gap),
        },
        machines: across(&weeks, |week| &week.machines, machines),
        clouds: across(&weeks, |week| &week.clouds, cloud),
        labels: across(&weeks, |week| &week.labels, label),
        locks: across(&weeks, |week| &week.locks, lock),
    }
}

fn mean_of<T>(of: &[T], figure: impl Fn(&T) -> f64) -> Mean {
    mean_of_independent(&of.iter().map(figure).collect::<Vec<f64>>())
}

/// The mean of a figure; none where none has it.
fn mean_of_known<T>(of: &[T], figure: impl Fn(&T) -> Option<f64>) -> Option<f64> {
    let known: Vec<f64> = of.iter().filter_map(figure).collect();
    (!known.is_empty()).then(|| mean_of_independent(&known).mean)
}

/// For each row of a table that all weeks have: the rows of all weeks as one.
fn across<T>(weeks: &[Figures], table: fn(&Figures) -> &Vec<T>, together: fn(&[&T]) -> T) -> Vec<T> {
    let rows = weeks.first().map_or(0, |week| table(week).len());
    (0..rows).map(|row| together(&weeks.iter().map(|week| &table(week)[row]).collect::<Vec<&T>>())).collect()
}

fn group(of: &[&GroupFigures]) -> GroupFigures {
    // A week without such builds says nothing of how long they wait.
    let had: Vec<&GroupFigures> = of.iter().copied().filter(|group| group.builds > 0).collect();
    let p95 = mean_of(&had, |group| group.wait_p95);
    GroupFigures {
        group: of[0].group.clone(),
        builds: of.iter().map(|group| group.builds).sum(),
        out_of_time: of.iter().map(|group| group.out_of_time).sum(),
        wait: mean_of(&had, |group| group.wait.mean),
        wait_quiet: mean_of(&had, |group| group.wait_quiet).mean,
        wait_blocked: mean_of(&had, |group| group.wait_blocked).mean,
        wait_buildable: mean_of(&had, |group| group.wait_buildable).mean,
        wait_provisioning: mean_of(&had, |group| group.wait_provisioning).mean,
        wait_p50: mean_of(&had, |group| group.wait_p50).mean,
        wait_p95: p95.mean,
        wait_p99: mean_of(&had, |group| group.wait_p99).mean,
        wait_p95_half_width: p95.half_width,
        wait_longest: had.iter().map(|group| group.wait_longest).fold(0.0, f64::max),
        slowdown: mean_of(&had, |group| group.slowdown.mean),
    }
}

fn run(of: &[&RunFigures]) -> RunFigures {
    let had: Vec<&RunFigures> = of.iter().copied().filter(|runs| runs.ended > 0).collect();
    RunFigures {
        source: of[0].source.clone(),
        ended: of.iter().map(|runs| runs.ended).sum(),
        failed: of.iter().map(|runs| runs.failed).sum(),
        folded: of.iter().map(|runs| runs.folded).sum(),
        lost: of.iter().map(|runs| runs.lost).sum(),
        unended: of.iter().map(|runs| runs.unended).sum(),
        wait_quiet: mean_of(&had, |runs| runs.wait_quiet).mean,
        wait_blocked: mean_of(&had, |runs| runs.wait_blocked).mean,
        duration: mean_of(&had, |runs| runs.duration.mean),
        duration_p50: mean_of(&had, |runs| runs.duration_p50).mean,
        duration_p95: mean_of(&had, |runs| runs.duration_p95).mean,
        duration_p99: mean_of(&had, |runs| runs.duration_p99).mean,
    }
}

fn machines(of: &[&MachineFigures]) -> MachineFigures {
    MachineFigures {
        kind: of[0].kind.clone(),
        hours: mean_of(of, |kind| kind.hours).mean,
        starting: mean_of(of, |kind| kind.starting).mean,
        busy: mean_of(of, |kind| kind.busy).mean,
        utilization: mean_of(of, |kind| kind.utilization).mean,
        cpu: mean_of_known(of, |kind| kind.cpu),
        memory: mean_of_known(of, |kind| kind.memory),
        gpu: mean_of_known(of, |kind| kind.gpu),
    }
}

fn cloud(of: &[&CloudFigures]) -> CloudFigures {
    CloudFigures {
        cloud: of[0].cloud.clone(),
        machines: of.iter().map(|cloud| cloud.machines).sum(),
        unused: of.iter().map(|cloud| cloud.unused).sum(),
        failed: of.iter().map(|cloud| cloud.failed).sum(),
        hours: mean_of(of, |cloud| cloud.hours).mean,
        cost: mean_of(of, |cloud| cloud.cost).mean,
    }
}

fn label(of: &[&LabelFigures]) -> LabelFigures {
    let starved = of.iter().map(|label| label.starved).fold(0.0, f64::max);
    LabelFigures { label: of[0].label.clone(), starved }
}

fn lock(of: &[&LockFigures]) -> LockFigures {
    let had: Vec<&LockFigures> = of.iter().copied().filter(|lock| lock.holders > 0).collect();
    LockFigures {
        lock: of[0].lock.clone(),
        holders: of.iter().map(|lock| lock.holders).sum(),
        held: mean_of(of, |lock| lock.held).mean,
        wait_p50: mean_of(&had, |lock| lock.wait_p50).mean,
        wait_p95: mean_of(&had, |lock| lock.wait_p95).mean,
        wait_longest: had.iter().map(|lock| lock.wait_longest).fold(0.0, f64::max),
    }
}
