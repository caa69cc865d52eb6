//! Jenkins as the product has always been used: one Jenkinsfile for all pipelines, which has a taskbook printed at each build, reads
//! it and runs it. Of the pipeline it knows the name and the settings; what it runs, it reads.
//!
//! Below it stands the same runtime that a Jenkinsfile of the target `jenkins` has. Described for its readers in
//! `docs/targets/jenkins-taskbook.md`.

mod settings;

use super::capability::{Capability, Feature, kept};
use super::groovy::runtime::{self, Features};
use super::groovy::{capabilities, list, text};
use super::runner::words;
use super::{Artifact, Emitted, Options, TASKBOOK, Target};
use crate::diag::{Code, Diagnostic};
use crate::plan::{Plan, Stub};
use crate::schema::TargetSettings;
use settings::Settings;

const NAME: &str = "jenkins-taskbook";

const DRIVER: &str = include_str!("driver.groovy");

/// All of the runtime but for what other targets have in its place.
const FEATURES: &[&str] = &[
    "abort",
    "after",
    "cache",
    "cases",
    "deadline",
    "dispatch",
    "exit-codes",
    "lock",
    "needs",
    "pipeline-deadline",
    "retry",
    "save",
    "slots",
    "stages",
    "taskbook",
    "timeout",
    "verdict",
];

/// The target `jenkins-taskbook`.
#[derive(Debug)]
pub(super) struct JenkinsTaskbook;

impl Target for JenkinsTaskbook {
    fn name(&self) -> &'static str {
        NAME
    }

    fn has_kinds(&self) -> bool {
        true
    }

    fn doc(&self) -> &'static str {
        "A Jenkinsfile that has the taskbook printed at each build, and runs it."
    }

    fn capabilities(&self) -> Vec<Capability> {
        let cache = Feature::Rule(9);
        let rows = capabilities::rows().into_iter();
        // The taskbook is of the build's own files.
        let cached = kept(cache, "an archived file that the next build copies, by the plugin copyartifact");
        rows.map(|row| if row.feature == cache { cached.clone() } else { row }).collect()
    }

    fn settings(&self) -> TargetSettings {
        TargetSettings { name: settings::NAME, attributes: settings::ATTRIBUTES }
    }

    fn encode(&self, plan: &Plan, options: &Options) -> Emitted {
        let mut diagnostics = Vec::new();
        capabilities::check_options(NAME, plan, options, &mut diagnostics);
        let settings = Settings::of(plan);
        if let (Some(_), Some(words)) = (settings.command, arguments(plan, options)) {
            let message = format!("`command` of target `{NAME}` prints the taskbook, and would not be told `{words}`");
            diagnostics.push(
                Diagnostic::at(Code::Refused, plan.span, message, "in this pipeline")
                    .help(format!("leave `command` out, or write `{words}` into it and leave it out here")),
            );
        }
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Emitted { artifacts: Vec::new(), diagnostics };
        }
        let stem = match &options.trigger {
            Some(trigger) => format!("{}-{trigger}", plan.pipeline),
            None => plan.pipeline.to_string(),
        };
        let features: Features = FEATURES.iter().copied().collect();
        let text = head(plan, &settings, options) + DRIVER + &runtime::text(&features);
        Emitted { artifacts: vec![Artifact { path: format!("{stem}.Jenkinsfile"), text }], diagnostics }
    }
}

/// What depends on the pipeline: nothing after it does.
fn head(plan: &Plan, settings: &Settings, options: &Options) -> String {
    let fields = [
        format!("schema: '{TASKBOOK}'"),
        format!("pipeline: {}", text(&plan.pipeline)),
        format!("checkout: {}", settings.checkout),
        format!("command: {}", text(&command(plan, settings, options))),
        format!("job: {}", text(settings.job)),
        format!("script: {}", text(settings.script)),
    ];
    format!(
        "// A driver of taskbooks, written by o11n: each build has its taskbook printed, and runs it. But for what stands here until the\n\
         // properties, it is the same for all pipelines.\n\
         import groovy.json.JsonOutput\n\
         import groovy.json.JsonSlurper\n\
         import groovy.transform.Field\n\
         import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException\n\n\
         @Field Map settings = {}\n\n\
         // What has become of the run so far.\n\
         @Field Map o11n = [name: {}, label: {}, stages: [:], stopped: false, failing: false, unstable: false, passed: [:], ignored: [:],\n  \
         held: [], cached: [:], without: [], stashes: [:]]\n\
         // The substages of the taskbook by their paths. Jenkins need not write them down at each step.\n\
         @Field transient Map entries\n\n{}",
        list(&fields, 0),
        text(&plan.pipeline),
        text(settings.label),
        capabilities::properties(plan, options),
    )
}

/// The script that prints the taskbook into a file.
fn command(plan: &Plan, settings: &Settings, options: &Options) -> String {
    let arguments = arguments(plan, options).map(|words| format!(" {words}")).unwrap_or_default();
    let command = match settings.command {
        Some(command) => command.to_owned(),
        None if settings.image.is_empty() => format!("o11n compile{arguments}"),
        None => format!(
            "docker run --rm -v \"$WORKSPACE:/workspace\" -e O11N_PIPELINE -e JOB_NAME -e BUILD_ID $O11N_HANDED {} compile{arguments}",
            words(&[settings.image])
        ),
    };
    format!("#!/bin/sh -e\nexec > o11n-taskbook.json\n{command}\n")
}

/// What the compiler that prints the taskbook must be told as this one was.
fn arguments(plan: &Plan, options: &Options) -> Option<String> {
    let mut arguments = Vec::new();
    if let Some(stub) = Stub::of(plan) {
        arguments.extend(["--stub", stub.word()]);
    }
    if let Some(trigger) = &options.trigger {
        arguments.extend(["--trigger", trigger]);
    }
    (!arguments.is_empty()).then(|| words(&arguments))
}

#[cfg(test)]
mod tests {
    use super::{DRIVER, FEATURES, runtime};
    use std::collections::HashSet;

    #[test]
    fn the_driver_and_the_runtime_are_one_class() {
        let mut names: HashSet<&str> = runtime::names().collect();
        let twice: Vec<&str> = runtime::names_in(DRIVER).filter(|name| !names.insert(name)).collect();
        assert!(twice.is_empty(), "{twice:?} in the driver and in the runtime");
        assert!(names.contains("runEntry"));
    }

    /// Nothing is left out of the runtime that a taskbook may call for.
    #[test]
    fn the_driver_has_all_of_the_runtime() {
        let left_out: Vec<&str> = runtime::features().filter(|feature| !FEATURES.contains(feature)).collect();
        assert_eq!(left_out, ["pods", "step", "when"]);
    }
}
