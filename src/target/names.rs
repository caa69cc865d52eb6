//! Names as Kubernetes takes them, and what is built on it: `[a-z0-9]([-a-z0-9]*[a-z0-9])?`, short enough, unique.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::plan::Plan;

/// The longest name of a step, and of what Kubernetes calls a label's value.
const LONGEST: usize = 63;
/// Steps that we add begin so.
pub(super) const OWN: &str = "o11n-";

/// The name in Kubernetes' letters. Lower case, because pods are named after templates.
pub(super) fn mangle(name: &str) -> String {
    shorten(&spelt(&name.to_ascii_lowercase(), |c| c.is_ascii_alphanumeric()), LONGEST)
}

/// The name in letters that an engine takes. One that it does not is `u` and its hex code point, any run of other characters one `-`.
pub(super) fn spelt(name: &str, takes: fn(char) -> bool) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if takes(c) {
            out.push(c);
        } else if c.is_alphanumeric() {
            out.push_str(&format!("u{:x}", u32::from(c)));
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    if out.is_empty() {
        out.push('x');
    }
    out
}

/// At most `most` characters (of at least 7): what does not fit is replaced by a digest of the whole.
pub(super) fn shorten(name: &str, most: usize) -> String {
    if name.len() <= most {
        return name.to_owned();
    }
    let digest = hex_digest(name.as_bytes());
    match name[..most - 7].trim_end_matches('-') {
        "" => digest[..most.min(7)].to_owned(),
        kept => format!("{kept}-{}", &digest[..6]),
    }
}

pub(super) fn hex_digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A word for an expression's path: `[a-z0-9_]`, beginning with a letter if the name does.
pub(super) fn word(name: &str) -> String {
    mangle(name).replace('-', "_")
}

/// Hands out names, each once: a second one of a kind gets a number.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// Some are taken.
    pub(super) fn with(reserved: &[&str]) -> Self {
        Self(reserved.iter().map(|name| (*name).to_owned()).collect())
    }

    pub(super) fn unique(&mut self, wanted: &str) -> String {
        self.apart(wanted, '-')
    }

    /// The same for words, in which no `-` may stand.
    pub(super) fn unique_word(&mut self, wanted: &str) -> String {
        self.apart(wanted, '_')
    }

    fn apart(&mut self, wanted: &str, separator: char) -> String {
        let mut name = wanted.to_owned();
        let mut number = 2;
        while !self.0.insert(name.clone()) {
            name = format!("{wanted}{separator}{number}");
            number += 1;
        }
        name
    }
}

/// Reports stages, and substages of one stage, whose names become one in an engine, as people call it.
pub(super) fn check(engine: &str, plan: &Plan, sink: &mut Vec<Diagnostic>) {
    distinct(engine, "stages", plan.stages.iter().map(|stage| (stage.name.as_str(), stage.span)), sink);
    for stage in &plan.stages {
        distinct(engine, "substages", stage.substages.iter().map(|substage| (substage.name.as_str(), substage.span)), sink);
    }
}

fn distinct<'a>(engine: &str, noun: &str, names: impl Iterator<Item = (&'a str, Span)>, sink: &mut Vec<Diagnostic>) {
    let mut known: HashMap<String, (&str, Span)> = HashMap::with_capacity(names.size_hint().0);
    for (name, span) in names {
        let mangled = mangle(name);
        if mangled.starts_with(OWN) {
            let message = format!("`{name}` becomes `{mangled}` in {engine}, where `{OWN}` begins the names of our own steps");
            sink.push(Diagnostic::at(Code::MangledCollision, span, message, "named here").help("give it another name"));
            continue;
        }
        if let Some((other, first)) = known.get(&mangled) {
            let message = format!("the {noun} `{other}` and `{name}` are both `{mangled}` in {engine}");
            sink.push(
                Diagnostic::at(Code::MangledCollision, span, message, "the second one")
                    .label(*first, "the first one")
                    .note(format!("names in {engine} hold lower-case letters, digits and `-` only"))
                    .help("rename one of them so that they differ in more than letters' case and punctuation"),
            );
            continue;
        }
        known.insert(mangled, (name, span));
    }
}
