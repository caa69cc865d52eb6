//! The method of a substage: an agent, and on it files, environment, body, `after`, files.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use ecow::EcoString;

use super::script;
use super::settings::Settings;
use crate::diag::Diagnostic;
use crate::plan::{EnvValue, Hardware, K8s, Plan, Substage, SubstageRef};
use crate::target::groovy::runtime::Features;
use crate::target::groovy::{self, Names, comment, list};
use crate::target::pod;

/// The most variables in one `withEnv`: a literal has a limit.
const MOST_VARIABLES: usize = 100;

/// Methods that take a closure to the agents of one hardware mode.
#[derive(Default)]
pub(super) struct Modes {
    /// By the mode and the image.
    names: HashMap<(*const Hardware, Option<EcoString>), String>,
    pub(super) text: String,
    pub(super) has_pods: bool,
}

/// What the methods of substages share.
pub(super) struct Methods<'a> {
    pub(super) plan: &'a Plan,
    pub(super) settings: &'a Settings,
    pub(super) names: Names,
    pub(super) modes: Modes,
    pub(super) features: &'a mut Features,
    /// What precedes the runtime's methods: nothing, or the first file where this one is loaded.
    pub(super) owner: &'static str,
    pub(super) sink: &'a mut Vec<Diagnostic>,
}

impl Methods<'_> {
    /// The name under which a substage's files are kept during a build.
    fn stash(&self, at: SubstageRef) -> String {
        let substage = self.plan.substage(at);
        match &substage.cache {
            Some(_) => format!("o11n-{}", substage.fingerprint),
            None => format!("o11n-{}-{}", at.stage + 1, at.substage + 1),
        }
    }

    /// Writes the method of a substage; gives its name.
    pub(super) fn write(&mut self, at: SubstageRef, is_loaded: bool, out: &mut String) -> String {
        let (stage, substage) = (&self.plan.stages[at.stage as usize], self.plan.substage(at));
        let name = self.names.unique(&[&stage.name, &substage.name]);
        let mode = self.mode(substage);
        let owner = self.owner;
        let _ = writeln!(out, "// Substage {}", comment(&self.plan.path(at)));
        let _ = writeln!(out, "void {name}(Map attempt) {{\n  {owner}{mode}(attempt) {{");
        for from in substage.needs.iter().filter(|need| need.loads).flat_map(|need| need.members.iter()) {
            if !self.plan.substage(*from).artifacts.save.is_empty() {
                let _ = writeln!(out, "    unstash({})", groovy::text(&self.stash(*from)));
            }
        }
        let mut statements = vec![format!("body(attempt, {})", groovy::text(&script::body(substage)))];
        for after in &substage.after {
            self.features.insert("after");
            statements.push(format!("after(attempt, {})", groovy::text(&script::after(substage, after))));
        }
        let around = self.environment(substage);
        let mut indent = 4;
        for line in &around {
            let _ = writeln!(out, "{}{line} {{", " ".repeat(indent));
            indent += 2;
        }
        for statement in statements {
            let _ = writeln!(out, "{}{owner}{statement}", " ".repeat(indent));
        }
        for _ in &around {
            indent -= 2;
            let _ = writeln!(out, "{}}}", " ".repeat(indent));
        }
        self.files(at, substage, is_loaded, out);
        out.push_str("  }\n}\n\n");
        name
    }

    /// What is kept when the body is done.
    fn files(&mut self, at: SubstageRef, substage: &Substage, is_loaded: bool, out: &mut String) {
        let artifacts = &substage.artifacts;
        if is_loaded && !artifacts.save.is_empty() {
            self.features.insert("save");
            let _ = writeln!(
                out,
                "    if ({}hasPassed(attempt)) {{\n      stash(name: {}, includes: {}, allowEmpty: true, useDefaultExcludes: false)\n    }}",
                self.owner,
                groovy::text(&self.stash(at)),
                groovy::text(&patterns(&artifacts.save)),
            );
        }
        if !artifacts.keep.is_empty() {
            let patterns = groovy::text(&patterns(&artifacts.keep));
            let _ = writeln!(out, "    archiveArtifacts(artifacts: {patterns}, allowEmptyArchive: true)");
        }
        if !artifacts.junit.is_empty() {
            let patterns = groovy::text(&patterns(&artifacts.junit));
            let _ = writeln!(out, "    junit(testResults: {patterns}, allowEmptyResults: true, skipMarkingBuildUnstable: true)");
        }
    }

    /// The steps that lay the substage's own variables around its body.
    fn environment(&mut self, substage: &Substage) -> Vec<String> {
        let mut variables = Vec::new();
        if let Some(test) = substage.test.as_ref().filter(|test| !test.cases.is_empty()) {
            self.features.insert("cases");
            let names: String = test.cases.iter().map(|case| format!("{}\n", case.name)).collect();
            variables.push(format!("'O11N_CASES=' + {}cases({})", self.owner, groovy::text(&names)));
        }
        let mut secrets = Vec::new();
        for (name, value) in substage.env.iter() {
            match value {
                EnvValue::Text(text) if text.is_empty() => {}
                // Jenkins expands variables here.
                EnvValue::Text(text) => variables.push(groovy::text(&format!("{name}={}", text.replace("$", "$$")))),
                EnvValue::Secret(secret) => {
                    let (id, variable) = (groovy::text(secret), groovy::text(name));
                    secrets.push(format!("string(credentialsId: {id}, variable: {variable})"));
                }
            }
        }
        let variables = variables.chunks(MOST_VARIABLES).map(|some| format!("withEnv({})", list(some, 4)));
        let secrets = secrets.chunks(MOST_VARIABLES).map(|some| format!("withCredentials({})", list(some, 4)));
        variables.chain(secrets).collect()
    }

    /// The method of the substage's mode, written if it is new.
    fn mode(&mut self, substage: &Substage) -> String {
        let mode = substage.hardware.as_ref();
        let image = substage.image.as_ref();
        let key = (mode.map_or(std::ptr::null(), Arc::as_ptr), image.cloned());
        if let Some(known) = self.modes.names.get(&key) {
            return known.clone();
        }
        let called = mode.map_or("any agent", |mode| &mode.name);
        let name = self.names.unique(&["on", mode.map_or("agent", |mode| &mode.name)]);
        let steps = match mode.and_then(|mode| mode.k8s.as_ref().map(|k8s| (mode, k8s))) {
            Some((mode, k8s)) => {
                self.modes.has_pods = true;
                self.pod(mode, k8s, image)
            }
            None => {
                let label = mode.map_or(self.settings.label.as_str(), |mode| &mode.label);
                let inner = match image {
                    Some(image) => format!("docker.image({}).inside {{ inWorkspace(attempt, steps) }}", groovy::text(image)),
                    None => "inWorkspace(attempt, steps)".to_owned(),
                };
                let label = if label.is_empty() { String::new() } else { format!("({})", groovy::text(label)) };
                format!("  node{label} {{\n    {inner}\n  }}\n")
            }
        };
        let text = &mut self.modes.text;
        let _ = writeln!(text, "// Hardware: {}", comment(called));
        let _ = writeln!(text, "void {name}(Map attempt, Closure steps) {{\n{steps}}}\n");
        self.modes.names.insert(key, name.clone());
        name
    }

    fn pod(&mut self, mode: &Hardware, k8s: &K8s, image: Option<&EcoString>) -> String {
        let manifest = pod::waiting_manifest(mode, k8s, image.map(EcoString::as_str)).unwrap_or_else(|reason| {
            self.sink.push(pod::bad_patch(mode, &reason));
            String::new()
        });
        let container = if k8s.container.is_empty() { "main" } else { k8s.container.as_str() };
        let cloud = if k8s.cloud.is_empty() { String::new() } else { format!("cloud: {}, ", groovy::text(&k8s.cloud)) };
        format!(
            "  podTemplate({cloud}yaml: {}) {{\n    node(POD_LABEL) {{\n      container({}) {{ inWorkspace(attempt, steps) }}\n    }}\n  }}\n",
            groovy::text(&manifest),
            groovy::text(container),
        )
    }
}

/// Paths as Ant takes them: a folder is all that is in it.
fn patterns(paths: &[EcoString]) -> String {
    let mut patterns = Vec::new();
    for path in paths {
        let path = path.trim_start_matches("./").trim_end_matches('/');
        patterns.push(path.to_owned());
        if !path.contains(['*', '?']) {
            patterns.push(format!("{path}/**"));
        }
    }
    patterns.join(",")
}
