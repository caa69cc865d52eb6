//! A pipeline of many substages, walked by the driver to its end.

use super::super::Site;
use super::super::conformance::case::of_source;
use super::super::conformance::compiled::Cases;
use super::super::conformance::judge::Known;
use super::{Way, driven, observed};
use anyhow::Result;
use std::fmt::Write;

/// How many run: each is a Job and a pod, and the machine has two cores.
const RUN: usize = 300;

pub fn way(site: &Site) -> Result<Way> {
    let cases = of_source("size", &source(RUN))?;
    let cases = Cases::new("kubernetes", &driven(false), cases, &[], &site.arguments.case)?;
    let known = Known { declared: &[], excuses: &[], in_order: false };
    Ok(Way { name: "size", cases, observe: observed::observe, known, holds: |_, _| Ok(()), patience: 20.0, more_time: 1_200.0 })
}

/// So many substages in four stages, each with a script of its own.
pub fn source(count: usize) -> String {
    let mut text = String::from("pipeline large {\n");
    for stage in 1..=4 {
        let _ = writeln!(text, "  stage part_{stage} {{\n    parallel = 60");
        for number in 1..=count / 4 {
            let _ =
                writeln!(text, "    substage the_long_name_of_number_{number} {{ run = \"make part={stage} number={number}\" }}");
        }
        let _ = writeln!(text, "  }}");
    }
    let _ = writeln!(text, "  scenario \"{count} substages\" {{ expect pipeline = succeeded }}\n}}");
    text
}
