//! A portability report as people read it.

use super::matrix::{legend, matrix, paint};
use super::style::{Style, wrapped};
use super::table;
use crate::base::one_line;
use crate::target::capability::Level;
use crate::target::portability::{Construct, Document, Finding, Place, Verdict};

/// Places of one finding that are named.
const MOST_PLACES: usize = 4;

/// For a terminal: how each target takes the whole, the constructs that not all keep, and what is to be known of these.
pub fn port(document: &Document, style: Style) -> String {
    let verdicts: Vec<Vec<String>> = document.targets.iter().map(|verdict| vec![verdict.name.clone(), spoken(verdict)]).collect();
    let mut out = format!("{}\n\n{}", document.pipeline, table::draw_within(&verdicts, style.width));
    let (differing, kept): (Vec<&Construct>, Vec<&Construct>) =
        document.constructs.iter().partition(|construct| differs(construct));
    if !differing.is_empty() {
        let heads: Vec<String> = document.targets.iter().map(|verdict| verdict.name.clone()).collect();
        let row = |construct: &&Construct| {
            let levels = heads.iter().map(|name| construct.targets.get(name).map(|found| found.support)).collect();
            (levels, construct.construct.clone())
        };
        let rows: Vec<_> = differing.iter().map(row).collect();
        out += &format!("\n{}\n{}\n", matrix(&heads, &rows, style), legend(style));
    }
    if !kept.is_empty() {
        let names: Vec<&str> = kept.iter().map(|construct| construct.construct.as_str()).collect();
        let who = if document.targets.len() == 1 { "kept" } else { "kept by all" };
        out.push('\n');
        out += &indented(&format!("{who}: {}", names.join(", ")), "", "  ", style.width);
    }
    for (target, construct, found) in remarks(document) {
        out.push('\n');
        let head = headline(target, construct, found);
        let head = indented(&head, "", "  ", style.width);
        out += &style.paint(head.trim_end(), paint(found.support));
        out.push('\n');
        out += &indented(&found.remark, "  ", "  ", style.width);
        for place in at_most(&found.places) {
            out += &indented(&place, "    ", "    ", style.width);
        }
    }
    out
}

/// The same for a review: a table and a list.
pub fn port_markdown(document: &Document) -> String {
    let heads: Vec<&str> = document.targets.iter().map(|verdict| verdict.name.as_str()).collect();
    let mut out = format!("## {}: where it can run\n\n", document.pipeline);
    out += &format!("| construct | {} |\n|{}\n", heads.join(" | "), " --- |".repeat(heads.len() + 1));
    for construct in &document.constructs {
        let level = |name: &&str| construct.targets.get(*name).map_or("", |found| found.support.word());
        let cells: Vec<&str> = heads.iter().map(level).collect();
        out += &format!("| {} | {} |\n", construct.construct, cells.join(" | "));
    }
    let mut has_remarks = false;
    for (target, construct, found) in remarks(document) {
        if !std::mem::replace(&mut has_remarks, true) {
            out.push('\n');
        }
        let places: Vec<String> = at_most(&found.places).into_iter().map(|place| place.replace('`', "'")).collect();
        let places: Vec<String> = places.iter().map(|place| format!("`{place}`")).collect();
        out += &format!("- **{}**: {} ({})\n", headline(target, construct, found), found.remark, places.join(", "));
    }
    out
}

fn spoken(verdict: &Verdict) -> String {
    let constructs = |count: usize| if count == 1 { "1 construct".to_owned() } else { format!("{count} constructs") };
    let is_taken = verdict.refused == 0 && !verdict.with.is_empty();
    let with = if is_taken { format!(", with `{}`", verdict.with.join(" ")) } else { String::new() };
    let taken = match (verdict.refused, verdict.approximated) {
        (0, 0) => "takes it".to_owned(),
        (0, nearly) => format!("takes it, {} only nearly", constructs(nearly)),
        (refused, 0) => format!("refuses {}", constructs(refused)),
        (refused, nearly) => format!("refuses {}, would keep {nearly} only nearly", constructs(refused)),
    };
    taken + &with
}

fn differs(construct: &Construct) -> bool {
    construct.targets.values().any(|found| found.support != Level::Kept)
}

/// What is not kept, by target.
fn remarks(document: &Document) -> impl Iterator<Item = (&str, &str, &Finding)> {
    document.targets.iter().flat_map(|verdict| {
        let of =
            |construct: &'_ Construct| construct.targets.get(&verdict.name).is_some_and(|found| found.support != Level::Kept);
        let constructs = document.constructs.iter().filter(move |construct| of(construct));
        constructs.map(|construct| (verdict.name.as_str(), construct.construct.as_str(), &construct.targets[&verdict.name]))
    })
}

fn headline(target: &str, construct: &str, found: &Finding) -> String {
    match found.support {
        Level::Refused => format!("{target} refuses {construct}"),
        Level::Approximated | Level::Kept => format!("{target} keeps {construct} only nearly"),
    }
}

/// The first places, and how many more there are.
fn at_most(places: &[Place]) -> Vec<String> {
    let mut shown: Vec<String> = places.iter().take(MOST_PLACES).map(place).collect();
    if places.len() > MOST_PLACES {
        shown.push(format!("and {} more places", places.len() - MOST_PLACES));
    }
    shown
}

fn place(place: &Place) -> String {
    format!("{}:{}:{}", one_line(&place.file), place.line, place.column)
}

/// Lines of at most this width, the first and the others each behind their own margin.
fn indented(text: &str, first: &str, others: &str, width: usize) -> String {
    let lines = wrapped(text, width.saturating_sub(others.len()));
    let line = |(at, line): (usize, &String)| format!("{}{line}\n", if at == 0 { first } else { others });
    lines.iter().enumerate().map(line).collect()
}
