//! Substages on bare metal: their pods hold a bridge to a job of Jenkins, which runs the body as a build.
//!
//! Argo keeps all rules but one, as for any pod: what it needs is an exit code. Only the time of an attempt is Jenkins' to keep,
//! since it counts from the body's start, and before that a board may have to be waited for.

use std::sync::Arc;

use ecow::{EcoString, eco_format};
use indexmap::IndexMap;

use super::leaf;
use super::settings::Settings;
use super::text::is_plain;
use crate::base::{Size, Span};
use crate::diag::Diagnostic;
use crate::plan::{Artifacts, Body, EnvValue, ExitClass, Hardware, K8s, Plan, Substage};
use crate::target::capability::used;
use crate::target::has_odd_paths;
use crate::target::runner::own_codes;

/// Seconds that the bridge has to stop its build in.
pub(super) const GRACE: i64 = 60;

/// What only a run of Argo knows, and a build wants to know.
const HANDED_ON: &[&str] = &["O11N_ATTEMPT", "O11N_VERDICT", "JOB_NAME", "BUILD_ID"];

/// How bridges reach Jenkins.
#[derive(Debug)]
pub(super) struct Bridge {
    /// What their pods ask for.
    mode: Arc<Hardware>,
    command: Vec<EcoString>,
    env: IndexMap<EcoString, EnvValue>,
    image: EcoString,
}

impl Bridge {
    /// `version`: of the Jenkinsfile that the job must have.
    pub(super) fn new(plan: &Plan, settings: &Settings, version: &str) -> Self {
        let jenkins = &settings.jenkins;
        let mut command: Vec<EcoString> = ["/o11n", "bridge", "jenkins", "--job"].map(EcoString::from).into();
        command.push(jenkins.job.clone());
        command.extend(["--param".into(), eco_format!("O11N_FILE={version}")]);
        for name in HANDED_ON.iter().copied().chain(plan.run_variables.iter().map(EcoString::as_str)) {
            command.extend(["--pass".into(), name.into()]);
        }
        let secret = |key: &str| EnvValue::Secret(eco_format!("{}/{key}", jenkins.secret));
        let env = [
            ("JENKINS_URL", EnvValue::Text(jenkins.url.clone())),
            ("JENKINS_USER", secret("user")),
            ("JENKINS_TOKEN", secret("token")),
        ];
        let mode = Hardware {
            name: "bridge".into(),
            label: EcoString::new(),
            cpu: Some(0.01),
            memory: Some(Size(64 << 20)),
            gpu: None,
            gpu_type: None,
            disk: None,
            os: "linux".into(),
            arch: None,
            image: None,
            env: IndexMap::new(),
            lock: Vec::new(),
            k8s: Some(K8s::default()),
            span: plan.span,
            origins: Vec::new(),
        };
        Self {
            mode: Arc::new(mode),
            command,
            env: env.into_iter().map(|(name, value)| (name.into(), value)).collect(),
            image: jenkins.image.clone(),
        }
    }

    /// What the pod of a substage holds in its place.
    pub(super) fn stand_in(&self, path: String, substage: &Substage) -> Substage {
        let [timed_out, instead, lost] = own_codes(substage);
        let mut command = self.command.clone();
        for (flag, code) in [("--timed-out", timed_out), ("--lost", lost), ("--instead", instead)] {
            command.extend([flag.into(), eco_format!("{code}")]);
        }
        let mut env = self.env.clone();
        env.insert("O11N_STEP".into(), EnvValue::Text(path.into()));
        let mut exit_codes = substage.exit_codes.clone();
        exit_codes.push((lost, ExitClass::Lost));
        exit_codes.sort_unstable_by_key(|(code, _)| *code);
        Substage {
            hardware: Some(Arc::clone(&self.mode)),
            image: Some(self.image.clone()),
            body: Body::Command(command),
            before: Vec::new(),
            after: Vec::new(),
            test: None,
            artifacts: Artifacts::default(),
            env: Arc::new(env),
            exit_codes,
            ..substage.clone()
        }
    }
}

/// Substages on bare metal, where nothing says which Jenkins has them.
pub(super) fn unreachable(plan: &Plan) -> Vec<Span> {
    let jenkins = Settings::of(plan).jenkins;
    let is_known = !jenkins.url.is_empty() && !jenkins.job.is_empty();
    used(plan, "hardware", |_, substage| !is_known && substage.is_on_bare_metal())
}

/// Files that would have to pass between the cluster and bare metal, or from one build to another: Argo keeps them in its artifact
/// repository, Jenkins with the build.
pub(super) fn files_across(plan: &Plan) -> Vec<Span> {
    used(plan, "artifacts", |_, substage| {
        let mut from = substage.needs.iter().filter(|need| need.loads).flat_map(|need| need.members.iter());
        from.any(|at| substage.is_on_bare_metal() || plan.substage(*at).is_on_bare_metal())
    })
}

/// Paths that Jenkins would take for others.
pub(super) fn odd_paths(plan: &Plan) -> Vec<Span> {
    used(plan, "artifacts", |_, substage| substage.is_on_bare_metal() && has_odd_paths(substage))
}

/// What would make Argo change a setting.
pub(super) fn check(plan: &Plan, sink: &mut Vec<Diagnostic>) {
    let jenkins = Settings::of(plan).jenkins;
    for text in [&jenkins.url, &jenkins.job].into_iter().filter(|text| !is_plain(text)) {
        sink.push(leaf::not_plain(plan.span, text));
    }
}
