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
use crate::diag::{Code, Diagnostic};
use crate::plan::{Artifacts, Body, EnvValue, ExitClass, Hardware, K8s, Plan, Substage};
use crate::target::capability::origin;
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

/// Whether the substage runs on bare metal.
pub(super) fn is_bridged(substage: &Substage) -> bool {
    substage.hardware.as_ref().is_some_and(|mode| mode.k8s.is_none())
}

/// Substages on bare metal, where nothing says which Jenkins has them.
pub(super) fn unreachable(plan: &Plan) -> Vec<Span> {
    let jenkins = Settings::of(plan).jenkins;
    let is_known = !jenkins.url.is_empty() && !jenkins.job.is_empty();
    if is_known { Vec::new() } else { places(plan, "hardware", |_| true) }
}

/// Those that hand files to others, or get some: the cluster's store is not Jenkins'.
fn with_files(plan: &Plan) -> Vec<Span> {
    let loads = |substage: &Substage| substage.needs.iter().any(|need| need.loads);
    let mut found = places(plan, "artifacts", loads);
    let loaded = plan.substages().flat_map(|(_, substage)| &substage.needs).filter(|need| need.loads);
    let from_boards = loaded.filter(|need| need.members.iter().any(|at| is_bridged(plan.substage(*at))));
    found.extend(from_boards.map(|need| need.span));
    found
}

fn places(plan: &Plan, attribute: &str, wanted: impl Fn(&Substage) -> bool) -> Vec<Span> {
    let bridged = plan.substages().map(|(_, substage)| substage).filter(|substage| is_bridged(substage) && wanted(substage));
    bridged.map(|substage| origin(&substage.origins, attribute, substage.span)).collect()
}

/// What cannot be bridged.
pub(super) fn check(plan: &Plan, sink: &mut Vec<Diagnostic>) {
    for span in with_files(plan) {
        sink.push(
            Diagnostic::at(Code::Refused, span, "files cannot pass between the cluster and bare metal", "used here")
                .note("Argo keeps them in its artifact repository, Jenkins with the build")
                .help("hand them over in the scripts, by a store that both can reach"),
        );
    }
    let jenkins = Settings::of(plan).jenkins;
    for text in [&jenkins.url, &jenkins.job].into_iter().filter(|text| !is_plain(text)) {
        sink.push(leaf::not_plain(plan.span, text));
    }
}
