//! The triggers by which runs are to be started.

use ecow::EcoString;

use crate::diag::{Code, Diagnostic};
use crate::plan::{Plan, Trigger};

/// The triggers that this plan is for: the one that is wanted, else all. An error where there is none, or one that sets a parameter
/// otherwise than the plan was built.
pub(super) fn of_plan<'a>(plan: &'a Plan, wanted: Option<&EcoString>, sink: &mut Vec<Diagnostic>) -> Vec<&'a Trigger> {
    if let Some(wanted) = wanted {
        let found: Vec<&Trigger> = plan.triggers.iter().filter(|trigger| trigger.name == *wanted).collect();
        if found.is_empty() {
            let message = format!("pipeline `{}` has no trigger `{wanted}`", plan.pipeline);
            sink.push(Diagnostic::at(Code::UnknownName, plan.span, message, "declared here"));
        }
        return found;
    }
    if plan.triggers.is_empty() {
        let message = format!("pipeline `{}` has no trigger to start it", plan.pipeline);
        let help = "declare one, such as `trigger nightly { cron = [\"0 2 * * *\"] }`";
        sink.push(Diagnostic::at(Code::Refused, plan.span, message, "declared here").help(help));
    }
    for trigger in &plan.triggers {
        let differs = trigger.with.iter().find(|(name, value)| plan.params.get(*name) != Some(*value));
        if let Some((name, _)) = differs {
            let message = format!("trigger `{}` sets `{name}`, which this plan was built without", trigger.name);
            sink.push(
                Diagnostic::at(Code::Refused, trigger.span, message, "declared here")
                    .note("a compiled pipeline has no parameters left to set")
                    .help(format!("compile it by itself, with `--trigger {}`", trigger.name)),
            );
        }
    }
    plan.triggers.iter().collect()
}
