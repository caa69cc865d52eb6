//! Strict schemas: of Argo's custom resources, closed by us, and of Kubernetes' own kinds.

use super::argo_lint::{ARGO, SAMPLE};
use super::cases::Case;
use super::mutation::{self, Mutation};
use super::tally::Tally;
use super::verdict::judge_files;
use super::{Engine, Site};
use crate::tools::{self, Tool};
use crate::{process, project};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

pub const ENGINE: Engine = Engine {
    name: "kubernetes",
    judges: "the same files, every pod of a taskbook and the RBAC, against strict schemas",
    wants_examples: true,
    tools: &[&ARGO, &PYTHON, &SCHEMAS],
    judge,
};

/// A Python with kubernetes-validate, jsonschema and PyYAML.
pub const PYTHON: Tool = Tool {
    name: "kubernetes-validate",
    version: "1.37.0",
    inputs: &["tests/engines/kubernetes/requirements.txt"],
    install: |into| tools::python(into, "tests/engines/kubernetes/requirements.txt"),
};

/// The closed schemas of Argo's kinds.
const SCHEMAS: Tool = Tool {
    name: "argo-schemas",
    version: ARGO.version,
    inputs: &["tests/engines/kubernetes/close_crds.py"],
    install: close_schemas,
};

fn close_schemas(into: &Path) -> Result<()> {
    let crds = tools::files_under(&ARGO.folder()?.join("crds"))?;
    process::stdout(python("close_crds.py")?.arg(into).args(crds)).map(drop)
}

fn python(script: &str) -> Result<Command> {
    let mut command = Command::new(PYTHON.folder()?.join("bin/python"));
    command.arg(project::root().join("tests/engines/kubernetes").join(script));
    Ok(command)
}

const POD: &str = "tests/engines/kubernetes/pod.yaml";

const BROKEN_WORKFLOW: &[Mutation] = &[
    Mutation { name: "an unknown field of a step", from: "continueOn:", to: "continueOm:" },
    Mutation { name: "an unknown field of a container", from: "image: busybox:1.37", to: "imag: busybox:1.37" },
    Mutation { name: "a number where a string belongs", from: "limit: \"2\"", to: "limit: [2]" },
];

const BROKEN_POD: &[Mutation] = &[
    Mutation { name: "an unknown field of a pod", from: "nodeSelector:", to: "nodeSelectors:" },
    Mutation { name: "a wrong type in a pod", from: "restartPolicy: Never", to: "restartPolicy: {never: true}" },
    Mutation { name: "a kind that nobody knows", from: "kind: Pod", to: "kind: Pot" },
];

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    let (sample, pod) = (project::root().join(SAMPLE), project::root().join(POD));
    let mut broken = mutation::write_all(&sample, BROKEN_WORKFLOW, &folder(site, "workflows")?)?;
    broken.extend(mutation::write_all(&pod, BROKEN_POD, &folder(site, "pods")?)?);
    let good = site.cases.argo.iter().chain(&site.cases.objects).map(Case::named_file);
    let good = good.chain([("the sample workflow", sample.as_path()), ("the sample pod", pod.as_path())]);
    judge_files(python("judge.py")?.arg(SCHEMAS.folder()?), good, &broken, tally)
}

fn folder(site: &Site, name: &str) -> Result<PathBuf> {
    let path = site.scratch.join(name);
    std::fs::create_dir(&path)?;
    Ok(path)
}
