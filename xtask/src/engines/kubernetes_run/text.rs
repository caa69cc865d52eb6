//! Hostile text: what containers get from the API server is what the user wrote, byte by byte: scripts, variables, words.

use super::super::Site;
use super::super::cluster::job::{Given, Report};
use super::super::conformance::case::{Case, Script, plan_of};
use super::super::conformance::compiled::Cases;
use super::super::conformance::judge::Known;
use super::super::mutation::Mutation;
use super::{Way, driven, observed, plain};
use crate::project;
use anyhow::{Context, Result, ensure};
use o11n::machine::Fakes;
use o11n::plan::{self, Body, EnvValue, Plan, ScriptPart, Substage};
use o11n::target::Options;
use std::fs;
use std::sync::Arc;

const SOURCE: &str =
    "pipeline text { stage s { substage a { env { X = \"x\" } run = \"true\" } substage b { command = [\"x\", \"y\"] } } }";

const NAME: &str = "text: as it was written";

const BROKEN: &[(&str, Mutation)] =
    &[(NAME, Mutation { name: "a word that Kubernetes expands", from: "$$(HOME)", to: "$(HOME)" })];

/// One pipeline with a script, a variable and a word of each text that is hard to hand on.
pub fn way(site: &Site, is_driven: bool) -> Result<Way> {
    let plan = plan()?;
    let script = Script::of(&plan, &Fakes::new(&plan));
    let case = Case::new(NAME.into(), SOURCE.into(), plan, script);
    let options = if is_driven { driven(false) } else { Options::default() };
    let cases = Cases::new("kubernetes", &options, vec![case], BROKEN, &site.arguments.case)?;
    let known = Known { declared: &[], excuses: &[], in_order: false };
    let (name, observe): (_, fn(&Plan, &Report) -> _) =
        if is_driven { ("text-driver", observed::observe) } else { ("text-plain", plain::observe) };
    Ok(Way { name, cases, observe, known, holds: arrives, patience: 20.0, more_time: 300.0 })
}

fn plan() -> Result<Plan> {
    let file = project::root().join("tests/emit/nasty.json");
    let mut texts: Vec<String> = serde_json::from_str(&fs::read_to_string(file)?)?;
    texts.push("echo 'it is long' $(date) {{x}} 你好 🎉\n".repeat(2_500));
    texts.push("$(HOME) $$HOME $ @NAME@ @RUN@ @ENV:HOME@".to_owned());
    let mut plan = plan_of(SOURCE)?;
    let substages = std::mem::take(&mut plan.stages[0].substages);
    for (number, text) in texts.iter().enumerate() {
        let [mut script, mut command] = [substages[0].clone(), substages[1].clone()];
        script.name = format!("a{number}").into();
        script.body = Body::Run(plan::Script { parts: vec![ScriptPart::Text(text.as_str().into())] });
        script.env = Arc::new([("X".into(), EnvValue::Text(text.as_str().into()))].into_iter().collect());
        command.name = format!("b{number}").into();
        command.body = Body::Command(vec!["echo".into(), text.as_str().into()]);
        plan.stages[0].substages.extend([script, command]);
    }
    Ok(plan)
}

fn arrives(plan: &Plan, report: &Report) -> Result<()> {
    let pods = report.pods.as_deref().unwrap_or_default();
    for (stage, substage) in plan.substages() {
        let pod = pods.iter().find(|pod| pod.stage == stage.name && pod.substage == substage.name);
        let given = pod.and_then(|pod| pod.given.as_ref()).with_context(|| format!("{} has got nothing", substage.name))?;
        check(substage, given).with_context(|| format!("of {}", substage.name))?;
    }
    Ok(())
}

fn check(substage: &Substage, given: &Given) -> Result<()> {
    match &substage.body {
        Body::Run(script) => {
            let text = script.text();
            let wanted = if text.is_empty() || text.ends_with('\n') { text.to_string() } else { format!("{text}\n") };
            ensure!(given.files.get("run") == Some(&wanted), "the script is {:?}", given.files.get("run"));
        }
        Body::Command(words) => ensure!(words.iter().eq(&given.words), "the words are {:?}", given.words),
    }
    for (name, value) in substage.env.iter() {
        let EnvValue::Text(wanted) = value else { continue };
        let got = given.env.get(name.as_str());
        ensure!(got.is_some_and(|got| got == wanted.as_str()), "the variable {name} is {got:?}");
    }
    Ok(())
}
