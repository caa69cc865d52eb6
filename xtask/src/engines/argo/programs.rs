//! The programs that a cluster is made of, built from their Go modules.

use crate::process;
use crate::tools::{self, Tool};
use std::fs;
use std::process::Command;

/// `etcd`. Older ones lack what Argo's watches need.
pub const ETCD: Tool = Tool {
    name: "etcd",
    version: "3.6.16",
    inputs: &["tests/engines/etcd"],
    install: |into| {
        tools::go_build("tests/engines/etcd", &["go.etcd.io/etcd/server/v3"], "", into)?;
        // The package's folder is a version.
        Ok(fs::rename(into.join("server"), into.join("etcd"))?)
    },
};

/// `kube-apiserver`, `kube-controller-manager`, `kube-scheduler`.
pub const KUBERNETES: Tool = Tool {
    name: "kubernetes",
    version: "1.34.4",
    inputs: &["tests/engines/cluster/go.mod", "tests/engines/cluster/go.sum"],
    install: |into| {
        let programs = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];
        let packages = programs.map(|name| format!("k8s.io/kubernetes/cmd/{name}"));
        tools::go_build("tests/engines/cluster", &packages, KUBERNETES_VERSION, into)
    },
};

const KUBERNETES_VERSION: &str = "-X k8s.io/component-base/version.gitVersion=v1.34.4 \
                                  -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34";

/// `workflow-controller`.
pub const CONTROLLER: Tool = Tool {
    name: "argo-controller",
    version: "4.0.7",
    inputs: &["tests/engines/argo-lint/go.mod", "tests/engines/argo-lint/go.sum"],
    install: |into| tools::go_build("tests/engines/argo-lint", &[format!("{ARGO_MODULE}/cmd/workflow-controller")], "", into),
};

const ARGO_MODULE: &str = "github.com/argoproj/argo-workflows/v4";

/// `fake-node`, ours.
pub const FAKE_NODE: Tool = Tool {
    name: "fake-node",
    version: "1",
    inputs: &["tests/engines/cluster"],
    install: |into| tools::go_build("tests/engines/cluster", &["./fake-node"], "", into),
};

/// Argo's custom resource definitions, the full ones, as JSON.
pub const CRDS: Tool = Tool {
    name: "argo-crds",
    version: CONTROLLER.version,
    inputs: &["tests/engines/cluster/fake-node/main.go"],
    install: |into| {
        let module = tools::go_module("tests/engines/argo-lint", ARGO_MODULE)?;
        let mut convert = Command::new(FAKE_NODE.folder()?.join("fake-node"));
        convert.arg("crds").arg(module.join("manifests/base/crds/full")).arg(into);
        process::stdout(&mut convert).map(drop)
    },
};
