//! Stubs: plans whose scripts end with exit codes that somebody chose, so that what a target makes of them can be tried on a real
//! engine before anything real runs. Every target gets them, since all of them read the plan.
//!
//! A stub finds its exit codes in the variables that fake a dry run too; what is set while compiling is its default. A run that has
//! no environment of its own hands them over in [`FAKES`].

use ecow::EcoString;

use super::fake_names::{Faked, set_fakes, stage_variable, substage_variable};
use super::fingerprint;
use super::model::{Body, Plan, Script, ScriptPart, Stage, Substage};
use super::quote;
use crate::base::World;
use crate::diag::Diagnostic;
use crate::sema::hir::Quote;

/// Which runs are played with stubs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stub {
    /// All: no script of the pipeline is left.
    Always,
    /// All but those with `O11N_REAL_RUN=1` in their environment: each script is behind a guard.
    Guard,
}

impl Stub {
    /// As `--stub` has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Guard => "guard",
        }
    }

    /// The stubs that a plan has, if it has any.
    pub fn of(plan: &Plan) -> Option<Self> {
        [Self::Always, Self::Guard].into_iter().find(|stub| plan.run_variables == stub.variables())
    }

    /// What they read when they run.
    fn variables(self) -> &'static [&'static str] {
        match self {
            Self::Always => &[FAKES],
            Self::Guard => &[FAKES, REAL_RUN],
        }
    }
}

/// Assignments such as `FAKE_COMPILE_RETCODE=1`, with blanks between.
const FAKES: &str = "O11N_FAKES";
const REAL_RUN: &str = "O11N_REAL_RUN";
const VERDICT: &str = "O11N_VERDICT";

/// From the variables to `o11n_code`, the exit code of this attempt.
const CHOOSE: &str = r#"IFS=', '
o11n_attempt=1 o11n_code=0
for o11n_code in $o11n_codes; do
  [ "$o11n_attempt" -lt "${O11N_ATTEMPT:-1}" ] || break
  o11n_attempt=$((o11n_attempt + 1))
done
"#;
const END: &str = r#"case $o11n_code in
  [0-9] | [1-9][0-9] | 1[0-9][0-9] | 2[0-4][0-9] | 25[0-5]) exit "$o11n_code" ;;
esac
echo "this is no exit code" >&2
exit 125"#;

/// Replaces the scripts of a plan. Fakes that the environment sets are its defaults; says what is wrong with those.
pub fn stub(plan: &mut Plan, mode: Stub, world: &dyn World) -> Vec<Diagnostic> {
    let (fakes, problems) = set_fakes(plan, world);
    let default = |of: Faked| fakes.iter().find(|(faked, _)| *faked == of).map(|(_, codes)| listed(codes));
    let mut scripts = Vec::new();
    for (index, stage) in (0..).zip(&plan.stages) {
        let of_stage = default(Faked::Stage(index));
        for (substage, named) in (0..).zip(&stage.substages) {
            let own = default(Faked::Substage(super::SubstageRef { stage: index, substage }));
            scripts.push(script(stage, named, of_stage.as_deref(), own.as_deref()));
        }
    }
    let substages = plan.stages.iter_mut().flat_map(|stage| &mut stage.substages);
    for (substage, script) in substages.zip(scripts) {
        match mode {
            Stub::Always => replace(substage, script),
            Stub::Guard => guard(substage, script),
        }
        // What a stub achieves must never be remembered as what it stands for.
        substage.cache = None;
        substage.fingerprint = fingerprint::stub(&substage.fingerprint);
    }
    plan.run_variables = mode.variables().iter().map(|name| (*name).into()).collect();
    problems
}

fn listed(codes: &[u8]) -> String {
    codes.iter().map(u8::to_string).collect::<Vec<_>>().join(",")
}

/// A script for sh and bash that ends as the variables say. The substage's variable beats the stage's, also as a default.
fn script(stage: &Stage, substage: &Substage, of_stage: Option<&str>, own: Option<&str>) -> Script {
    let mut script = Script::default();
    script.push("# A stub, made by `o11n compile --stub`: an exit code, or a list of them attempt by attempt.\n");
    script.push(format!("set -f\nfor o11n_fake in ${{{FAKES}-}}; do export \"${{o11n_fake?}}\"; done\n"));
    script.push("o11n_codes=").push_value(own.or(of_stage).unwrap_or("0")).push("\n");
    let of_stage = own.is_none().then(|| stage_variable(&stage.key));
    for variable in of_stage.into_iter().chain([substage_variable(&stage.key, &substage.name)]) {
        // Some targets share the text between values; a brace right before a value would keep them from it.
        let (prefix, name) = variable.split_at("FAKE_".len());
        script.push(format!("o11n_codes=${{{prefix}")).push_value(name).push(":-$o11n_codes}\n");
    }
    script.push(CHOOSE);
    // What the scripts would be told is seen in its place.
    let verdict = if substage.names(VERDICT) { ", verdict ${O11N_VERDICT-}" } else { "" };
    script.push(format!(
        "echo \"stub of ${{O11N_STAGE-}}/${{O11N_SUBSTAGE-}}, attempt ${{O11N_ATTEMPT-1}}{verdict}: exit $o11n_code\"\n"
    ));
    for path in &substage.artifacts.save {
        let file = saved_file(path);
        let folder = file.rsplit_once('/').map_or(".", |(folder, _)| folder);
        script.push("mkdir -p -- ").push_value(word(folder)).push(" && : > ").push_value(word(&file)).push("\n");
    }
    script.push(END);
    script
}

/// Whoever loads what a stub saved must find something: a folder with a file in it, or a file that the glob means.
fn saved_file(path: &str) -> String {
    if path.contains(['*', '?']) {
        path.replace("**", "stub").replace('*', "stub").replace('?', "x")
    } else {
        format!("{}/stub", path.trim_end_matches('/'))
    }
}

fn replace(substage: &mut Substage, stub: Script) {
    substage.before.clear();
    substage.body = Body::Run(stub);
    for after in &mut substage.after {
        *after = Script::default();
        after.push(":\n");
    }
    // It needs no more than that, and not every image has bash.
    substage.shell = "sh".into();
}

/// Puts the stub before everything that the substage runs. What is no sh or bash becomes an argument of its interpreter.
fn guard(substage: &mut Substage, stub: Script) {
    let mut guarded = Script::default();
    guarded.push(format!("if [ \"${{{REAL_RUN}-}}\" != 1 ]; then\n  ")).append(indented(stub)).push("fi\n");
    let is_posix = matches!(substage.shell.as_str(), "sh" | "bash");
    let interpreter = substage.shell.split_whitespace().map(word).collect::<Vec<_>>().join(" ");
    let before = std::mem::take(&mut substage.before);
    match std::mem::replace(&mut substage.body, Body::Command(Vec::new())) {
        Body::Run(run) if is_posix => {
            substage.before = [guarded].into_iter().chain(before).collect();
            substage.body = Body::Run(run);
        }
        Body::Run(run) => {
            let whole = joined(before.into_iter().chain([run]));
            guarded.push(format!("exec {interpreter} -c ")).push_value(word(&whole.text())).push("\n");
            substage.body = Body::Run(guarded);
        }
        Body::Command(words) => {
            if before.is_empty() && substage.after.is_empty() {
                // As before, no shell but the guard's own is needed.
                substage.shell = "sh".into();
            }
            if !before.is_empty() {
                // A process of its own: nothing that it sets reaches the body.
                let before = joined(before.into_iter());
                if is_posix {
                    guarded.push("(\n").append(before).push(")\n");
                } else {
                    guarded.push(format!("{interpreter} -c ")).push_value(word(&before.text())).push("\n");
                }
            }
            let words: Vec<EcoString> = words.iter().map(|text| word(text)).collect();
            guarded.push("exec ").push_value(words.join(" ")).push("\n");
            substage.body = Body::Run(guarded);
        }
    }
    for after in &mut substage.after {
        let script = std::mem::take(after);
        after.push(format!("[ \"${{{REAL_RUN}-}}\" = 1 ] || exit 0\n"));
        if is_posix {
            after.append(script);
        } else {
            after.push(format!("exec {interpreter} -c ")).push_value(word(&script.text())).push("\n");
        }
    }
    if !is_posix {
        substage.shell = "sh".into();
    }
}

fn indented(mut script: Script) -> Script {
    for part in &mut script.parts {
        if let ScriptPart::Text(text) = part {
            *text = text.replace("\n", "\n  ");
        }
    }
    script
}

fn joined(scripts: impl Iterator<Item = Script>) -> Script {
    let mut whole = Script::default();
    for script in scripts {
        whole.append(script);
    }
    whole
}

/// One word of a shell.
fn word(text: &str) -> EcoString {
    let mut out = String::with_capacity(text.len() + 2);
    // No shell could be given a NUL in any case.
    let _ = quote::append(&mut out, [text.replace('\0', "").as_str()], Quote::Bare);
    out.into()
}

impl Script {
    fn push(&mut self, text: impl Into<EcoString>) -> &mut Self {
        self.parts.push(ScriptPart::Text(text.into()));
        self
    }

    fn push_value(&mut self, value: impl Into<EcoString>) -> &mut Self {
        self.parts.push(ScriptPart::Value(value.into()));
        self
    }

    /// Adds another script on lines of its own.
    fn append(&mut self, script: Script) -> &mut Self {
        self.parts.extend(script.parts);
        if self.parts.iter().rev().map(ScriptPart::as_str).find(|text| !text.is_empty()).is_some_and(|text| !text.ends_with('\n'))
        {
            self.push("\n");
        }
        self
    }
}
