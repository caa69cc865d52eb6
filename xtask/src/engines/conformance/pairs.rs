//! Cases made by combination: every policy at every place, two policies in one stage, and each two things that a substage or its
//! stage can have.

use std::fmt::Write;

const POLICIES: [&str; 4] = ["ignore", "continue", "finish", "abort"];

/// What the machine does is expected, whatever it is; a scenario has to say something.
const ANY: &str = "expect duration >= 0s";

/// Every policy at every place of a stage, in every place of a pipeline; and all pairs of policies.
pub fn policies() -> String {
    let mut text = String::new();
    for policy in POLICIES {
        let _ = writeln!(text, "pipeline places_{policy} {{\n  on_error = {policy}\n");
        let conditions = ["", "", "when = always"];
        for (stage, when) in ["first", "second", "third"].iter().zip(conditions) {
            let _ = writeln!(text, "  stage {stage} {{ {when} {} }}", substages(&["a", "b", "c"]));
        }
        let _ = writeln!(text, "  stage last {{ when = failed {} }}", substages(&["x"]));
        for stage in ["first", "second", "third"] {
            for substage in ["a", "b", "c"] {
                let _ = writeln!(
                    text,
                    "  scenario \"{policy} at {stage}/{substage}\" {{ fake \"{stage}/{substage}\" = exit(1) {ANY} }}"
                );
            }
        }
        text.push_str("}\n");
    }
    for one in POLICIES {
        for other in POLICIES {
            let _ = writeln!(text, "pipeline pair_{one}_{other} {{");
            let pair = format!("substage a {{ on_error = {one} run = \"a\" }} substage b {{ on_error = {other} run = \"b\" }}");
            let _ = writeln!(text, "  stage test {{ {pair} {} }}", substages(&["c"]));
            let _ = writeln!(text, "  stage default {{ {} }}", substages(&["x"]));
            let _ = writeln!(text, "  stage good {{ when = succeeded {} }}", substages(&["x"]));
            let _ = writeln!(text, "  stage bad {{ when = failed {} }}", substages(&["x"]));
            let _ = writeln!(
                text,
                "  scenario \"{one}, then {other}\" {{ fake \"test/a\" = exit(1) fake \"test/b\" = lost {ANY} }}\n}}"
            );
        }
    }
    text
}

fn substages(names: &[&str]) -> String {
    names.iter().map(|name| format!("substage {name} {{ run = \"{name}\" }} ")).collect()
}

/// What a substage, its stage or its sibling can have, and how the substage then passes and fails.
struct Feature {
    name: &'static str,
    /// Of the substage itself.
    own: &'static str,
    of_stage: &'static str,
    of_sibling: &'static str,
    /// How the substage passes in a way that this matters to; empty for plainly.
    passes: &'static str,
    /// How it fails; empty for plainly.
    fails: &'static str,
}

const PLAIN: Feature = Feature { name: "", own: "", of_stage: "", of_sibling: "", passes: "", fails: "" };

const FEATURES: &[Feature] = &[
    Feature { name: "retry", own: "retry { limit = 1  delay = 1s }", passes: "[exit(1), exit(0)]", ..PLAIN },
    Feature { name: "dispatch", own: "dispatch { copies = 3  need = 2 }", ..PLAIN },
    Feature { name: "timeout", own: "timeout = 10s", fails: "timed_out", ..PLAIN },
    Feature { name: "when", of_stage: "when = not failed(\"before\")", ..PLAIN },
    Feature { name: "parallel", of_stage: "parallel = 1", ..PLAIN },
    Feature {
        name: "exit_codes",
        own: "exit_codes { 80 = unstable  81 = lost }",
        passes: "exit(80)",
        fails: "exit(81)",
        ..PLAIN
    },
    Feature { name: "needs", own: "needs = [\"before/needed\"]", of_sibling: "needs = [\"test/it\"]", ..PLAIN },
    Feature { name: "lock", own: "lock = [\"board\"]", of_sibling: "lock = [\"board\"]", ..PLAIN },
    Feature { name: "deadline", of_stage: "deadline = 60s", ..PLAIN },
    Feature { name: "abort", own: "on_error = abort", ..PLAIN },
    Feature { name: "ignore", own: "on_error = ignore", ..PLAIN },
    Feature { name: "continue", own: "on_error = continue", ..PLAIN },
    Feature { name: "priority", own: "priority = low", ..PLAIN },
    Feature { name: "cache", own: "cache { }", passes: "cached", ..PLAIN },
];

/// Two features at once: the substage passes, and it fails.
pub fn features() -> String {
    let mut text = String::new();
    for (at, one) in FEATURES.iter().enumerate() {
        for other in FEATURES[at + 1..].iter().filter(|other| !excludes(one, other)) {
            pair(&mut text, one, other);
        }
    }
    text
}

/// Both set the same attribute.
fn excludes(one: &Feature, other: &Feature) -> bool {
    let attribute = |feature: &Feature| feature.own.split_once(" =").map(|(name, _)| name);
    attribute(one).is_some() && attribute(one) == attribute(other)
}

fn pair(text: &mut String, one: &Feature, other: &Feature) {
    let (name, both) = (format!("{}_{}", one.name, other.name), [one, other]);
    let joined = |part: fn(&Feature) -> &'static str| both.map(part).join(" ");
    let _ = writeln!(text, "pipeline {name} {{\n  stage before {{ {} }}", substages(&["needed"]));
    let it = format!("substage it {{ {} run = \"it\" }}", joined(|feature| feature.own));
    let sibling = format!("substage sibling {{ {} run = \"sibling\" }}", joined(|feature| feature.of_sibling));
    let _ = writeln!(text, "  stage test {{ {} {it} {sibling} {} }}", joined(|feature| feature.of_stage), substages(&["last"]));
    let _ = writeln!(text, "  stage default {{ {} }}", substages(&["x"]));
    let after = "substage x { needs = [\"test/it\"] run = \"x\" }";
    let _ = writeln!(text, "  stage always {{ when = always {after} {} }}", substages(&["y"]));
    let chosen = |way: fn(&Feature) -> &'static str, plain: &'static str| {
        both.map(way).into_iter().filter(|way| !way.is_empty()).min_by_key(|way| *way != "cached").unwrap_or(plain)
    };
    let (passes, fails) = (chosen(|feature| feature.passes, "exit(0)"), chosen(|feature| feature.fails, "exit(1)"));
    let _ = writeln!(text, "  scenario \"{} and {}: it passes\" {{ fake \"test/it\" = {passes} {ANY} }}", one.name, other.name);
    let _ = writeln!(text, "  scenario \"{} and {}: it fails\" {{ fake \"test/it\" = {fails} {ANY} }}\n}}", one.name, other.name);
}
