//! A stage's `when`, as Python over what is known so far.

use super::python;
use crate::plan::Condition;

/// A function of the runtime's `SoFar`.
pub(super) fn lambda(condition: &Condition) -> String {
    format!("lambda so_far: {}", expression(condition, 0))
}

/// `strength`: how tightly what stands around it binds: `or` 0, `and` 1, `not` 2.
fn expression(condition: &Condition, strength: u8) -> String {
    let (own, text) = match condition {
        Condition::Always => (3, "True".to_owned()),
        Condition::Succeeded => (2, "not so_far.failing".to_owned()),
        Condition::Failed => (3, "so_far.failing".to_owned()),
        Condition::StageSucceeded(stage) => (3, format!("so_far.succeeded({})", python::text(stage))),
        Condition::StageFailed(stage) => (3, format!("so_far.failed({})", python::text(stage))),
        Condition::Not(inner) => (2, format!("not {}", expression(inner, 2))),
        Condition::And(left, right) => (1, format!("{} and {}", expression(left, 1), expression(right, 1))),
        Condition::Or(left, right) => (0, format!("{} or {}", expression(left, 0), expression(right, 0))),
    };
    if own < strength { format!("({text})") } else { text }
}
