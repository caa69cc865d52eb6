//! What `target jenkins_taskbook { … }` may hold.

use crate::plan::Plan;
use crate::schema::{AttrType, Attribute, Kind};

/// What the block is called: a name in the language has no hyphen.
pub(super) const NAME: &str = "jenkins_taskbook";

/// The settings, with their defaults filled in.
#[derive(Debug)]
pub(super) struct Settings<'a> {
    pub(super) label: &'a str,
    pub(super) image: &'a str,
    /// None: the default.
    pub(super) command: Option<&'a str>,
    pub(super) checkout: bool,
    pub(super) job: &'a str,
    pub(super) script: &'a str,
}

pub(super) const ATTRIBUTES: &[Attribute] = &[
    row("label", AttrType::String, "\"\"", "The agents on which the taskbook is made, and of substages without a hardware mode."),
    row(
        "image",
        AttrType::String,
        "\"\"",
        "The image that prints the taskbook, run by `docker run`; \"\": the command on the agent.",
    ),
    row("command", AttrType::String, "\"o11n compile\"", "The shell text that prints the taskbook, instead of `image`."),
    row("checkout", AttrType::Bool, "true", "Whether the job's repository is checked out before the taskbook is made."),
    row("job", AttrType::String, "\"\"", "The Jenkins job that runs entries of a taskbook that have no body."),
    row("script", AttrType::String, "\"\"", "The shell text that runs them where `job` is not set."),
];

const fn row(name: &'static str, ty: AttrType, default: &'static str, doc: &'static str) -> Attribute {
    Attribute { name, on: &[Kind::Target], ty, inherited: false, default, doc }
}

impl<'a> Settings<'a> {
    pub(super) fn of(plan: &'a Plan) -> Self {
        let given = plan.targets.get(NAME);
        let value = |name: &str| given.and_then(|given| given.get(name));
        let text = |name: &str| value(name).and_then(|value| value.as_str()).filter(|text| !text.is_empty());
        Self {
            label: text("label").unwrap_or_default(),
            image: text("image").unwrap_or_default(),
            command: text("command"),
            checkout: value("checkout").and_then(serde_json::Value::as_bool).unwrap_or(true),
            job: text("job").unwrap_or_default(),
            script: text("script").unwrap_or_default(),
        }
    }
}
