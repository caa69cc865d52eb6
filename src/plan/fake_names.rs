//! The environment variables that fake outcomes: of the dry run and of compiled stubs alike.

use indexmap::IndexMap;

use super::{Plan, SubstageRef};
use crate::base::World;
use crate::diag::{Code, Diagnostic, nearest};

/// How all these variables begin and end.
const PREFIX: &str = "FAKE_";
const SUFFIX: &str = "_RETCODE";

/// What a variable stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Faked {
    /// Every substage of a stage, by the stage's place in [`Plan::stages`].
    Stage(u32),
    Substage(SubstageRef),
}

impl Faked {
    /// `stage` or `stage/substage`, as the source calls it.
    pub fn path(self, plan: &Plan) -> String {
        match self {
            Self::Stage(index) => plan.stages[index as usize].name.to_string(),
            Self::Substage(at) => format!("{}/{}", plan.stages[at.stage as usize].name, plan.substage(at).name),
        }
    }
}

/// `FAKE_COMPILE_RETCODE`, of the stage with this key.
pub fn stage_variable(key: &str) -> String {
    format!("{PREFIX}{}{SUFFIX}", variable_part(key))
}

/// `FAKE_COMPILE_BUILD_PLANNER_RETCODE`, of a substage of the stage with this key.
pub fn substage_variable(key: &str, substage: &str) -> String {
    format!("{PREFIX}{}_{}{SUFFIX}", variable_part(key), variable_part(substage))
}

/// All variables of a plan with what each stands for, in the plan's order. One with several meanings is ambiguous: setting it
/// is a mistake.
pub fn fake_variables(plan: &Plan) -> IndexMap<String, Vec<Faked>> {
    let mut found: IndexMap<String, Vec<Faked>> = IndexMap::new();
    for (index, stage) in (0..).zip(&plan.stages) {
        found.entry(stage_variable(&stage.key)).or_default().push(Faked::Stage(index));
        for (substage, named) in (0..).zip(&stage.substages) {
            let name = substage_variable(&stage.key, &named.name);
            found.entry(name).or_default().push(Faked::Substage(SubstageRef { stage: index, substage }));
        }
    }
    found
}

/// The fakes that the environment sets, each as exit codes attempt by attempt, the last for all further; and what is wrong with
/// others, or means nothing in this plan. A variable that is empty counts as not set.
pub fn set_fakes(plan: &Plan, world: &dyn World) -> (Vec<(Faked, Vec<u8>)>, Vec<Diagnostic>) {
    let (mut fakes, mut problems) = (Vec::new(), Vec::new());
    let known = fake_variables(plan);
    let value_of = |name: &str| world.env(name).filter(|value| !value.trim().is_empty());
    for name in world.variables() {
        let is_fake = name.starts_with(PREFIX) && name.ends_with(SUFFIX);
        if is_fake && !known.contains_key(name.as_str()) && value_of(&name).is_some() {
            problems.push(unused(&name, plan, known.keys().map(String::as_str)));
        }
    }
    for (name, meanings) in &known {
        let Some(value) = value_of(name) else { continue };
        let [meaning] = meanings[..] else {
            problems.push(ambiguous(name, meanings.iter().map(|meaning| meaning.path(plan))));
            continue;
        };
        let codes: Option<Vec<u8>> = value.split(',').map(|code| exit_code(code.trim())).collect();
        match codes {
            Some(codes) => fakes.push((meaning, codes)),
            None => problems.push(
                Diagnostic::new(Code::BadFake, format!("`{name}` is `{value}`, which is no exit code"))
                    .help("set it to 0–255, or to a list with a code for each attempt: `1,0`"),
            ),
        }
    }
    (fakes, problems)
}

/// 0 to 255, in digits alone.
pub fn exit_code(text: &str) -> Option<u8> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

fn unused<'k>(name: &str, plan: &Plan, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    let problem = Diagnostic::new(Code::UnusedFake, format!("`{name}` fakes nothing of the pipeline `{}`", plan.pipeline));
    match nearest(name, known) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!(
            "it is `{PREFIX}STAGE{SUFFIX}`, with the stage's key, or `{PREFIX}STAGE_SUBSTAGE{SUFFIX}`; unset it if it is meant for another pipeline"
        )),
    }
}

fn ambiguous(name: &str, paths: impl Iterator<Item = String>) -> Diagnostic {
    let paths = paths.map(|path| format!("`{path}`"));
    Diagnostic::new(Code::AmbiguousFake, format!("`{name}` could fake {}", paths.collect::<Vec<_>>().join(" or ")))
        .note("their names become one in the environment")
        .help("unset it, or give one of them another name; a dry run takes `--fake` instead")
}

/// ASCII letters and digits in capitals, other letters `U` and their code point, each run of anything else one `_`.
fn variable_part(name: &str) -> String {
    let mut part = String::with_capacity(name.len());
    let mut in_run = false;
    for c in name.chars() {
        let is_kept = c.is_ascii_alphanumeric() || !c.is_ascii() && c.is_alphabetic();
        if c.is_ascii_alphanumeric() {
            part.push(c.to_ascii_uppercase());
        } else if is_kept {
            part += &format!("U{:X}", u32::from(c));
        } else if !in_run {
            part.push('_');
        }
        in_run = !is_kept;
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_variable() {
        for (name, expected) in [
            ("compile", "FAKE_COMPILE_RETCODE"),
            ("build-planner", "FAKE_BUILD_PLANNER_RETCODE"),
            ("unit-1of4", "FAKE_UNIT_1OF4_RETCODE"),
            ("编译", "FAKE_U7F16U8BD1_RETCODE"),
            ("é", "FAKE_UE9_RETCODE"),
            ("𝒳", "FAKE_U1D4B3_RETCODE"),
            ("a - _/b", "FAKE_A_B_RETCODE"),
            ("-a-", "FAKE__A__RETCODE"),
            ("a①b", "FAKE_A_B_RETCODE"),
            ("a٣b", "FAKE_A_B_RETCODE"),
        ] {
            assert_eq!(stage_variable(name), expected, "{name}");
        }
        assert_eq!(substage_variable("compile", "build-planner"), "FAKE_COMPILE_BUILD_PLANNER_RETCODE");
        assert_eq!(substage_variable("a-", "-b"), "FAKE_A___B_RETCODE");
    }
}
