//! A sketch as `.o11n` source.

use std::fmt::Write;
use std::time::Duration;

use crate::model::{Class, Need, OnError, Priority, Retry, RetryOn, Settings, Sketch, Stage, Substage, When};

impl Sketch {
    /// A file with one pipeline, `sketch`, whose bodies do nothing.
    pub fn source(&self) -> String {
        let mut writer = Writer::default();
        writer.line("pipeline sketch {");
        writer.settings(&self.settings, self.parallel, self.deadline);
        for stage in &self.stages {
            writer.stage(stage);
        }
        writer.line("}");
        writer.text
    }
}

#[derive(Default)]
struct Writer {
    text: String,
    depth: usize,
}

impl Writer {
    /// Braces at its ends say how deep the next line stands.
    fn line(&mut self, line: &str) {
        self.depth -= usize::from(line.starts_with('}'));
        let indent = self.depth * 2;
        writeln!(self.text, "{:indent$}{line}", "").expect("a string takes all");
        self.depth += usize::from(line.ends_with('{'));
    }

    fn setting(&mut self, name: &str, value: Option<impl std::fmt::Display>) {
        if let Some(value) = value {
            self.line(&format!("{name} = {value}"));
        }
    }

    fn settings(&mut self, settings: &Settings, parallel: Option<u32>, deadline: Option<Duration>) {
        self.setting("on_error", settings.on_error.map(OnError::word));
        if !settings.exit_codes.is_empty() {
            let codes: Vec<String> =
                settings.exit_codes.iter().map(|(code, class)| format!("{code} = {}", class.word())).collect();
            self.line(&format!("exit_codes {{ {} }}", codes.join("  ")));
        }
        if let Some(retry) = &settings.retry {
            self.line(&format!("retry {{ {} }}", fields(retry)));
        }
        self.setting("timeout", settings.timeout.map(literal));
        self.setting("deadline", deadline.map(literal));
        self.setting("priority", settings.priority.map(Priority::word));
        self.setting("parallel", parallel);
    }

    fn stage(&mut self, stage: &Stage) {
        self.guarded(stage.present, |writer| {
            writer.line(&format!("stage {} {{", stage.name));
            writer.setting("when", stage.when.as_ref().map(When::source));
            writer.settings(&stage.settings, stage.parallel, stage.deadline);
            for substage in &stage.substages {
                writer.substage(substage);
            }
            writer.line("}");
        });
    }

    fn substage(&mut self, substage: &Substage) {
        self.guarded(substage.present, |writer| {
            writer.line(&format!("substage {} {{", substage.name));
            writer.settings(&substage.settings, None, None);
            let (loads, needs): (Vec<&Need>, Vec<&Need>) = substage.needs.iter().partition(|need| need.loads);
            writer.setting("needs", (!needs.is_empty()).then(|| list(needs.iter().map(|need| need.path()))));
            if !loads.is_empty() {
                writer.line(&format!("artifacts {{ load = {} }}", list(loads.iter().map(|need| need.path()))));
            }
            writer.setting("lock", (!substage.locks.is_empty()).then(|| list(substage.locks.iter().cloned())));
            writer.setting("shards", (substage.shards > 1).then_some(substage.shards));
            if let Some(dispatch) = substage.dispatch {
                writer.line(&format!("dispatch {{ copies = {}  need = {} }}", dispatch.copies, dispatch.need));
            }
            if substage.cache {
                writer.line("cache { }");
            }
            writer.line("run = \"true\"");
            writer.line("}");
        });
    }

    /// What is not present stands under a condition that does not hold.
    fn guarded(&mut self, present: bool, write: impl FnOnce(&mut Self)) {
        if present {
            return write(self);
        }
        self.line("if false {");
        write(self);
        self.line("}");
    }
}

/// Strings in a list.
fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.map(|item| format!("\"{item}\"")).collect::<Vec<_>>().join(", "))
}

/// A duration as a literal, in whole milliseconds.
fn literal(time: Duration) -> String {
    match time.subsec_millis() {
        0 => format!("{}s", time.as_secs()),
        _ => format!("{}ms", time.as_millis()),
    }
}

fn fields(retry: &Retry) -> String {
    let on = |on: &Vec<RetryOn>| format!("[{}]", on.iter().map(|on| on.word()).collect::<Vec<_>>().join(", "));
    let fields = [
        ("limit", retry.limit.map(|limit| limit.to_string())),
        ("on", retry.on.as_ref().map(on)),
        ("delay", retry.delay.map(literal)),
        ("factor", retry.factor.map(|factor| factor.to_string())),
        ("max_delay", retry.max_delay.map(literal)),
    ];
    let written = fields.into_iter().filter_map(|(name, value)| Some(format!("{name} = {}", value?)));
    written.collect::<Vec<_>>().join("  ")
}

impl Need {
    /// `stage/substage`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.stage, self.substage)
    }
}

impl When {
    /// As it stands after `when =`.
    pub fn source(&self) -> String {
        match self {
            Self::Always => "always".to_owned(),
            Self::Succeeded => "succeeded".to_owned(),
            Self::Failed => "failed".to_owned(),
            Self::StageSucceeded(stage) => format!("succeeded(\"{stage}\")"),
            Self::StageFailed(stage) => format!("failed(\"{stage}\")"),
            Self::Not(inner) => format!("not ({})", inner.source()),
            Self::And(left, right) => format!("({}) and ({})", left.source(), right.source()),
            Self::Or(left, right) => format!("({}) or ({})", left.source(), right.source()),
        }
    }
}

impl OnError {
    pub fn word(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Continue => "continue",
            Self::Finish => "finish",
            Self::Abort => "abort",
        }
    }
}

impl Class {
    pub fn word(self) -> &'static str {
        match self {
            Self::Unstable => "unstable",
            Self::Failed => "failed",
            Self::Lost => "lost",
        }
    }
}

impl Priority {
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}

impl RetryOn {
    fn word(self) -> String {
        match self {
            Self::Failed => "failed".to_owned(),
            Self::TimedOut => "timed_out".to_owned(),
            Self::Lost => "lost".to_owned(),
            Self::Unstable => "unstable".to_owned(),
            Self::Exit(code) => format!("exit({code})"),
        }
    }
}
