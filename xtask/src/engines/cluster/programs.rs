//! The programs that a cluster is made of: built from their Go modules, and Debian's.

use crate::process;
use crate::tools::{self, Tool};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::Command;

/// `etcd`. Older ones lack what Argo's watches need.
pub const ETCD: Tool = Tool {
    name: "etcd",
    version: "3.6.16",
    inputs: &["tests/engines/etcd"],
    install: |into| {
        tools::go_build("tests/engines/etcd", &["go.etcd.io/etcd/server/v3"], &[], into)?;
        // The package's folder is a version.
        Ok(fs::rename(into.join("server"), into.join("etcd"))?)
    },
};

const CLUSTER: &str = "tests/engines/cluster";

/// What says which Kubernetes it is.
const CLUSTER_MODULE: &[&str] = &["tests/engines/cluster/go.mod", "tests/engines/cluster/go.sum"];

/// Kubernetes wants to know its own version.
const KUBERNETES_VERSION: &str = "-s -w -X k8s.io/component-base/version.gitVersion=v1.34.4 \
                                  -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34";

fn build_kubernetes(programs: &[&str], into: &Path) -> Result<()> {
    let packages: Vec<String> = programs.iter().map(|name| format!("k8s.io/kubernetes/cmd/{name}")).collect();
    tools::go_build(CLUSTER, &packages, &["-ldflags", KUBERNETES_VERSION], into)
}

/// `kube-apiserver`, `kube-controller-manager`, `kube-scheduler`.
pub const KUBERNETES: Tool = Tool {
    name: "kubernetes",
    version: "1.34.4",
    inputs: CLUSTER_MODULE,
    install: |into| build_kubernetes(&["kube-apiserver", "kube-controller-manager", "kube-scheduler"], into),
};

/// `kubectl`.
pub const KUBECTL: Tool = Tool {
    name: "kubectl",
    version: KUBERNETES.version,
    inputs: &["tests/engines/kubectl/go.mod", "tests/engines/kubectl/go.sum"],
    install: |into| {
        let package = ["k8s.io/kubernetes/cmd/kubectl"];
        tools::go_build("tests/engines/kubectl", &package, &["-ldflags", KUBERNETES_VERSION], into)
    },
};

/// `kubelet`.
pub const KUBELET: Tool = Tool {
    name: "kubelet",
    version: KUBERNETES.version,
    inputs: CLUSTER_MODULE,
    install: |into| build_kubernetes(&["kubelet"], into),
};

const ARGO: &str = "tests/engines/argo-lint";
const ARGO_MODULE: &str = "github.com/argoproj/argo-workflows/v4";

/// `workflow-controller`.
pub const CONTROLLER: Tool = Tool {
    name: "argo-controller",
    version: "4.0.7",
    inputs: &["tests/engines/argo-lint/go.mod", "tests/engines/argo-lint/go.sum"],
    install: |into| tools::go_build(ARGO, &[format!("{ARGO_MODULE}/cmd/workflow-controller")], &[], into),
};

/// `argoexec`.
pub const ARGOEXEC: Tool =
    Tool { name: "argoexec", version: CONTROLLER.version, inputs: CONTROLLER.inputs, install: install_argoexec };

fn install_argoexec(into: &Path) -> Result<()> {
    let (module, copy) = (tools::go_module(ARGO, ARGO_MODULE)?, into.join("source"));
    process::stdout(Command::new("cp").args(["-r", "--no-preserve=mode"]).arg(&module).arg(&copy))?;
    // A symbolic link upstream, which modules cannot hold.
    let sources = copy.join("workflow/executor/osspecific");
    fs::copy(sources.join("signal_darwin.go"), sources.join("signal_linux.go"))?;
    let folder = copy.to_str().context("the cache has a plain name")?;
    tools::go_build(folder, &["./cmd/argoexec"], &[], into)?;
    Ok(fs::remove_dir_all(copy)?)
}

/// `fake-node`, ours.
pub const FAKE_NODE: Tool = Tool {
    name: "fake-node",
    version: "1",
    inputs: &[CLUSTER],
    install: |into| tools::go_build(CLUSTER, &["./fake-node"], &[], into),
};

/// Argo's custom resource definitions, the full ones, as JSON.
pub const CRDS: Tool = Tool {
    name: "argo-crds",
    version: CONTROLLER.version,
    inputs: &["tests/engines/cluster/fake-node/main.go"],
    install: |into| {
        let module = tools::go_module(ARGO, ARGO_MODULE)?;
        let mut convert = Command::new(FAKE_NODE.folder()?.join("fake-node"));
        convert.arg("crds").arg(module.join("manifests/base/crds/full")).arg(into);
        process::stdout(&mut convert).map(drop)
    },
};

/// containerd, runc, and static shells for an image, from Debian's packages: unpacked, not installed.
pub const RUNTIME: Tool = Tool { name: "container-runtime", version: "debian", inputs: &[], install: unpack_runtime };

fn unpack_runtime(into: &Path) -> Result<()> {
    let mut download = Command::new("apt-get");
    download.args(["download", "-qq", "containerd", "runc", "busybox-static", "bash-static"]).current_dir(into);
    if process::stdout(&mut download).is_err() {
        process::stdout(Command::new("apt-get").args(["update", "-qq"]))?;
        process::stdout(&mut download)?;
    }
    for package in tools::files_under(into)?.iter().filter(|file| file.extension().is_some_and(|found| found == "deb")) {
        process::stdout(Command::new("dpkg").arg("-x").arg(package).arg(into))?;
        fs::remove_file(package)?;
    }
    Ok(())
}
