//! The Jenkinsfile of a job that runs substages for another engine, one a build: that engine keeps the rules, this file one attempt.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::document::{MOST_IN_FILE, MOST_IN_METHOD, of_attempt, used_by_attempt};
use super::settings::Settings;
use super::substage::{Methods, Modes};
use crate::diag::{Code, Diagnostic};
use crate::plan::{Plan, Substage, SubstageRef};
use crate::target::groovy::runtime::{self, Features};
use crate::target::groovy::{Names, comment, list, text};
use crate::target::{Artifact, Companion};

/// What a build is told, beside the variables that stubs read.
const PARAMETERS: &[&str] = &["O11N_KEY", "O11N_STEP", "O11N_FILE", "O11N_ATTEMPT", "O11N_VERDICT", "JOB_NAME", "BUILD_ID"];

pub(in crate::target) fn companion(plan: &Plan, wanted: fn(&Substage) -> bool, sink: &mut Vec<Diagnostic>) -> Companion {
    let settings = Settings::of(plan);
    let mut features = Features::from(["step"]);
    let mut methods = Methods {
        plan,
        settings: &settings,
        names: Names::new(runtime::names()),
        modes: Modes::default(),
        features: &mut features,
        owner: "",
        sink,
    };
    let mut rows = Vec::new();
    let mut bodies = String::new();
    for (stage, planned) in (0..).zip(&plan.stages) {
        for (substage, known) in (0..).zip(&planned.substages).filter(|(_, known)| wanted(known)) {
            let at = SubstageRef { stage, substage };
            methods.features.extend(used_by_attempt(planned, known));
            let method = methods.write(at, false, &mut bodies);
            rows.push((known.span, row(plan, at, &method)));
        }
    }
    if let Some((span, _)) = rows.get(MOST_IN_FILE) {
        let message =
            format!("{} substages run on Jenkins for another engine, and one file of Jenkins takes {MOST_IN_FILE}", rows.len());
        methods.sink.push(
            Diagnostic::at(Code::Refused, *span, message, "this is one too many")
                .help("compile the pipeline for Jenkins itself, with `--target jenkins`, or make it two pipelines"),
        );
    }
    let mut lists = String::new();
    let mut calls = Vec::new();
    for some in rows.chunks(MOST_IN_METHOD) {
        let name = methods.names.unique(&["steps"]);
        let some: Vec<String> = some.iter().map(|(_, row)| row.clone()).collect();
        let _ = writeln!(lists, "List {name}() {{\n  return {}\n}}\n", list(&some, 2));
        calls.push(format!("{name}()"));
    }
    let modes = std::mem::take(&mut methods.modes);
    if modes.has_pods {
        features.insert("pods");
    }
    let below = format!("{lists}{bodies}{}{}", modes.text, runtime::text(&features));
    let version: String = Sha256::digest(&below).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let text = format!("{}runStep('{version}', {})\n\n{below}", head(plan), calls.join(" + "));
    Companion { artifact: Artifact { path: format!("{}.Jenkinsfile", plan.pipeline), text }, version }
}

fn head(plan: &Plan) -> String {
    let names = PARAMETERS.iter().copied().chain(plan.run_variables.iter().map(|name| name.as_str()));
    let parameters: Vec<String> = names.map(|name| format!("string(name: {}, defaultValue: '')", text(name))).collect();
    let handed: Vec<String> = plan.run_variables.iter().map(|name| text(name)).collect();
    format!(
        "// What the pipeline {} runs on Jenkins, written by o11n: another engine leads it, and starts a build for each attempt.\n\
         // Make a job of this file and build it once, so that it knows its parameters. Builds must be allowed to run at the same time.\n\
         import groovy.transform.Field\n\
         import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException\n\n\
         @Field Map o11n = [name: {}, handedOn: {}]\n\n\
         properties([parameters({})])\n",
        comment(&plan.pipeline),
        text(&plan.pipeline),
        list(&[vec!["'JOB_NAME'".to_owned(), "'BUILD_ID'".to_owned()], handed].concat(), 0),
        list(&parameters, 0),
    )
}

fn row(plan: &Plan, at: SubstageRef, method: &str) -> String {
    let (stage, substage) = (&plan.stages[at.stage as usize], plan.substage(at));
    let mut fields = vec![
        format!("path: {}", text(&plan.path(at))),
        format!("stage: {}", text(&stage.name)),
        format!("name: {}", text(&substage.name)),
    ];
    fields.extend(of_attempt(stage, substage));
    fields.push(format!("run: {{ {method}(it) }}"));
    format!("[{}]", fields.join(", "))
}
