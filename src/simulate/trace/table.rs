//! The `[trace]` of a load file.

use indexmap::IndexMap;
use serde::Deserialize;

use super::collect::MOST_TIME;
use super::{Format, TraceSource};
use crate::base::Duration;

/// Most of what times between arrivals are multiplied with, and least.
const MOST_SCALE: f64 = 1_000.0;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Table {
    file: String,
    format: String,
    mode: Option<String>,
    gpu_mode: Option<String>,
    #[serde(default)]
    modes: IndexMap<String, String>,
    per_executor: Option<u32>,
    scale: Option<f64>,
    from: Option<String>,
    to: Option<String>,
    shake: Option<String>,
}

impl Table {
    /// The error says what is wrong, and what to write instead.
    pub(in super::super) fn source(&self) -> Result<TraceSource, String> {
        let format = Format::parse(&self.format)?;
        let scale = self.scale.unwrap_or(1.0);
        if !(1.0 / MOST_SCALE..=MOST_SCALE).contains(&scale) {
            return Err(format!("`scale` is a number from {} to {MOST_SCALE}: 0.5 is twice the load", 1.0 / MOST_SCALE));
        }
        if self.per_executor == Some(0) {
            return Err("`per_executor` is how many processors or GPUs of the log one executor stands for, at least 1".to_owned());
        }
        let from = duration("from", self.from.as_deref())?.unwrap_or_default();
        let to = duration("to", self.to.as_deref())?;
        if to.is_some_and(|to| to <= from) {
            return Err("`to` does not lie behind `from`; both count from the first job of the log".to_owned());
        }
        let shake = duration("shake", self.shake.as_deref())?.unwrap_or_default();
        if shake.0 > MOST_TIME {
            return Err(format!("`shake` is {shake}: write at most {}", Duration(MOST_TIME)));
        }
        let Self { file, mode, gpu_mode, modes, per_executor, .. } = self;
        let (file, mode, gpu_mode, modes) = (file.clone(), mode.clone(), gpu_mode.clone(), modes.clone());
        Ok(TraceSource { file, format, mode, gpu_mode, modes, per_executor: *per_executor, scale, from, to, shake })
    }
}

fn duration(name: &str, text: Option<&str>) -> Result<Option<Duration>, String> {
    let wrong = |text: &str| format!("`{name}` is `{}`: write a duration such as \"12h\" or \"7d\"", text.escape_debug());
    text.map(|text| Duration::parse(text).ok_or_else(|| wrong(text))).transpose()
}
