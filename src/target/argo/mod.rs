//! Argo Workflows: stages are groups of steps, one after the other; what only Argo's controller can do (kill siblings, end a stage
//! by its deadline, stop a dispatch) is done by child Workflows.
//!
//! The encoding is a fixed scheme, described for its readers in `docs/targets/argo.md`. It uses no more of it than a pipeline
//! needs: a pipeline of plain stages is one Workflow without any node of ours.

mod bridge;
mod capabilities;
mod child;
mod document;
mod expr;
mod files;
mod flow;
mod gates;
mod leaf;
mod model;
mod rbac;
mod retry;
mod settings;
mod stage;
mod substage;
mod text;

use std::collections::BTreeSet;

use ecow::EcoString;

use super::capability::Capability;
use super::names::{self, Names, mangle, shorten};
use super::{Emitted, Kind, Options, Target};
use crate::diag::Diagnostic;
use crate::plan::{Plan, Stage, Substage};
use crate::schema::TargetSettings;
use bridge::Bridge;
use model::{Container, Step, Suspend, Template};

use settings::Settings;

/// The template that stops the Workflow that it is a step of.
const ABORT: &str = "o11n-abort";
/// The template that fails.
const FAIL: &str = "o11n-fail";
/// The template that ends at once, and fails past a deadline.
const END: &str = "o11n-end";
/// The template that tells the outcome of the pipeline.
const VERDICT: &str = "o11n-verdict";

/// The target `argo`.
#[derive(Debug)]
pub(super) struct Argo;

impl Target for Argo {
    fn name(&self) -> &'static str {
        "argo"
    }

    fn has_kinds(&self) -> bool {
        true
    }

    fn doc(&self) -> &'static str {
        "A Workflow, WorkflowTemplate or CronWorkflow for Argo Workflows 4."
    }

    fn capabilities(&self) -> Vec<Capability> {
        capabilities::rows()
    }

    fn settings(&self) -> TargetSettings {
        TargetSettings { name: self.name(), attributes: settings::ATTRIBUTES }
    }

    fn encode(&self, plan: &Plan, options: &Options) -> Emitted {
        let mut sink = Vec::new();
        let on_boards = super::companion(plan, Substage::is_on_bare_metal, &mut sink);
        let version = on_boards.as_ref().map_or("", |companion| &companion.version);
        let bridge = Bridge::new(plan, &Settings::of(plan), version);
        let mut cx = Context::new(plan, options, &bridge);
        cx.sink = sink;
        names::check("Argo", plan, &mut cx.sink);
        bridge::check(plan, &mut cx.sink);
        capabilities::check_options(&mut cx);
        if cx.sink.iter().any(Diagnostic::is_error) {
            return Emitted { artifacts: Vec::new(), diagnostics: cx.sink };
        }
        let mut artifacts = document::artifacts(&mut cx);
        artifacts.extend(on_boards.filter(|_| !options.rbac).map(|companion| companion.artifact));
        Emitted { artifacts, diagnostics: cx.sink }
    }
}

/// What all parts of one emission share.
struct Context<'a> {
    plan: &'a Plan,
    options: &'a Options,
    settings: Settings,
    /// The pipeline's name, as objects are named.
    base: String,
    /// Names of templates.
    names: Names,
    /// What children add to the run's name.
    suffixes: Names,
    helpers: Helpers,
    has_children: bool,
    /// Parameters by which stages that are children learn whether their needs passed.
    gates: BTreeSet<String>,
    bridge: &'a Bridge,
    sink: Vec<Diagnostic>,
}

/// The longest name that Kubernetes takes for a Workflow.
const LONGEST_RUN: usize = 63;
/// Room for the pipeline in a run's name.
const LONGEST_BASE: usize = 24;

impl<'a> Context<'a> {
    fn new(plan: &'a Plan, options: &'a Options, bridge: &'a Bridge) -> Self {
        let base = shorten(&mangle(&plan.pipeline), LONGEST_BASE);
        // Kubernetes wants a letter or digit in front; so does a name that is used as a label.
        let mut names = Names::default();
        names.unique("main");
        Self {
            plan,
            options,
            settings: Settings::of(plan),
            base,
            names,
            suffixes: Names::default(),
            helpers: Helpers::default(),
            has_children: has_children(plan),
            gates: BTreeSet::new(),
            bridge,
            sink: Vec::new(),
        }
    }

    /// The name of the whole run, also inside a child.
    fn run(&self) -> &'static str {
        if self.has_children {
            "{{= workflow.parameters.run == '' ? workflow.name : workflow.parameters.run }}"
        } else {
            "{{workflow.name}}"
        }
    }

    fn job_name(&self) -> EcoString {
        if self.plan.job_name.is_empty() { self.plan.pipeline.clone() } else { self.plan.job_name.clone() }
    }

    /// The number that the compiler was given; what runs often has the name of the run.
    fn build_id(&self) -> EcoString {
        if self.plan.build_id != 0 && self.options.kind == Kind::Run {
            self.plan.build_id.to_string().into()
        } else {
            self.run().into()
        }
    }

    /// Where a saved file lies in the repository: where results are remembered, the same for all runs that share one.
    fn key(&self, stage: &Stage, substage: &Substage, index: usize) -> String {
        let (stage, name) = (mangle(&stage.name), mangle(&substage.name));
        match &substage.cache {
            Some(_) => format!("o11n/cache/{}/{stage}/{name}/{}/save-{}.tgz", self.base, substage.fingerprint, index + 1),
            None => format!("o11n/{}/{stage}/{name}/save-{}.tgz", self.run(), index + 1),
        }
    }

    /// The ConfigMap that remembers a stage's results.
    fn cache_name(&self, stage: &Stage) -> String {
        shorten(&format!("o11n-cache-{}-{}", self.base, mangle(&stage.name)), LONGEST_RUN)
    }

    /// The longest that a run's own name can be.
    fn longest_run(&self) -> usize {
        match self.options.kind {
            Kind::Run => self.base.len() + 6,
            // A digest, and what `argo submit --from` adds.
            Kind::Template => self.base.len() + 15,
            // What the controller adds is a time in seconds.
            Kind::Cron => {
                let names = self.plan.triggers.iter().map(|trigger| document::cron_name(&self.base, trigger).len());
                names.max().unwrap_or(0) + 11
            }
        }
    }

    /// What the name of a stage's child adds to its parent's name.
    fn stage_suffix(&mut self, stage: &Stage) -> String {
        self.suffixes.unique(&shorten(&mangle(&stage.name), (self.suffix_room() / 2).max(7)))
    }

    /// What the name of a dispatch adds to its parent's name: to that of the run, or to that of the stage's child.
    fn dispatch_suffix(&mut self, stage: &Stage, substage: &Substage, in_child: bool) -> String {
        let room = self.suffix_room();
        let outer = shorten(&mangle(&stage.name), (room / 2).max(7));
        let inner = shorten(&mangle(&substage.name), room.saturating_sub(outer.len() + 1).max(7));
        let whole = self.suffixes.unique(&format!("{outer}-{inner}"));
        if in_child { whole[outer.len() + 1..].to_owned() } else { whole }
    }

    /// Characters for suffixes, but for the dash before and what makes them unique.
    fn suffix_room(&self) -> usize {
        LONGEST_RUN.saturating_sub(self.longest_run() + 4)
    }
}

/// Whether the plan needs a Workflow inside the Workflow, apart from its size.
fn has_children(plan: &Plan) -> bool {
    plan.deadline.is_some()
        || plan.stages.iter().any(|stage| stage.deadline.is_some() || stage::hands_verdict_to_a_dispatch(stage))
        || plan.substages().any(|(stage, substage)| substage::aborts(stage, substage) || substage::is_dispatched(substage))
}

/// Templates of our own; only those that somebody uses are written.
#[derive(Debug, Default)]
struct Helpers {
    used: BTreeSet<&'static str>,
}

const GATHER: &str = "o11n-gather";
const GATHER_END: &str = "o11n-gather-end";

impl Helpers {
    /// Notes the helpers that a template uses.
    fn needs(&mut self, template: &Template) {
        let steps = template.steps.iter().flatten().flatten();
        let tasks = template.dag.iter().flat_map(|dag| &dag.tasks);
        for Step { template, hooks, .. } in steps.chain(tasks) {
            let hooks = hooks.iter().flat_map(|hooks| [&hooks.exit, &hooks.decided]).flatten();
            for name in [template.as_str()].into_iter().chain(hooks.map(|hook| hook.template.as_str())) {
                self.used.extend([ABORT, FAIL, END, VERDICT].into_iter().filter(|helper| *helper == name));
            }
        }
    }

    /// The last task of a dag.
    fn gather(&mut self, sees_deadline: bool) -> String {
        let name = if sees_deadline { GATHER_END } else { GATHER };
        self.used.extend([name, FAIL]);
        if sees_deadline {
            self.used.insert(END);
        }
        name.to_owned()
    }

    fn templates(&self, image: &str) -> Vec<Template> {
        let make = |name: &&'static str| match *name {
            ABORT => child::abort(ABORT.into()),
            END => {
                Template { name: END.into(), suspend: Some(super::yaml::Flow(Suspend { duration: "1s" })), ..Template::default() }
            }
            VERDICT => flow::verdict_template(image),
            GATHER => stage::gather_template(GATHER.into(), false),
            GATHER_END => stage::gather_template(GATHER_END.into(), true),
            _ => Template {
                name: FAIL.into(),
                container: Some(Container {
                    image: image.into(),
                    command: vec!["sh".into(), "-c".into()],
                    args: vec!["exit 1".into()],
                    ..Container::default()
                }),
                ..Template::default()
            },
        };
        self.used.iter().map(make).collect()
    }
}
