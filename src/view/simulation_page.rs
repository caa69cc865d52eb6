//! A simulation as one page: no script, nothing loaded, curves and tables.

use std::fmt::Write as _;

use super::axis::ticks;
use super::chart::{Chart, round_up};
use super::html::{escaped, head};
use super::simulate::{arrivals, remarks, tables, time};
use crate::base::Duration;
use crate::simulate::{Against, Document, KindCurve, LeftOut, MachineLane, Picture, Pictures, Stretch};

const STYLE: &str = include_str!("simulation.css");
/// Letters that the axis of a whole week has room for, where it is narrow.
const AXIS: usize = 60;
/// Letters of a name that is shown where the pointer rests.
const NAME: usize = 80;
const DAY: i64 = 86_400_000;
/// Round waits, in seconds; beyond, days doubled.
const TOPS: [f64; 14] =
    [10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 28_800.0, 43_200.0, 86_400.0];

/// The comparison as an HTML document.
pub fn simulation_html(document: &Document, pictures: Option<&Pictures>) -> String {
    let (pipeline, cluster) = (escaped(&document.pipeline), escaped(&document.cluster));
    let mut out = head(&format!("{pipeline} on {cluster}"), STYLE);
    let _ = writeln!(out, "<h1><bdi>{pipeline}</bdi> on <bdi>{cluster}</bdi> <small>simulation</small></h1>");
    let _ = writeln!(out, "<p>{}</p>", escaped(&arrivals(document)));
    let pictures = pictures.filter(|pictures| !pictures.policies.is_empty());
    if let Some(stretch) = pictures.and_then(|pictures| pictures.stretch.as_ref()) {
        out += &stretched(stretch);
    }
    let tables = tables(document);
    out += "<h2>Policies beside each other</h2>\n";
    tables.iter().take(1).for_each(|table| out += &drawn_table(table));
    if let Some(pictures) = pictures {
        out += &curves(document, pictures);
        out += &against(pictures);
        out += &hour(pictures);
    }
    out += "<h2>All figures</h2>\n";
    tables.iter().skip(1).for_each(|table| out += &drawn_table(table));
    let remarks: String = remarks(document).iter().map(|remark| format!("<li>{}</li>\n", escaped(remark))).collect();
    if !remarks.is_empty() {
        let _ = write!(out, "<ul class=\"quiet\">\n{remarks}</ul>\n");
    }
    out + "</main>\n</body>\n</html>\n"
}

fn drawn_table(rows: &[Vec<String>]) -> String {
    let mut out = String::from("<div class=\"wide\"><table>\n");
    let columns = rows.first().map_or(0, Vec::len);
    for (at, row) in rows.iter().enumerate() {
        let is_first = row.first().is_some_and(|name| !name.is_empty());
        out += if at == 0 {
            "<thead><tr>"
        } else if is_first {
            "<tr class=\"first\">"
        } else {
            "<tr>"
        };
        for column in 0..columns {
            let cell = escaped(row.get(column).map_or("", String::as_str));
            let _ = match (at, column) {
                (0, _) => write!(out, "<th scope=\"col\">{cell}</th>"),
                (_, 0) => write!(out, "<th scope=\"row\"><bdi>{cell}</bdi></th>"),
                _ => write!(out, "<td><bdi>{cell}</bdi></td>"),
            };
        }
        out += if at == 0 { "</tr></thead>\n<tbody>\n" } else { "</tr>\n" };
    }
    out + "</tbody></table></div>\n"
}

/// What is drawn how.
fn key<'n>(names: impl Iterator<Item = (&'n str, String, &'n str)>) -> String {
    let rows: String = names
        .map(|(class, name, shape)| format!("<li><i class=\"{class} {shape}\"></i><bdi>{}</bdi></li>", escaped(&name)))
        .collect();
    format!("<ul class=\"key\">{rows}</ul>\n")
}

const CLASSES: [&str; 8] = ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"];

fn key_of(pictures: &Pictures) -> String {
    key(CLASSES.into_iter().zip(&pictures.policies).map(|(class, picture)| (class, picture.policy.clone(), "")))
}

/// The first thing to see: how long the averages keep what waits from getting a machine.
fn stretched(stretch: &Stretch) -> String {
    let Stretch { label, from, until, .. } = stretch;
    let (Some(own), other) = (stretch.lines.first(), stretch.lines.get(1)) else { return String::new() };
    let whose = if label.is_empty() { "without a label".to_owned() } else { format!("for <bdi>{}</bdi>", escaped(label)) };
    let policy = |name: &str| format!("<strong><bdi>{}</bdi></strong>", escaped(name));
    let mut out = String::from("<h2>Why Jenkins waits</h2>\n");
    let _ = write!(
        out,
        "<p>Under {}, builds {whose} waited for <strong>{}</strong>, from {} to {}: no executor was free, none was on its way, \
         and a cloud had room for machines. ",
        policy(&own.policy),
        time((until - from) as f64 / 1_000.0),
        clock(*from, true),
        clock(*until, true)
    );
    out += &cause(stretch);
    if let Some(other) = other {
        let _ = write!(
            out,
            " The {} builds asked for in this time waited {} on average; under {}, {} waited {}.",
            own.builds,
            time(own.wait / 1_000.0),
            policy(&other.policy),
            if other.builds == own.builds { "the same".to_owned() } else { format!("{} of them", other.builds) },
            time(other.wait / 1_000.0)
        );
    }
    out += "</p>\n";
    let names = CLASSES.into_iter().zip(&stretch.lines).map(|(class, line)| (class, line.policy.clone(), ""));
    out += &key(names.chain([("quiet", "strokes at the bottom: a machine is asked for".to_owned(), "stroke")]));
    let times = clocks(stretch.shown);
    let most = stretch.lines.iter().flat_map(|line| &line.queue).map(|(_, queue)| *queue).max().unwrap_or(0);
    let top = round_up(f64::from(most));
    let mut chart = Chart::new(stretch.shown, top);
    chart.stretch("mark", *from, *until);
    for (class, line) in CLASSES.into_iter().zip(&stretch.lines).rev() {
        chart.line(class, stairs(&line.queue, stretch.shown.1));
        for at in &line.requests {
            chart.instant(&format!("{class} request"), *at, (0.93, 1.0));
        }
    }
    let length = time((until - from) as f64 / 1_000.0);
    chart.says(*from, *until, &format!("{length} without a request"));
    let _ = writeln!(out, "<h3>Builds that wait <small>marked: {length} in which nothing is asked for</small></h3>");
    out += &chart.drawn("how many builds wait over time", &counts(top), &times);
    out += &averages(stretch, &times);
    out
}

/// Which average it was that kept them waiting.
fn cause(stretch: &Stretch) -> String {
    let Stretch { average, samples, .. } = stretch;
    let Some(predicted) = stretch.predicted() else {
        return "Jenkins asks for as many as wait on <em>average</em>, and that average takes in a tenth of what is so every 10 s."
            .to_owned();
    };
    let came = samples.map_or(String::new(), |samples| format!("; here it took {samples}"));
    format!(
        "Jenkins asks for none while the <em>average</em> of free executors is 0.1 or more. When the last one filled up, that stood at \
         {average:.2}. It forgets a tenth every 10 s, so it takes ⌈ln(0.1 / {average:.2}) / ln 0.9⌉ = <strong>{predicted} samples</strong> \
         until it is below{came}."
    )
}

fn averages(stretch: &Stretch, times: &[(i64, String)]) -> String {
    let most = stretch.averages.iter().map(|(_, average)| f64::from(*average)).fold(1.0, f64::max);
    let top = round_up(most);
    let mut chart = Chart::log(stretch.shown, (0.01, top));
    chart.stretch("mark", stretch.from, stretch.until);
    chart.level("level", 0.1);
    chart.line("average", stretch.averages.iter().map(|(at, average)| (*at, Some(f64::from(*average)))));
    for pair in stretch.averages.windows(2).zip(&stretch.free) {
        let ([(at, average), (next, _)], (_, free)) = (pair.0, pair.1) else { continue };
        chart.says(*at, *next, &format!("{}: {average:.3} on average, {free} free", clock(*at, true)));
    }
    let values = [(0.01, "0.01".to_owned()), (0.1, "0.1".to_owned()), (1.0, "1".to_owned()), (top, top.to_string())];
    let values = if top > 1.0 { &values[..] } else { &values[..3] };
    let title = "<h3>The average of free executors <small>each step is a factor of ten; below 0.1, machines may be asked for</small></h3>\n";
    title.to_owned() + &chart.drawn("the average of free executors over time", values, times)
}

/// A line that goes up and down at once.
fn stairs(steps: &[(i64, u32)], end: i64) -> impl Iterator<Item = (i64, Option<f64>)> + '_ {
    let ends = steps.iter().skip(1).map(|(at, _)| *at).chain([end]);
    steps.iter().zip(ends).flat_map(|((at, count), end)| [*at, end].map(|at| (at, Some(f64::from(*count)))))
}

fn counts(top: f64) -> Vec<(f64, String)> {
    let half = top / 2.0;
    let mut values = vec![(0.0, "0".to_owned()), (top, top.to_string())];
    if half.fract() == 0.0 {
        values.push((half, half.to_string()));
    }
    values
}

/// Waits by group, the queue, and machines by kind, over the whole time.
fn curves(document: &Document, pictures: &Pictures) -> String {
    let end = pictures.step.saturating_mul(pictures.count as i64);
    let times: Vec<(i64, String)> = ticks(Duration(end), AXIS).into_iter().map(|(at, label)| (at.0, label)).collect();
    let step = Duration(pictures.step);
    let mut out =
        format!("<h2>Waits over time</h2>\n<p class=\"quiet\">The mean wait of the builds that are asked for in each {step}.");
    if document.seeds > 1 {
        out += " This and all that follows is the first week alone.";
    }
    if pictures.left_out > 0 {
        let _ = write!(out, " Policies that are not drawn: {}.", pictures.left_out);
    }
    out += "</p>\n";
    out += &key_of(pictures);
    let groups = pictures.policies.first().map_or(0, |picture| picture.waits.len());
    for group in 0..groups {
        let word = pictures.policies[0].waits[group].0;
        let value = |picture: &Picture, at: usize| picture.waits[group].1[at].map(|wait| wait / 1_000.0);
        let most = all_values(pictures, value);
        if most.is_none() {
            continue;
        }
        let top = round_time(most.unwrap_or(0.0));
        let values = [(0.0, "0".to_owned()), (top / 2.0, time(top / 2.0)), (top, time(top))];
        let _ = writeln!(out, "<h3>{word} builds</h3>");
        out += &curve(pictures, value, top, time).drawn(&format!("mean waits of {word} builds over time"), &values, &times);
    }
    out += "<h2>How many wait</h2>\n<p class=\"quiet\">Builds that could start and have no executor, on average.</p>\n";
    out += &key_of(pictures);
    let value = |picture: &Picture, at: usize| Some(picture.queue[at]);
    let top = round_up(all_values(pictures, value).unwrap_or(0.0));
    out += &curve(pictures, value, top, count).drawn("how many builds wait over time", &counts(top), &times);
    out += "<h2>What machines do</h2>\n<p class=\"quiet\">Executors that have a build, on average; dotted: those that are there or asked for.";
    if pictures.kinds_left_out > 0 {
        let _ = write!(out, " Kinds that work less and are not drawn: {}.", pictures.kinds_left_out);
    }
    out += "</p>\n";
    out += &key_of(pictures);
    out += "<div class=\"halves\">\n";
    let kinds = pictures.policies.first().map_or(0, |picture| picture.kinds.len());
    for kind in 0..kinds {
        out += &kind_curve(document, pictures, kind, &times);
    }
    out + "</div>\n"
}

fn kind_curve(document: &Document, pictures: &Pictures, kind: usize, times: &[(i64, String)]) -> String {
    let of = |picture: &Picture, curve: fn(&KindCurve) -> &Vec<f64>, at: usize| Some(curve(&picture.kinds[kind])[at]);
    let busy = |picture: &Picture, at: usize| of(picture, |kind| &kind.busy, at);
    let there = |picture: &Picture, at: usize| of(picture, |kind| &kind.there, at);
    let top = all_values(pictures, busy).into_iter().chain(all_values(pictures, there)).fold(0.0, f64::max);
    let top = round_up(top);
    let mut chart = curve(pictures, busy, top, count);
    for (class, picture) in CLASSES.into_iter().zip(&pictures.policies) {
        chart.line(&format!("{class} there"), points(pictures, |at| there(picture, at)));
    }
    let name = &pictures.policies[0].kinds[kind].kind;
    let parts = document.policies.iter().filter_map(|figures| figures.machines.iter().find(|machines| machines.kind == *name));
    let parts: Vec<String> = parts.take(CLASSES.len()).map(|machines| format!("{:.0} %", machines.utilization * 100.0)).collect();
    let name = escaped(name);
    format!("<div><h3><bdi>{name}</bdi> <small>busy: {}</small></h3>\n", parts.join(", "))
        + &chart.drawn("executors over time", &counts(top), times)
        + "</div>\n"
}

fn points(pictures: &Pictures, value: impl Fn(usize) -> Option<f64>) -> impl Iterator<Item = (i64, Option<f64>)> {
    (0..pictures.count).map(move |at| (pictures.step * at as i64 + pictures.step / 2, value(at)))
}

fn all_values(pictures: &Pictures, value: impl Fn(&Picture, usize) -> Option<f64>) -> Option<f64> {
    let values = pictures.policies.iter().flat_map(|picture| (0..pictures.count).map(move |at| (picture, at)));
    values.filter_map(|(picture, at)| value(picture, at)).reduce(f64::max)
}

/// One line for each policy, and what it says at each step.
fn curve(pictures: &Pictures, value: impl Fn(&Picture, usize) -> Option<f64>, top: f64, shown: fn(f64) -> String) -> Chart {
    let step = pictures.step;
    let mut chart = Chart::new((0, step.saturating_mul(pictures.count as i64)), top);
    // The first lies above the others.
    for (class, picture) in CLASSES.into_iter().zip(&pictures.policies).rev() {
        chart.line(class, points(pictures, |at| value(picture, at)));
    }
    for at in 0..pictures.count {
        let said = pictures
            .policies
            .iter()
            .filter_map(|picture| Some(format!("{}: {}", shortened(&picture.policy), shown(value(picture, at)?))));
        let said: Vec<String> = said.collect();
        if !said.is_empty() {
            let from = step * at as i64;
            chart.says(from, from + step, &format!("{}\n{}", clock(from, false), said.join("\n")));
        }
    }
    chart
}

fn count(number: f64) -> String {
    format!("{number:.1}")
}

/// The least round time that is at least this, in seconds.
fn round_time(seconds: f64) -> f64 {
    let days = (1..32).map(|power| 86_400.0 * f64::from(1_u32 << power));
    TOPS.into_iter().chain(days).find(|top| *top >= seconds).unwrap_or(seconds)
}

/// The same builds under each policy and under the first.
fn against(pictures: &Pictures) -> String {
    let (Some(first), true) = (pictures.policies.first(), pictures.policies.len() > 1) else { return String::new() };
    let mut out = format!(
        "<h2>Policy against policy</h2>\n<p class=\"quiet\">The same builds, beside <bdi>{}</bdi>: those that wait at least ten seconds \
         less, about as long, and at least ten seconds longer.</p>\n<div class=\"wide\"><table>\n<thead><tr>",
        escaped(&first.policy)
    );
    for column in ["policy", "", "less", "as long", "longer", "on average", ""] {
        let _ = write!(out, "<th scope=\"col\">{column}</th>");
    }
    out += "</tr></thead>\n<tbody>\n";
    for picture in &pictures.policies[1..] {
        let mut name = escaped(&picture.policy);
        for against in &picture.against {
            let Against { group, shorter, same, longer, sum } = against;
            let all = shorter + same + longer;
            if all == 0 {
                continue;
            }
            let class = if name.is_empty() { "" } else { " class=\"first\"" };
            let share = |count: &usize| format!("{:.1}", 100.0 * *count as f64 / all as f64);
            let [less, as_long, more] = [shorter, same, longer].map(share);
            let mean = *sum as f64 / all as f64 / 1_000.0;
            let sign = if mean < 0.0 { "−" } else { "+" };
            let _ = writeln!(
                out,
                "<tr{class}><th scope=\"row\"><bdi>{name}</bdi></th><td>{group}</td><td>{less} %</td><td>{as_long} %</td><td>{more} %</td>\
                 <td>{sign}{}</td><td><div class=\"against\"><i class=\"less\" style=\"width:{less}%\"></i><i style=\"width:{as_long}%\"></i>\
                 <i class=\"more\" style=\"width:{more}%\"></i></div></td></tr>",
                time(mean.abs())
            );
            name.clear();
        }
    }
    out + "</tbody></table></div>\n"
}

/// The busiest hour, machine by machine.
fn hour(pictures: &Pictures) -> String {
    let (from, to) = pictures.window;
    let mut out = format!(
        "<h2>The busiest hour</h2>\n<p class=\"quiet\">The one in which most runs arrive: {} to {}, by machine.</p>\n",
        clock(from, false),
        clock(to, false)
    );
    let groups = ["small", "big", "urgent"].map(|group| (group, group.to_owned(), "box"));
    out += &key(groups.into_iter());
    for (at, picture) in pictures.policies.iter().enumerate() {
        let open = if at < 2 { " open" } else { "" };
        let machines = picture.lanes.len() + picture.left_out.machines;
        let _ = writeln!(
            out,
            "<details{open}><summary><bdi>{}</bdi> <small>{machines} machines have builds</small></summary>\n<div class=\"hour\">",
            escaped(&picture.policy)
        );
        picture.lanes.iter().for_each(|lane| out += &machine(lane, pictures.window));
        out += "<div class=\"axis\" aria-hidden=\"true\">";
        for (at, label) in clocks(pictures.window) {
            let left = share(at, pictures.window);
            if left <= 94.0 {
                let _ = write!(out, "<span style=\"left:{left}%\">{label}</span>");
            }
        }
        out += "</div></div>\n";
        out += &left_out(picture.left_out);
        out += "</details>\n";
    }
    out
}

/// What is not drawn of the hour.
fn left_out(left_out: LeftOut) -> String {
    let LeftOut { machines, builds, starts } = left_out;
    let all =
        [(machines, "more machines"), (builds, "more builds of these"), (starts, "more times at which one of these starts")];
    let parts: Vec<String> =
        all.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if parts.is_empty() { String::new() } else { format!("<p class=\"quiet\">not drawn: {}</p>\n", parts.join(", ")) }
}

fn machine(lane: &MachineLane, window: (i64, i64)) -> String {
    let name = escaped(&lane.machine);
    let mut out = format!("<div title=\"{name}\"><bdi>{name}</bdi></div><div class=\"rows\">");
    for bars in &lane.lanes {
        out += "<div class=\"bars\">";
        let mut add = |class: &str, from: i64, to: i64, says: &str| {
            let (left, right) = (share(from, window), share(to, window));
            if right > left {
                let width = ((right - left) * 10.0).round() / 10.0;
                let _ =
                    write!(out, "<i class=\"{class}\" style=\"left:{left}%;width:{width}%\" title=\"{}\"></i>", escaped(says));
            }
        };
        let mut since = window.0;
        for (requested, came, ended) in &lane.lives {
            add("off", since, *requested, "not there");
            add("starting", *requested, *came, "starts");
            since = *ended;
        }
        if !lane.lives.is_empty() {
            add("off", since, window.1, "not there");
        }
        for bar in bars {
            let (wait, takes) = (Duration(bar.started - bar.submitted), Duration(bar.ended - bar.started));
            let end = if bar.is_stopped { "lost its executor after" } else { "takes" };
            let says = format!("{}: {}, waited {wait}, {end} {takes}", shortened(&bar.name), clock(bar.started, true));
            add(bar.group, bar.started, bar.ended, &says);
        }
        out += "</div>";
    }
    out + "</div>\n"
}

/// Where in the window a time is, in percent.
fn share(at: i64, (from, to): (i64, i64)) -> f64 {
    let share = (at - from) as f64 / (to - from).max(1) as f64;
    (share.clamp(0.0, 1.0) * 1_000.0).round() / 10.0
}

/// Names may be of any length.
fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME { name.to_owned() } else { name.chars().take(NAME - 1).chain(['…']).collect() }
}

/// A time as a clock on the wall shows it.
pub(super) fn clock(at: i64, has_seconds: bool) -> String {
    let (day, seconds) = (at.div_euclid(DAY) + 1, at.rem_euclid(DAY) / 1_000);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let exact = if has_seconds { format!(":{seconds:02}") } else { String::new() };
    format!("day {day}, {hours:02}:{minutes:02}{exact}")
}

/// Round times of a short span, by the clock.
fn clocks((from, to): (i64, i64)) -> Vec<(i64, String)> {
    let minutes = [1, 2, 5, 10, 15, 30, 60, 120, 360, 720].into_iter().chain((0..32).map(|power| 1_440 << power));
    let step = minutes.map(|minutes| minutes * 60_000).find(|step| (to - from) / step <= 6).unwrap_or(i64::MAX);
    let first = from.div_euclid(step) + i64::from(from % step != 0);
    let times = (first..).map(|tick| tick.saturating_mul(step)).take_while(|at| *at < to);
    times.map(|at| (at, clock(at, false).rsplit(' ').next().unwrap_or_default().to_owned())).collect()
}
