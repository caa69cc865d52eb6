//! Hardware modes against what the clusters in sight offer.

use std::collections::HashSet;
use std::sync::Arc;

use ecow::EcoString;

use super::attrs::Attrs;
use super::eval::Eval;
use super::hardware::Mode;
use super::model::{Hardware, Origins};
use super::value::Value;
use crate::base::{Duration, Size, Span};
use crate::diag::{Code, Diagnostic};
use crate::sema::hir::{Machines, Pipeline, Program};

/// Deepest nesting of a label expression.
const MAX_NESTING: usize = 64;

/// What an infrastructure offers.
#[derive(Clone, Debug)]
pub struct Cluster {
    pub name: EcoString,
    pub agents: Vec<Agent>,
    pub clouds: Vec<Cloud>,
}

/// Machines that stand there, all alike.
#[derive(Clone, Debug)]
pub struct Agent {
    pub name: EcoString,
    /// At least 1.
    pub count: u32,
    /// Of each, at least 1.
    pub executors: u32,
    pub startup: Duration,
    /// After which idle time one ends; none: they always stand there.
    pub idle: Option<Duration>,
    /// How long something waits until one that has ended starts again.
    pub demand: Duration,
    words: HashSet<String>,
    /// Cores.
    pub cpu: Option<f64>,
    pub memory: Option<Size>,
    pub gpu: u32,
    arch: Option<EcoString>,
    /// Its name in the source, and where its attributes are set.
    pub span: Span,
    pub origins: Origins,
}

/// Machines that start on demand.
#[derive(Clone, Debug)]
pub struct Cloud {
    pub name: EcoString,
    /// Where its hardware modes are declared.
    provides: Vec<Span>,
    /// Most machines at once.
    pub max: Option<u32>,
    /// Most of one hardware mode.
    pub each: Option<u32>,
    /// On average.
    pub startup: Duration,
    /// The standard deviation of that, as a part of it.
    pub spread: f64,
    /// Of a hundred starts.
    pub fails: u32,
    /// After which idle time a machine ends.
    pub idle: Option<Duration>,
    /// What is begun of it is paid for.
    pub billed: Option<Duration>,
    /// An idle machine ends when this much is left of that, instead of by its idle time.
    pub last: Option<Duration>,
    /// Of one machine for an hour.
    pub price: f64,
    /// Its name in the source, and where its attributes are set.
    pub span: Span,
    pub origins: Origins,
}

impl Cluster {
    /// The agents and the clouds on which a mode runs, by their places.
    pub fn offers(&self, mode: &Hardware) -> (Vec<usize>, Vec<usize>) {
        // A label that cannot be read was reported.
        let label = Label::parse(&mode.label).unwrap_or(Label::Any);
        let agents = self.agents.iter().enumerate().filter(|(_, agent)| agent.fits(mode, &label));
        let clouds = self.clouds.iter().enumerate().filter(|(_, cloud)| cloud.provides.contains(&mode.span));
        (agents.map(|(at, _)| at).collect(), clouds.map(|(at, _)| at).collect())
    }
}

/// Checks the modes in use; `modes` come with the place where each is first used.
pub(super) fn check(eval: &mut Eval<'_>, modes: &[(Arc<Mode>, Span)], clusters: &[Cluster]) {
    let has_offers = clusters.iter().any(|cluster| !cluster.agents.is_empty() || !cluster.clouds.is_empty());
    for (mode, used) in modes {
        let hardware = &mode.hardware;
        if let Err(why) = Label::parse(&hardware.label) {
            let span = mode.attrs.span("label").unwrap_or(hardware.span);
            let message = format!("the label `{}` cannot be read: {why}", hardware.label.escape_debug());
            let help = "write words joined by `&&`, `||`, `!` and parentheses: `board && rk3588`";
            eval.report(Diagnostic::at(Code::BadLabel, span, message, "not a label expression").help(help));
            continue;
        }
        check_gpu(eval, mode);
        let is_offered = |cluster: &Cluster| {
            let (agents, clouds) = cluster.offers(hardware);
            !agents.is_empty() || !clouds.is_empty()
        };
        if has_offers && !clusters.iter().any(is_offered) {
            let names: Vec<String> = clusters.iter().map(|cluster| format!("`{}`", cluster.name)).collect();
            let message = format!("no cluster offers the hardware mode `{}`", hardware.name);
            let diagnostic = Diagnostic::at(Code::NotOffered, *used, message, "a substage on it would wait for ever")
                .label(hardware.span, "declared here")
                .note(format!("looked at {}", names.join(", ")));
            eval.report(diagnostic.help("add an `agent` whose label and resources fit, or name it in a cloud's `provides`"));
        }
    }
}

/// The clusters that the pipeline sees.
pub(super) fn evaluate<'p>(eval: &mut Eval<'p>, pipeline: &Pipeline) -> Vec<Cluster> {
    let program = eval.program;
    let mut clusters = Vec::new();
    for id in &pipeline.clusters {
        let declared = &program.clusters[id.0 as usize];
        let mut frame = vec![Value::Null; declared.frame as usize];
        let mut layers = |machines: &'p [Machines]| -> Vec<Attrs> {
            machines.iter().map(|machines| eval.layer(Attrs::default(), &machines.settings, &mut frame)).collect()
        };
        let (agents, clouds) = (layers(&declared.agents), layers(&declared.clouds));
        let agents = declared.agents.iter().zip(&agents).map(|(agent, attrs)| Agent::new(agent, attrs)).collect();
        let clouds = declared.clouds.iter().zip(&clouds).map(|(cloud, attrs)| Cloud::new(cloud, attrs, program));
        clusters.push(Cluster { name: declared.name.clone(), agents, clouds: clouds.collect() });
    }
    clusters
}

/// A number of the schema's range.
fn number(attrs: &Attrs, name: &str) -> Option<u32> {
    attrs.value(name).and_then(Value::as_int).and_then(|number| u32::try_from(number).ok())
}

fn duration(attrs: &Attrs, name: &str) -> Option<Duration> {
    attrs.value(name).and_then(Value::as_duration)
}

impl Agent {
    fn new(declared: &Machines, attrs: &Attrs) -> Self {
        let label = attrs.value("label").and_then(Value::as_string).cloned().unwrap_or_default();
        // Its label is a set of words; `&&` between them is taken for what is meant.
        let words = label.split(|c: char| c.is_whitespace() || c == '&').filter(|word| !word.is_empty());
        Self {
            name: declared.name.clone(),
            count: number(attrs, "count").unwrap_or(1),
            executors: number(attrs, "executors").unwrap_or(1),
            startup: duration(attrs, "startup").unwrap_or_default(),
            idle: duration(attrs, "idle"),
            demand: duration(attrs, "demand").unwrap_or_default(),
            words: words.map(str::to_owned).collect(),
            cpu: attrs.value("cpu").and_then(Value::as_float),
            memory: attrs.value("memory").and_then(Value::as_size),
            gpu: number(attrs, "gpu").unwrap_or(0),
            arch: attrs.value("arch").and_then(Value::as_string).cloned(),
            span: declared.span,
            origins: attrs.origins(),
        }
    }

    /// What it does not say of itself it may have, but for GPUs: few machines have them by chance. A pod does not run on it.
    fn fits(&self, mode: &Hardware, label: &Label) -> bool {
        let enough = |have: Option<f64>, want: Option<f64>| have.zip(want).is_none_or(|(have, want)| want <= have);
        mode.k8s.is_none()
            && label.holds(&self.words)
            && enough(self.cpu, mode.cpu)
            && self.memory.zip(mode.memory).is_none_or(|(have, want)| want <= have)
            && mode.gpu.unwrap_or(0) <= self.gpu
            && self.arch.as_ref().zip(mode.arch.as_ref()).is_none_or(|(have, want)| have == want)
    }
}

impl Cloud {
    fn new(declared: &Machines, attrs: &Attrs, program: &Program) -> Self {
        let provides = attrs.value("provides").map(Value::elements).unwrap_or_default();
        let mode = |value: &Value| match value {
            Value::Hardware(id) => Some(program.hardware[id.0 as usize].span),
            _ => None,
        };
        Self {
            name: declared.name.clone(),
            provides: provides.iter().filter_map(mode).collect(),
            max: number(attrs, "max"),
            each: number(attrs, "each"),
            startup: duration(attrs, "startup").unwrap_or_default(),
            spread: attrs.value("spread").and_then(Value::as_float).unwrap_or(0.0),
            fails: number(attrs, "fails").unwrap_or(0),
            idle: duration(attrs, "idle"),
            billed: duration(attrs, "billed"),
            last: duration(attrs, "last"),
            price: attrs.value("price").and_then(Value::as_float).unwrap_or(0.0),
            span: declared.span,
            origins: attrs.origins(),
        }
    }
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
