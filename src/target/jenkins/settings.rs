//! What `target jenkins { … }` may hold.

use crate::plan::Plan;
use crate::schema::{AttrType, Attribute, Kind};

/// The settings, with their defaults filled in.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) label: String,
    pub(super) folder: String,
}

pub(super) const ATTRIBUTES: &[Attribute] = &[
    row(
        "label",
        AttrType::String,
        "\"\"",
        "The agents of substages without a hardware mode, and of what the pipeline itself does.",
    ),
    row(
        "folder",
        AttrType::String,
        "\"\"",
        "Where the companion files of a large pipeline lie in the repository of the Jenkinsfile.",
    ),
];

const fn row(name: &'static str, ty: AttrType, default: &'static str, doc: &'static str) -> Attribute {
    Attribute { name, on: &[Kind::Target], ty, inherited: false, default, doc }
}

impl Settings {
    pub(super) fn of(plan: &Plan) -> Self {
        let given = plan.targets.get("jenkins");
        let text = |name: &str| given.and_then(|given| given.get(name)).and_then(|value| value.as_str()).unwrap_or_default();
        Self { label: text("label").to_owned(), folder: text("folder").trim_end_matches('/').to_owned() }
    }
}
