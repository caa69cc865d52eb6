//! Argo Workflows' own validator, built from its Go module.

use super::cases::Case;
use super::mutation::{self, Mutation};
use super::tally::Tally;
use super::verdict::judge_files;
use super::{Engine, Site};
use crate::project;
use crate::tools::{self, Tool};
use anyhow::Result;
use std::path::Path;
use std::process::Command;

pub const ENGINE: Engine = Engine {
    name: "argo-lint",
    judges: "every Workflow, WorkflowTemplate and CronWorkflow, and the child workflows in them",
    wants_examples: true,
    tools: &[&ARGO],
    judge,
};

/// `argo-lint`, `yaml-read`, and `crds/` as the module has them.
pub const ARGO: Tool = Tool { name: "argo", version: "4.0.7", inputs: &[SOURCE], install };

const SOURCE: &str = "tests/engines/argo-lint";
const MODULE: &str = "github.com/argoproj/argo-workflows/v4";

fn install(into: &Path) -> Result<()> {
    tools::go_build(SOURCE, &["./..."], &[], into)?;
    let crds = tools::go_module(SOURCE, MODULE)?.join("manifests/base/crds/full");
    std::fs::create_dir(into.join("crds"))?;
    for name in ["workflows", "workflowtemplates", "cronworkflows"] {
        let name = format!("argoproj.io_{name}.yaml");
        std::fs::write(into.join("crds").join(&name), std::fs::read(crds.join(&name))?)?;
    }
    Ok(())
}

/// A pipeline whose one stage is a child workflow, as we emit it.
pub const SAMPLE: &str = "tests/engines/argo-lint/sample.yaml";

const BROKEN: &[Mutation] = &[
    Mutation { name: "an unknown field", from: "retryPolicy: Always", to: "retryPolcy: Always" },
    Mutation { name: "an unknown template", from: "template: test-stage", to: "template: test-stag" },
    Mutation { name: "an unknown parameter", from: "{{inputs.parameters.word}}", to: "{{inputs.parameters.wort}}" },
    Mutation { name: "an unknown entrypoint of a child", from: "entrypoint: test\n", to: "entrypoint: tests\n" },
    Mutation {
        name: "an unknown field of a child",
        from: "workflowTemplateRef: {name: sample}",
        to: "templateRef: {name: sample}",
    },
    Mutation { name: "a label that Kubernetes refuses", from: "o11n.dev/stage: test", to: "o11n.dev/stage: 'a b'" },
    Mutation { name: "a name that Kubernetes refuses", from: "generateName: sample-", to: "generateName: Sample-" },
];

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    let sample = project::root().join(SAMPLE);
    let broken = mutation::write_all(&sample, BROKEN, &site.scratch)?;
    let good = site.cases.argo.iter().map(Case::named_file).chain([("the sample", sample.as_path())]);
    judge_files(&mut Command::new(ARGO.folder()?.join("argo-lint")), good, &broken, tally)
}
