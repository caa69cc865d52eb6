//! What changes between two versions, as reviewers read it.

use super::lines::hunks;
use super::style::{Paint, Style};
use super::table;
use crate::base::{Duration, one_line};
use crate::machine::{Difference, Version};
use crate::plan::diff::{Change, Fact, Fate, Group, Named};

/// Names, and elements of lists, that are told one by one.
const MOST_NAMES: usize = 6;
/// Characters of a value that are told.
const MOST_TEXT: usize = 80;
/// Lines of a script that are shown.
const MOST_LINES: usize = 40;
/// Lines of both scripts multiplied, above which they are not compared.
const MOST_COMPARED: usize = 4_000_000;

/// One line of the report, however it is drawn.
struct Line {
    /// 0: a stage, a mode, the pipeline; 1: what changes of it, or its substages; 2: what changes of these.
    depth: usize,
    fate: Option<Fate>,
    text: String,
    /// Lines of a script, each with its sign.
    script: Vec<(char, String)>,
}

/// For a terminal.
pub fn diff(difference: &Difference, style: Style) -> String {
    if difference.same {
        return "nothing changes in the plan\n".to_owned();
    }
    let mut out = table::draw(&figures(difference));
    for line in lines(difference, if style.unicode { "→" } else { "->" }) {
        let (sign, paint) = line.fate.map_or((' ', if line.depth == 0 { Paint::Strong } else { Paint::Plain }), sign);
        let margin = " ".repeat(4 * line.depth);
        if line.depth == 0 {
            out.push('\n');
        }
        out += &format!("{margin}{}\n", style.paint(&format!("{sign} {}", line.text), paint));
        for (sign, text) in line.script {
            let paint = match sign {
                '+' => Paint::Good,
                '-' => Paint::Bad,
                _ => Paint::Quiet,
            };
            out += &format!("{margin}    {}\n", style.paint(format!("{sign} {}", one_line(&text)).trim_end(), paint));
        }
    }
    out
}

/// For a comment in a review.
pub fn diff_markdown(difference: &Difference) -> String {
    let title = format!("## {}: what changes\n\n", escaped(&difference.after.pipeline));
    if difference.same {
        return title + "Nothing changes in the plan.\n";
    }
    let mut rows = figures(difference);
    rows.insert(1, vec!["---".to_owned(); 3]);
    let mut out = title;
    for row in rows {
        out += &format!("| {} |\n", row.join(" | "));
    }
    for line in lines(difference, "→") {
        let text = escaped(&line.text);
        let what = line.fate.map_or(String::new(), |fate| format!("{}: ", spoken(fate)));
        out += &match line.depth {
            0 => format!("\n### {what}{text}\n\n"),
            depth => format!("{}- {what}{text}\n", "  ".repeat(depth - 1)),
        };
        if !line.script.is_empty() {
            let margin = "  ".repeat(line.depth);
            // No line of the script can end the block.
            let longest = line.script.iter().map(|(_, text)| text.chars().filter(|c| *c == '`').count()).max().unwrap_or(0);
            let fence = "`".repeat(longest.max(2) + 1);
            out += &format!("{margin}{fence}diff\n");
            for (sign, text) in line.script {
                out += &format!("{margin}{sign} {}\n", one_line(&text));
            }
            out += &format!("{margin}{fence}\n");
        }
    }
    out
}

/// What the versions cost, beside each other.
fn figures(difference: &Difference) -> Vec<Vec<String>> {
    let (before, after) = (&difference.before, &difference.after);
    let row = |name: &str, of: &dyn Fn(&Version) -> String| vec![name.to_owned(), of(before), of(after)];
    let mut rows = vec![
        row("", &|_| String::new()),
        row("stages", &|version| version.stages.to_string()),
        row("substages", &|version| version.substages.to_string()),
        row("duration", &|version| Duration((version.duration * 1_000.0) as i64).to_string()),
        row("GPU-hours", &|version| format!("{:.2}", version.gpu_hours)),
    ];
    rows[0] = ["a run that succeeds", "before", "after"].map(str::to_owned).to_vec();
    let modes = before.peak.keys().chain(after.peak.keys().filter(|mode| !before.peak.contains_key(*mode)));
    for mode in modes {
        let most = |version: &Version| version.peak.get(mode).copied().unwrap_or(0);
        if most(before) != most(after) {
            rows.push(row(&format!("peak of {}", one_line(mode)), &|version| most(version).to_string()));
        }
    }
    rows
}

fn lines(difference: &Difference, arrow: &str) -> Vec<Line> {
    let mut found = Vec::new();
    let line = |depth, fate, text: String| Line { depth, fate, text, script: Vec::new() };
    let all = &difference.changes;
    if !all.pipeline.is_empty() {
        found.push(line(0, Some(Fate::Changed), "pipeline".to_owned()));
        found.extend(all.pipeline.iter().map(|change| value(change, 1, arrow)));
    }
    for mode in &all.hardware {
        found.push(line(0, Some(mode.fate), format!("hardware {}", one_line(&mode.name))));
        found.extend(mode.changes.iter().map(|change| value(change, 1, arrow)));
    }
    for stage in &all.stages {
        let was = stage.was.as_ref().map_or(String::new(), |was| format!(", was {}", one_line(was)));
        found.push(line(0, Some(stage.fate), format!("stage {}{was}", one_line(&stage.name))));
        found.extend(stage.changes.iter().map(|change| value(change, 1, arrow)));
        for group in &stage.substages {
            found.push(line(1, Some(group.fate), who(group, stage.size)));
            found.extend(group.changes.iter().map(|change| value(change, 2, arrow)));
        }
    }
    found
}

/// The substages of a group; `size` is how many the stage has.
fn who(group: &Group, size: usize) -> String {
    let name = |named: &Named| {
        let shards = if named.shards > 1 { format!(" ({} shards)", named.shards) } else { String::new() };
        let was = named.was.as_ref().map_or(String::new(), |was| format!(", was {}", one_line(was)));
        format!("{}{shards}{was}", one_line(&named.name))
    };
    let count = group.substages.len();
    let mut text = if count == size && count > MOST_NAMES {
        format!("all {count} substages")
    } else {
        told(group.substages.iter().map(name), count)
    };
    if let Some(from) = &group.from {
        text += &format!(", from stage {}", one_line(from));
    }
    text
}

/// The first of many, and how many more there are.
fn told(names: impl Iterator<Item = String>, count: usize) -> String {
    let first: Vec<String> = names.take(MOST_NAMES).collect();
    let more = if count > first.len() { format!(" and {} more", count - first.len()) } else { String::new() };
    first.join(", ") + &more
}

fn value(change: &Change, depth: usize, arrow: &str) -> Line {
    let name = one_line(&change.attribute);
    let line = |text: String, script| Line { depth, fate: None, text: format!("{name}: {text}").trim_end().to_owned(), script };
    match (&change.before, &change.after) {
        (Some(Fact::Text(before)), Some(Fact::Text(after))) if before.contains('\n') || after.contains('\n') => {
            match compared(before, after) {
                Some(script) => line(String::new(), script),
                None => line(format!("{} lines {arrow} {} lines", before.lines().count(), after.lines().count()), Vec::new()),
            }
        }
        (Some(Fact::List(before)), Some(Fact::List(after))) => line(elements(before, after, arrow), Vec::new()),
        (before, after) => line(format!("{} {arrow} {}", shown(before.as_ref()), shown(after.as_ref())), Vec::new()),
    }
}

fn shown(fact: Option<&Fact>) -> String {
    match fact {
        None => "not set".to_owned(),
        Some(Fact::List(elements)) => format!("[{}]", told(elements.iter().map(|element| shortened(element)), elements.len())),
        Some(Fact::Text(text)) if text.is_empty() => "\"\"".to_owned(),
        Some(Fact::Text(text)) => shortened(text),
    }
}

fn shortened(text: &str) -> String {
    let text = one_line(text);
    if text.chars().count() <= MOST_TEXT { text } else { text.chars().take(MOST_TEXT).chain(['…']).collect() }
}

/// What a list gains and loses; where that is nothing, its order differs.
fn elements(before: &[String], after: &[String], arrow: &str) -> String {
    let missing = |from: &[String], of: &[String]| -> Vec<String> {
        let known: std::collections::HashSet<&String> = of.iter().collect();
        from.iter().filter(|element| !known.contains(element)).map(|element| shortened(element)).collect()
    };
    let (lost, gained) = (missing(before, after), missing(after, before));
    if lost.is_empty() && gained.is_empty() {
        let list = |elements: &[String]| told(elements.iter().map(|element| shortened(element)), elements.len());
        return format!("{} {arrow} {}", list(before), list(after));
    }
    let part = |sign: &str, elements: Vec<String>| {
        let count = elements.len();
        (count > 0).then(|| told(elements.into_iter().map(|element| format!("{sign}{element}")), count))
    };
    [part("+", gained), part("-", lost)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The lines of two scripts that differ, with one around them.
fn compared(before: &str, after: &str) -> Option<Vec<(char, String)>> {
    if before.lines().count().saturating_mul(after.lines().count()) > MOST_COMPARED {
        return None;
    }
    let mut lines = Vec::new();
    for (at, hunk) in hunks(before, after, 1).into_iter().enumerate() {
        if at > 0 {
            lines.push((' ', "…".to_owned()));
        }
        lines.extend(hunk.lines.into_iter().map(|(sign, line)| (sign, shortened(line.trim_end_matches(['\n', '\r'])))));
    }
    if lines.len() > MOST_LINES {
        let more = lines.len() - MOST_LINES;
        lines.truncate(MOST_LINES);
        lines.push((' ', format!("… and {more} more lines")));
    }
    Some(lines)
}

fn sign(fate: Fate) -> (char, Paint) {
    match fate {
        Fate::Added => ('+', Paint::Good),
        Fate::Removed => ('-', Paint::Bad),
        Fate::Changed => ('~', Paint::Warning),
        Fate::Renamed | Fate::Moved => ('>', Paint::Cached),
    }
}

fn spoken(fate: Fate) -> &'static str {
    match fate {
        Fate::Added => "added",
        Fate::Removed => "removed",
        Fate::Changed => "changed",
        Fate::Renamed => "renamed",
        Fate::Moved => "moved",
    }
}

/// Text in which Markdown sees nothing of its own.
fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| "\\`*_{}[]<>#|~!".contains(c).then_some('\\').into_iter().chain([c])).collect()
}
