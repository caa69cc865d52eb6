//! Kubernetes by itself: Jobs, ConfigMaps and, where asked, one more Job that walks the stages.
//!
//! Kubernetes knows nothing between Jobs: no order, no condition, no lock. So a pipeline that needs any of it is refused, unless
//! `--option driver=job` is given: then a driver, a shell script that is carried along, creates the Jobs one after the other and
//! keeps all ten rules. `docs/targets/kubernetes.md` describes both for their readers.

mod body;
mod capabilities;
mod driver;
mod files;
mod plain;
mod rbac;
mod settings;
mod start;
mod store;
mod table;

use serde_json::{Map, Value, json};

use super::capability::Capability;
use super::names::{self, Names, mangle, shorten};
use super::yaml::{self, Data};
use super::{Artifact, Emitted, Kind, Options, Target, TargetOption, triggers};
use crate::diag::{Code, Diagnostic};
use crate::plan::{Plan, Stage, Substage, Trigger};
use crate::schema::TargetSettings;
use settings::Settings;

/// The target `kubernetes`.
#[derive(Debug)]
pub(super) struct Kubernetes;

const OPTIONS: &[TargetOption] = &[TargetOption {
    name: "driver",
    values: &["none", "job"],
    doc: "`job`: a Job of ours walks the stages and keeps all rules; `none`, the default: plain Jobs of one stage.",
}];

impl Target for Kubernetes {
    fn name(&self) -> &'static str {
        "kubernetes"
    }

    fn doc(&self) -> &'static str {
        "Jobs for Kubernetes 1.33 or later; with `--option driver=job` also one that walks the stages."
    }

    fn has_kinds(&self) -> bool {
        true
    }

    fn capabilities(&self) -> Vec<Capability> {
        capabilities::rows()
    }

    fn settings(&self) -> TargetSettings {
        TargetSettings { name: self.name(), attributes: settings::ATTRIBUTES }
    }

    fn options(&self) -> &'static [TargetOption] {
        OPTIONS
    }

    fn presupposes(&self) -> &'static [(&'static str, &'static str)] {
        &[("driver", "job")]
    }

    fn encode(&self, plan: &Plan, options: &Options) -> Emitted {
        let mut cx = Context::new(plan, options);
        names::check("Kubernetes", plan, &mut cx.sink);
        let is_driven = options.value("driver") == Some("job");
        if options.kind == Kind::Template {
            let message = "Kubernetes has no templates to start runs from";
            cx.sink.push(
                Diagnostic::new(Code::Refused, message)
                    .help("leave `--kind` out and create the file for each run, or use `--kind cron`"),
            );
        }
        for (setting, value) in cx.settings.odd_labels() {
            let message = format!("the setting `{setting}` is {value:?}, which cannot be the value of a label");
            let help = "write at most 63 letters, digits, `-`, `_` and `.`, first and last a letter or digit";
            cx.sink.push(Diagnostic::at(Code::Refused, plan.span, message, "of this pipeline").help(help));
        }
        if !is_driven && !options.rbac {
            plain::check(&mut cx);
        }
        if cx.sink.iter().any(Diagnostic::is_error) {
            return Emitted { artifacts: Vec::new(), diagnostics: cx.sink };
        }
        let base = cx.base.clone();
        let (path, objects) = match (options.rbac, is_driven) {
            (true, _) => (format!("{base}.rbac.yaml"), rbac::objects(&cx)),
            (false, true) => (format!("{base}.yaml"), driver::objects(&mut cx)),
            (false, false) => (format!("{base}.yaml"), plain::objects(&mut cx)),
        };
        let mut text = String::new();
        for object in objects {
            text.push_str("---\n");
            yaml::append(&mut text, &Data(&object));
        }
        Emitted { artifacts: vec![Artifact { path, text }], diagnostics: cx.sink }
    }
}

/// What all parts of one emission share.
struct Context<'a> {
    plan: &'a Plan,
    settings: Settings,
    /// The pipeline's name, as objects are named.
    base: String,
    kind: Kind,
    /// Those that start runs, for [`Kind::Cron`].
    triggers: Vec<&'a Trigger>,
    sink: Vec<Diagnostic>,
}

/// Room for the pipeline in a run's name.
const LONGEST_BASE: usize = 24;
/// The longest name of a Job: its pods' names are cut beyond, and labels hold no more.
const LONGEST_NAME: usize = 63;

impl<'a> Context<'a> {
    fn new(plan: &'a Plan, options: &Options) -> Self {
        let mut sink = Vec::new();
        let wants_triggers = options.kind == Kind::Cron && !options.rbac;
        let triggers = if wants_triggers { triggers::of_plan(plan, options.trigger.as_ref(), &mut sink) } else { Vec::new() };
        let base = shorten(&mangle(&plan.pipeline), LONGEST_BASE);
        Self { plan, settings: Settings::of(plan), base, kind: options.kind, triggers, sink }
    }

    /// The names of all substages' Jobs, without what tells runs and attempts apart, in the plan's order.
    fn job_names(&self, room: usize) -> Vec<String> {
        let mut names = Names::default();
        let name = |(stage, substage): (&Stage, &Substage)| {
            // Room for the number that tells two alike apart.
            let wanted = format!("{}-{}", mangle(&stage.name), mangle(&substage.name));
            names.unique(&shorten(&wanted, room.saturating_sub(5).max(7)))
        };
        self.plan.substages().map(name).collect()
    }

    /// Labels of everything that belongs to the pipeline.
    fn labels(&self) -> Map<String, Value> {
        let labels = [("o11n.dev/pipeline", self.base.as_str()), ("app.kubernetes.io/managed-by", "o11n")];
        labels.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
    }

    /// Labels of a substage's Jobs, for people and queues.
    fn job_labels(&self, stage: &Stage, substage: &Substage) -> Map<String, Value> {
        let mut labels = self.labels();
        let mut add = |name: &str, value: &str| labels.insert(name.to_owned(), value.into());
        add("o11n.dev/stage", &mangle(&stage.name));
        add("o11n.dev/substage", &mangle(&substage.name));
        if let Some(queue) = &self.settings.queue {
            add("kueue.x-k8s.io/queue-name", queue);
            if let Some(class) = self.settings.queue_priority(substage.priority) {
                add("kueue.x-k8s.io/priority-class", class);
            }
        }
        if let Some(jobset) = &self.settings.jobset {
            add("jobset.sigs.k8s.io/jobset-name", jobset);
            add("jobset.sigs.k8s.io/replicatedjob-name", &mangle(&substage.name));
        }
        labels
    }

    /// The head of an object: its name, or what its name begins with.
    fn metadata(&self, key: &str, name: &str, labels: Map<String, Value>) -> Value {
        let mut metadata = json!({ key: name });
        if let Some(namespace) = &self.settings.namespace {
            metadata["namespace"] = namespace.as_str().into();
        }
        metadata["labels"] = Value::Object(labels);
        metadata
    }
}
