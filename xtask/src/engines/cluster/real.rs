//! A real node: containerd and a kubelet, so that the commands of pods really run.
//!
//! All of the cluster lives in namespaces of its own, of processes, mounts and networks. Nothing can leave, and when its first
//! process ends, the kernel ends all the others and takes the mounts away.

use super::programs::{ARGOEXEC, FAKE_NODE, KUBECTL, KUBELET, RUNTIME};
use super::{Cluster, Kind, Line};
use crate::process;
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub struct Arguments {
    /// Where state and logs go
    folder: PathBuf,
    /// With the controller of Jobs in the place of Argo's
    #[arg(long)]
    jobs: bool,
}

/// The node's address: a kubelet refuses a loopback address, but not one more of the loopback interface.
const ADDRESS: &str = "192.168.77.1";

/// A cluster in namespaces of its own; it stops when it is dropped.
pub struct RealCluster(Child);

impl RealCluster {
    /// `kind` is one with a kubelet.
    pub fn start(folder: &Path, kind: Kind) -> Result<(Self, Line)> {
        ensure!(nix::unistd::geteuid().is_root(), "a kubelet needs root");
        fs::create_dir_all(folder)?;
        let log = fs::File::create(folder.join("inside.log"))?;
        let mut inside = Command::new("setpriv");
        inside.args(["--pdeathsig", "KILL", "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]);
        inside.arg(std::env::current_exe()?).arg("real-cluster").arg(folder);
        inside.args((kind == Kind::JobsReal).then_some("--jobs"));
        inside.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let mut child = inside.spawn().context("cannot start `unshare`")?;
        let jobs = child.stdin.take().context("standard input is piped")?;
        let reports = BufReader::new(child.stdout.take().context("standard output is piped")?);
        Ok((Self(child), Line { jobs, reports }))
    }
}

impl Drop for RealCluster {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What runs inside: starts the cluster, and hands jobs and reports through.
pub fn inside(arguments: &Arguments) -> Result<()> {
    // What others would leave in these folders is gone with us.
    for folder in ["/run", "/var/log"] {
        process::run(Command::new("mount").args(["-t", "tmpfs", "none", folder]))?;
    }
    process::run(Command::new("ip").args(["link", "set", "lo", "up"]))?;
    process::run(Command::new("ip").args(["addr", "add", &format!("{ADDRESS}/32"), "dev", "lo"]))?;
    let kind = if arguments.jobs { Kind::JobsReal } else { Kind::ArgoReal };
    let (_cluster, Line { mut jobs, mut reports }) = Cluster::start(&arguments.folder, kind)?;
    thread::spawn(move || std::io::copy(&mut std::io::stdin(), &mut jobs));
    std::io::copy(&mut reports, &mut std::io::stdout())?;
    Ok(())
}

impl Cluster {
    pub(super) fn start_kubelet(&mut self) -> Result<()> {
        for folder in ["cni", "cni-bin", "kubelet", "pods"] {
            fs::create_dir_all(self.folder.join(folder))?;
        }
        self.start_containerd()?;
        self.import_images()?;
        let config = json!({
            "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
            "address": ADDRESS, "port": self.ports.kubelet, "healthzPort": 0,
            "authentication": { "anonymous": { "enabled": true }, "webhook": { "enabled": false } },
            "authorization": { "mode": "AlwaysAllow" },
            "containerRuntimeEndpoint": format!("unix://{}", self.path("containerd.sock")),
            // The machine's cgroups are left as they are.
            "cgroupDriver": "cgroupfs", "cgroupsPerQOS": false, "enforceNodeAllocatable": [], "failSwapOn": false, "failCgroupV1": false,
            "makeIPTablesUtilChains": false, "localStorageCapacityIsolation": false,
            "evictionHard": { "memory.available": "1Mi", "nodefs.available": "0%", "imagefs.available": "0%" },
            "imageGCHighThresholdPercent": 100, "podLogsDir": self.path("pods"), "resolvConf": "",
            "syncFrequency": "5s", "nodeStatusUpdateFrequency": "5s", "registryPullQPS": 0, "maxPods": 250,
        });
        fs::write(self.path("kubelet.json"), config.to_string())?;
        let mut kubelet = Command::new(KUBELET.folder()?.join("kubelet"));
        kubelet.arg(format!("--kubeconfig={}", self.path("kubeconfig"))).arg(format!("--config={}", self.path("kubelet.json")));
        kubelet.arg(format!("--root-dir={}", self.path("kubelet"))).arg(format!("--cert-dir={}", self.path("kubelet/pki")));
        kubelet.args(["--hostname-override=real", &format!("--node-ip={ADDRESS}")]);
        self.spawn("kubelet", &mut kubelet).map(drop)
    }

    fn start_containerd(&mut self) -> Result<()> {
        // Pods live in the network of the cluster; without a description of another one, the kubelet would not get ready.
        let network = json!({ "cniVersion": "0.4.0", "name": "none", "plugins": [{ "type": "none" }] });
        fs::write(self.path("cni/none.conflist"), network.to_string())?;
        let runtime = RUNTIME.folder()?;
        let config = format!(
            r#"version = 2
root = "{root}"
state = "/run/containerd-o11n"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.internal.v1.opt"]
[grpc]
  address = "{socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:latest"
  stream_server_address = "127.0.0.1"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{cni_bin}"
    conf_dir = "{cni}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      BinaryName = "{runc}"
      SystemdCgroup = false
"#,
            root = self.path("containerd"),
            socket = self.path("containerd.sock"),
            cni_bin = self.path("cni-bin"),
            cni = self.path("cni"),
            runc = runtime.join("usr/sbin/runc").display(),
        );
        fs::write(self.path("containerd.toml"), config)?;
        let mut containerd = Command::new(runtime.join("usr/bin/containerd"));
        // It finds its shim on the path.
        let path = std::env::var("PATH").unwrap_or_default();
        containerd.env("PATH", format!("{}:{path}", runtime.join("usr/bin").display()));
        containerd.arg("--config").arg(self.path("containerd.toml"));
        self.spawn("containerd", &mut containerd)?;
        /// It is slow on a machine that has other things to do.
        const PATIENCE: Duration = Duration::from_secs(60);
        let start = Instant::now();
        while !process::output(self.ctr()?.arg("version"))?.status.success() {
            ensure!(start.elapsed() < PATIENCE, "containerd does not answer");
            thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    fn ctr(&self) -> Result<Command> {
        let mut ctr = Command::new(RUNTIME.folder()?.join("usr/bin/ctr"));
        ctr.arg(format!("--address={}", self.path("containerd.sock"))).arg("--namespace=k8s.io");
        Ok(ctr)
    }

    /// Images of our own: with a shell, with nothing to do, and with what is run beside bodies.
    fn import_images(&self) -> Result<()> {
        let shells = RUNTIME.folder()?;
        let busybox = format!("/bin/busybox={}", shells.join("bin/busybox").display());
        let bash = format!("/bin/bash={}", shells.join("bin/bash-static").display());
        let beside = match self.kind.has_argo() {
            true => format!("/bin/argoexec={}", ARGOEXEC.folder()?.join("argoexec").display()),
            false => format!("/bin/kubectl={}", KUBECTL.folder()?.join("kubectl").display()),
        };
        let mut images = vec![("any", "", vec![&busybox, &bash]), ("pause", "/bin/busybox sleep 1000000", vec![&busybox])];
        match self.kind.has_argo() {
            true => images.push(("argoexec", "", vec![&beside])),
            // What the image of a driver has.
            false => images.push(("kubectl", "", vec![&busybox, &beside])),
        }
        for (name, entrypoint, files) in images {
            let archive = self.folder.join(format!("{name}.tar"));
            let mut image = Command::new(FAKE_NODE.folder()?.join("fake-node"));
            image.arg("image").arg(&archive).args([&format!("localhost/{name}"), entrypoint]).args(files);
            process::stdout(&mut image)?;
            process::stdout(self.ctr()?.args(["images", "import"]).arg(&archive))?;
            fs::remove_file(archive)?;
        }
        Ok(())
    }
}
