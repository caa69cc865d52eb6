//! Why one build waited, in words.

use super::simulate::time;
use super::simulation_page::clock;
use super::table::{draw, harmless};
use crate::simulate::{Event, Explained, ExplainedAttempt, Explanation, Moment};

/// One line for each moment: how long it had waited by then, and what happened.
pub fn explanation(explanation: &Explanation) -> String {
    let Explanation { pipeline, cluster, seed, build, policies, .. } = explanation;
    let mut text = format!("{build} of {pipeline} on {cluster}, seed {seed}\n");
    for Explained { policy, attempts } in policies {
        text += &format!("\n{policy}: ");
        if attempts.is_empty() {
            text += "it was never asked for\n";
        }
        for (number, attempt) in (1..).zip(attempts) {
            if attempts.len() > 1 {
                text += &format!("{}attempt {number} ", if number > 1 { "\n" } else { "" });
            }
            text += &told(attempt);
        }
    }
    harmless(&text).into_owned()
}

fn told(attempt: &ExplainedAttempt) -> String {
    let ExplainedAttempt { hardware_mode, wait, moments } = attempt;
    let Some(first) = moments.first() else { return String::new() };
    let asked = clock((first.at * 1_000.0) as i64, true);
    let line = |Moment { at, event }: &Moment| vec![String::new(), format!("+{}", time(at - first.at)), said(event)];
    let lines: Vec<Vec<String>> = moments[1..].iter().map(line).collect();
    format!("waits {}, asked for on {asked}, for a machine of `{hardware_mode}`\n{}", time(*wait), draw(&lines))
}

fn said(event: &Event) -> String {
    match event {
        Event::Asked => "asked for".to_owned(),
        Event::TooWide { needs } => format!("it takes {needs} executors at once, and there can never be as many"),
        Event::Noticed => "a look at the queue notices it".to_owned(),
        Event::Queued { needs, waiting, free, starting, had_their_start } => {
            let others = match waiting {
                0 => "no other waits for such a machine".to_owned(),
                1 => "one other waits for such a machine".to_owned(),
                many => format!("{many} others wait for such machines"),
            };
            let free = match free {
                0 => "no executor is free".to_owned(),
                1 => "one executor is free".to_owned(),
                many => format!("{many} executors are free"),
            };
            let starting = match starting {
                0 => String::new(),
                1 => ", one machine is on its way".to_owned(),
                many => format!(", {many} machines are on their way"),
            };
            let limit = if *had_their_start { ", but a look starts one build on each machine" } else { "" };
            let needs = if *needs > 1 { format!(", and it takes {needs} at once") } else { String::new() };
            format!("{others}; {free}{needs}{limit}{starting}")
        }
        Event::Passed { build, machine, came_before: true } => format!("{build}, which waited before, starts on {machine}"),
        Event::Passed { build, machine, came_before: false } => format!("{build}, which came later, starts on {machine}"),
        Event::More { builds: 1 } => "one more starts".to_owned(),
        Event::More { builds } => format!("{builds} more start"),
        Event::Requested { machines: 1 } => "a machine is asked for".to_owned(),
        Event::Requested { machines } => format!("{machines} machines are asked for"),
        Event::MoreRequested { machines } => format!("from then on, {machines} more are asked for"),
        Event::Came { machine } => format!("{machine} is ready"),
        Event::Freed { machine, build, was_stopped: false } => format!("{build} ends on {machine}"),
        Event::Freed { machine, build, was_stopped: true } => format!("{build} loses its place on {machine}"),
        Event::Started { machine, others: 0 } => format!("it starts on {machine}"),
        Event::Started { machine, others: 1 } => format!("it starts on {machine} and another machine"),
        Event::Started { machine, others } => format!("it starts on {machine} and {others} other machines"),
        Event::Ended => "it ends".to_owned(),
        Event::Lost => "it loses its executors to another, and what it had done".to_owned(),
        Event::Unended => "it still runs, and nothing is played any more".to_owned(),
        Event::GaveUp => "it waits no longer, and never starts".to_owned(),
    }
}
