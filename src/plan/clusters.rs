//! Hardware modes against what the clusters in sight offer.

use std::collections::HashSet;
use std::sync::Arc;

use super::attrs::Attrs;
use super::eval::Eval;
use super::hardware::Mode;
use super::model::Hardware;
use super::value::Value;
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::sema::hir::{HardwareId, Pipeline};

/// Deepest nesting of a label expression.
const MAX_NESTING: usize = 64;

/// Checks the modes in use; `modes` come with the place where each is first used.
pub(super) fn check(eval: &mut Eval<'_>, modes: &[(Arc<Mode>, Span)], pipeline: &Pipeline) {
    let offers = offers(eval, pipeline);
    for (mode, used) in modes {
        let hardware = &mode.hardware;
        let label = match Label::parse(&hardware.label) {
            Ok(label) => label,
            Err(why) => {
                let span = mode.attrs.span("label").unwrap_or(hardware.span);
                let message = format!("the label `{}` cannot be read: {why}", hardware.label.escape_debug());
                let help = "write words joined by `&&`, `||`, `!` and parentheses: `board && rk3588`";
                eval.report(Diagnostic::at(Code::BadLabel, span, message, "not a label expression").help(help));
                continue;
            }
        };
        check_gpu(eval, mode);
        if !offers.is_empty() && !offers.iter().any(|offer| offer.fits(mode, &label)) {
            let clusters: Vec<String> =
                pipeline.clusters.iter().map(|id| format!("`{}`", eval.program.clusters[id.0 as usize].name)).collect();
            let message = format!("no cluster offers the hardware mode `{}`", hardware.name);
            let diagnostic = Diagnostic::at(Code::NotOffered, *used, message, "a substage on it would wait for ever")
                .label(hardware.span, "declared here")
                .note(format!("looked at {}", clusters.join(", ")));
            eval.report(diagnostic.help("add an `agent` whose label and resources fit, or name it in a cloud's `provides`"));
        }
    }
}

/// What one block of a cluster offers.
enum Offer {
    Agent { words: HashSet<String>, attrs: Attrs },
    Cloud(Vec<HardwareId>),
}

fn offers(eval: &mut Eval<'_>, pipeline: &Pipeline) -> Vec<Offer> {
    let program = eval.program;
    let mut offers = Vec::new();
    for id in &pipeline.clusters {
        let cluster = &program.clusters[id.0 as usize];
        let mut frame = vec![Value::Null; cluster.frame as usize];
        for agent in &cluster.agents {
            let attrs = eval.layer(Attrs::default(), &agent.settings, &mut frame);
            let label = attrs.value("label").and_then(Value::as_string).cloned().unwrap_or_default();
            // Its label is a set of words; `&&` between them is taken for what is meant.
            let words = label.split(|c: char| c.is_whitespace() || c == '&').filter(|word| !word.is_empty());
            offers.push(Offer::Agent { words: words.map(str::to_owned).collect(), attrs });
        }
        for cloud in &cluster.clouds {
            let attrs = eval.layer(Attrs::default(), &cloud.settings, &mut frame);
            let provides = attrs.value("provides").map(Value::elements).unwrap_or_default();
            let id = |value: &Value| if let Value::Hardware(id) = value { Some(*id) } else { None };
            offers.push(Offer::Cloud(provides.iter().filter_map(id).collect()));
        }
    }
    offers
}

impl Offer {
    fn fits(&self, mode: &Mode, label: &Label) -> bool {
        match self {
            Self::Cloud(provides) => provides.contains(&mode.id),
            // A pod does not run on an agent.
            Self::Agent { words, attrs } => {
                mode.hardware.k8s.is_none() && label.holds(words) && has_capacity(attrs, &mode.hardware)
            }
        }
    }
}

/// What an agent does not say of itself it may have, but for GPUs: few machines have them by chance.
fn has_capacity(agent: &Attrs, mode: &Hardware) -> bool {
    let cpu = agent.value("cpu").and_then(Value::as_float);
    let memory = agent.value("memory").and_then(Value::as_size);
    let gpu = agent.value("gpu").and_then(Value::as_int).unwrap_or(0);
    let arch = agent.value("arch").and_then(Value::as_string);
    let enough = |have: Option<f64>, want: Option<f64>| have.zip(want).is_none_or(|(have, want)| want <= have);
    enough(cpu, mode.cpu)
        && memory.zip(mode.memory).is_none_or(|(have, want)| want <= have)
        && i64::from(mode.gpu.unwrap_or(0)) <= gpu
        && arch.zip(mode.arch.as_ref()).is_none_or(|(have, want)| have == want)
}

/// On Kubernetes a pod gets a GPU only where its limits ask for a number of them.
fn check_gpu(eval: &mut Eval<'_>, mode: &Mode) {
    let hardware = &mode.hardware;
    let Some(k8s) = &hardware.k8s else { return };
    let gpus = hardware.gpu.unwrap_or(0);
    let in_yaml = asked_in_yaml(&k8s.yaml);
    let (name, message, label, help) = if gpus == 0 && hardware.gpu_type.is_some() && in_yaml.is_none() {
        let message = format!("the hardware mode `{}` names a kind of GPU, but asks for none", hardware.name);
        ("gpu_type", message, "no number of GPUs beside it".to_owned(), "set `gpu` to the number of GPUs")
    } else if let Some(asked) = in_yaml
        && gpus != 0
        && asked != gpus
    {
        let message = format!("the hardware mode `{}` says {gpus} GPUs, its `yaml` {asked}", hardware.name);
        (
            "gpu",
            message,
            format!("`yaml` is merged in last, so the pod asks for {asked}"),
            "set `gpu`, and leave the limit out of `yaml`",
        )
    } else {
        return;
    };
    let span = mode.attrs.span(name).unwrap_or(hardware.span);
    eval.report(Diagnostic::at(Code::GpuWithoutLimits, span, message, label).help(help));
}

/// The number of GPUs that a piece of a manifest asks for: a line such as `nvidia.com/gpu: 2`.
fn asked_in_yaml(yaml: &str) -> Option<u32> {
    yaml.lines().find_map(|line| {
        let (key, value) = line.trim().split_once(':')?;
        let value = value.trim().trim_matches(['"', '\'']);
        key.trim_matches(['"', '\'']).ends_with("/gpu").then(|| value.parse().ok()).flatten()
    })
}

/// A label expression over the words of an agent.
#[derive(Debug, PartialEq, Eq)]
enum Label {
    /// Fits every agent.
    Any,
    Word(String),
    Not(Box<Label>),
    All(Vec<Label>),
    Either(Vec<Label>),
}

impl Label {
    fn parse(text: &str) -> Result<Self, String> {
        let tokens = tokens(text)?;
        if tokens.is_empty() {
            return Ok(Self::Any);
        }
        let mut rest = tokens.as_slice();
        let label = either(&mut rest, 0)?;
        match rest.first() {
            None => Ok(label),
            Some(token) => Err(format!("`{token}` does not belong here")),
        }
    }

    fn holds(&self, words: &HashSet<String>) -> bool {
        match self {
            Self::Any => true,
            Self::Word(word) => words.contains(word),
            Self::Not(inner) => !inner.holds(words),
            Self::All(parts) => parts.iter().all(|part| part.holds(words)),
            Self::Either(parts) => parts.iter().any(|part| part.holds(words)),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<&str>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' | '!' => 1,
            '&' | '|' => {
                let pair = if first == '&' { "&&" } else { "||" };
                if !rest.starts_with(pair) {
                    return Err(format!("write `{pair}`"));
                }
                2
            }
            _ => rest.find(|c: char| c.is_whitespace() || "&|!()".contains(c)).unwrap_or(rest.len()),
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn either(rest: &mut &[&str], depth: usize) -> Result<Label, String> {
    joined(rest, depth, "||", all, Label::Either)
}

fn all(rest: &mut &[&str], depth: usize) -> Result<Label, String> {
    joined(rest, depth, "&&", single, Label::All)
}

fn joined(
    rest: &mut &[&str],
    depth: usize,
    operator: &str,
    part: impl Fn(&mut &[&str], usize) -> Result<Label, String>,
    join: impl Fn(Vec<Label>) -> Label,
) -> Result<Label, String> {
    let mut parts = vec![part(rest, depth)?];
    while rest.first() == Some(&operator) {
        *rest = &rest[1..];
        parts.push(part(rest, depth)?);
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { join(parts) })
}

fn single(rest: &mut &[&str], depth: usize) -> Result<Label, String> {
    if depth > MAX_NESTING {
        return Err(format!("it nests deeper than {MAX_NESTING} levels"));
    }
    let Some((token, tail)) = rest.split_first() else { return Err("a word is missing at its end".into()) };
    *rest = tail;
    match *token {
        "!" => single(rest, depth + 1).map(|inner| Label::Not(Box::new(inner))),
        "(" => {
            let inner = either(rest, depth + 1)?;
            if rest.first() != Some(&")") {
                return Err("a `)` is missing".into());
            }
            *rest = &rest[1..];
            Ok(inner)
        }
        ")" | "&&" | "||" => Err(format!("a word is missing before `{token}`")),
        word => Ok(Label::Word(word.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(label: &str, words: &str) -> bool {
        Label::parse(label).unwrap().holds(&words.split(' ').map(str::to_owned).collect())
    }

    #[test]
    fn labels_are_expressions_over_words() {
        assert!(holds("board && rk3588", "board rk3588") && !holds("board && rk3588", "board"));
        assert!(holds("a || b && !c", "b") && !holds("(a || b) && !c", "b c") && holds("", "x"));
        assert!(holds("!!a", "a"));
        for wrong in ["board && ", "&& a", "a b", "(a", "a)", "!", "a & b", "a || || b"] {
            assert!(Label::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Label::parse(&"(".repeat(100_000)).is_err() && Label::parse(&"!".repeat(100_000)).is_err());
    }

    #[test]
    fn gpus_are_found_in_a_manifest() {
        assert_eq!(asked_in_yaml("spec:\n  limits:\n    nvidia.com/gpu: \"2\"\n"), Some(2));
        assert_eq!(asked_in_yaml("spec: {}"), None);
    }
}
