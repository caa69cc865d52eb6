//! What no case of the table shows: a large pipeline, and text that is hard to carry.

use super::case::plan_of;
use crate::project;
use anyhow::{Context, Result};
use o11n::plan::Plan;
use std::fs;

/// Substages of the large pipeline, in two stages of which one needs the other; beside them is one with much of everything.
pub const MANY: usize = 2_000;

pub fn large() -> Result<Plan> {
    let half = MANY / 2;
    let family = |name: &str, more: &str| format!("substage {name} {{ shards = {half}  retry = 1  {more} run = \"make\" }}");
    // More than one literal of Groovy takes.
    let codes: Vec<String> = (1..=150).map(|code| format!("{code} = unstable")).collect();
    let locks: Vec<String> = (1..=260).map(|lock| format!("\"lock-{lock}\"")).collect();
    let wide = format!("substage wide {{ exit_codes {{ {} }}  lock = [{}]  run = \"make\" }}", codes.join(" "), locks.join(", "));
    let (one, two) = (family("one", ""), family("two", "needs = [\"first/one\"]") + &wide);
    plan_of(&format!("pipeline large {{ stage first {{ parallel = 50  {one} }} stage second {{ {two} }} }}"))
}

/// Texts that readers stumble over, and long ones.
pub fn texts() -> Result<Vec<String>> {
    let listed = fs::read_to_string(project::root().join("tests/emit/nasty.json"))?;
    let mut texts: Vec<String> = serde_json::from_str(&listed).context("nasty.json is a list of texts")?;
    texts.retain(|text| !text.contains('\0'));
    texts.extend([
        "it's '''x''' \"\"\"y\"\"\" $X ${Y} $$ \\ \\n \\u0041 {{a}} {#b#} `c` $(d) 你好 🚀\r\nz\t".to_owned(),
        "x".repeat(100_000),
        "汉'".repeat(25_000),
    ]);
    Ok(texts)
}
